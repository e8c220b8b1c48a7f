"""Layered drawings: few crossings, room for every node, the same result every time."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from generator.build.layout import Pair, arrange, crossings

SIZE = 60


def size(node: str) -> int:
    return SIZE if node else 10


def test_an_arrow_that_passes_a_column_runs_between_its_boxes() -> None:
    columns = {"web": 0, "cache": 1, "data": 2}
    layout = arrange(columns, [("web", "cache"), ("cache", "data"), ("web", "data")], size)
    source, waypoint, target = layout.trails["web", "data"]
    assert (source, target) == ("web", "data")
    assert layout.columns[waypoint] == 1
    distance = abs(layout.heights[waypoint] - layout.heights["cache"])
    assert distance >= (SIZE + 10) // 2


def test_boxes_stand_in_the_order_of_those_they_belong_to() -> None:
    columns = {"a": 0, "b": 0, "c": 0, "to-c": 1, "to-b": 1, "to-a": 1}
    layout = arrange(columns, [("a", "to-a"), ("b", "to-b"), ("c", "to-c")], size)
    for name in ("a", "b", "c"):
        assert layout.heights[name] == layout.heights[f"to-{name}"]


def test_one_box_stands_in_the_middle_of_those_it_serves() -> None:
    columns = {"a": 0, "b": 0, "c": 0, "data": 1}
    layout = arrange(columns, [(name, "data") for name in "abc"], size)
    assert layout.heights["data"] == layout.heights["b"]


def test_crossings_are_counted() -> None:
    levels = [["a", "b"], ["x", "y"]]
    assert crossings(levels, [("a", "x"), ("b", "y")]) == 0
    assert crossings(levels, [("a", "y"), ("b", "x")]) == 1
    assert crossings(levels, [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]) == 1


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, int], list[Pair]]:
    columns = {f"n{i}": column for i, column in enumerate(draw(st.lists(st.integers(0, 4))))}
    forward = [(a, b) for a in columns for b in columns if columns[a] < columns[b]]
    pairs = draw(st.lists(st.sampled_from(forward), unique=True)) if forward else []
    return columns, pairs


@given(graphs())
def test_nothing_overlaps_and_nothing_is_left_to_chance(
    graph: tuple[dict[str, int], list[Pair]],
) -> None:
    columns, pairs = graph
    layout = arrange(columns, pairs, size)
    assert layout == arrange(columns, pairs, size)
    for one, other in combinations(columns, 2):
        if columns[one] == columns[other]:
            assert abs(layout.heights[one] - layout.heights[other]) >= SIZE - 1  # rounding
    assert all(
        height >= size(node) // 2 - 1 for node, height in layout.heights.items() if node in columns
    )
