"""What is left of a spec without what its schema refused: enough to judge the rest."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from generator.spec.intact import intact
from generator.spec.place import Path_
from generator.spec.source import Source, read_source

SPEC: dict[str, Any] = {
    "name": "acme",
    "environments": ["dev"],
    "charts": {
        "shop": {
            "version": "1.2.3",
            "namespace": "market",
            "components": {"front": {"kind": "web"}, "back": {"kind": "web", "port": 1}},
            "routes": {"a.example": "front", "b.example": "back"},
        },
        "watch": {"version": "1.0.0", "namespace": "watch", "components": {"eye": {}}},
    },
}


def source(folder: Path, spec: Any = SPEC) -> Source:
    (folder / "platform.yaml").write_text(json.dumps(spec))
    return read_source(folder / "platform.yaml", folder)


def without(*path: str, **instead: Any) -> dict[str, Any]:
    """The spec without what a path leads to, or with something in its place."""
    spec = copy.deepcopy(SPEC)
    tree = spec
    for key in path[:-1]:
        tree = tree[key]
    tree.pop(path[-1])
    tree.update(instead)
    return spec


def test_of_a_good_spec_nothing_is_left_out(tmp_path: Path) -> None:
    read = source(tmp_path)
    found = intact(read, ())
    assert found is not None
    assert found.source is read
    assert (found.missing, found.damaged) == ({}, frozenset())


BACK = ("charts", "shop", "components", "back")
SHOP = frozenset({"shop"})
CASES: dict[str, tuple[list[Path_], dict[str, Any], set[tuple[str, str]], frozenset[str]]] = {
    "a setting of a component": (
        [(*BACK, "port")], without(*BACK), {("shop", "back")}, frozenset(),
    ),
    "many of one": (
        [(*BACK, "port"), (*BACK, "kind"), BACK], without(*BACK), {("shop", "back")}, frozenset(),
    ),
    "a route": (
        [("charts", "shop", "routes", "a.example", "rate")],
        without("charts", "shop", "routes", "a.example"), set(), frozenset(),
    ),
    "a setting of a chart": (
        [("charts", "shop", "routes")], without("charts", "shop", "routes"), set(), SHOP,
    ),
    "its version": (
        [("charts", "shop", "version")],
        without("charts", "shop", "version", version="0.0.0"), set(), SHOP,
    ),
    "its namespace": (
        [("charts", "shop", "namespace", 0)],
        without("charts", "shop", "namespace", namespace="shop"), set(), SHOP,
    ),
    "all its components": (
        [("charts", "shop", "components")], without("charts", "shop"), set(), SHOP,
    ),
    "all of them and one": (
        [(*BACK, "port"), ("charts", "shop", "components")], without("charts", "shop"),
        {("shop", "back")}, SHOP,
    ),
    "a key that is missing": ([("charts", "shop")], SPEC, set(), SHOP),
    "a setting of the platform": (
        [("name",)], without("name", name="platform"), set(), frozenset(),
    ),
    "an unknown key": ([("nmae",)], SPEC, set(), frozenset()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_left_out_for_a_wrong_value(tmp_path: Path, name: str) -> None:
    refused, data, missing, damaged = CASES[name]
    found = intact(source(tmp_path), refused)
    assert found is not None
    assert found.source.data == data
    assert set(found.missing) == missing
    assert found.damaged == damaged


def test_components_that_are_left_out_are_kept_as_written(tmp_path: Path) -> None:
    found = intact(source(tmp_path), [(*BACK, "port")])
    assert found is not None
    assert found.missing["shop", "back"] == {"kind": "web", "port": 1}
    assert found.left_out("shop", "back")
    assert not found.left_out("shop", "front")
    assert not found.left_out("watch", "back")


def test_of_a_chart_that_is_left_out_any_name_may_be_a_component(tmp_path: Path) -> None:
    found = intact(source(tmp_path), [("charts", "shop", "components")])
    assert found is not None
    assert found.left_out("shop", "anything")
    assert not found.left_out("watch", "anything")
    damaged = intact(source(tmp_path), [("charts", "shop", "version")])
    assert damaged is not None
    assert not damaged.left_out("shop", "anything"), "its components are known"


@pytest.mark.parametrize(
    ("spec", "refused"),
    [(SPEC, ("charts",)), (without("charts"), ()), (without("charts", charts=[1]), ())],
)
def test_without_charts_there_is_nothing_to_judge(
    tmp_path: Path, spec: dict[str, Any], refused: Path_
) -> None:
    assert intact(source(tmp_path, spec), [refused]) is None


def test_more_can_be_left_out_later(tmp_path: Path) -> None:
    """What a kind cannot read, after what the schema refused."""
    first = intact(source(tmp_path), [(*BACK, "port"), ("charts", "watch", "version")])
    assert first is not None
    found = first.without([("shop", "front")])
    assert set(found.missing) == {("shop", "back"), ("shop", "front")}
    assert found.damaged == {"watch"}
    assert found.source.data["charts"]["shop"]["components"] == {}
    assert first.without(()) is first


def test_what_aliases_share_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "platform.yaml").write_text(
        "charts:\n"
        "  one: &one {version: 1.0.0, namespace: one, components: {a: {port: 0}, b: {}}}\n"
        "  two: *one\n"
    )
    read = read_source(tmp_path / "platform.yaml", tmp_path)
    found = intact(read, [("charts", "one", "components", "a", "port")])
    assert found is not None
    charts = found.source.data["charts"]
    assert (list(charts["one"]["components"]), list(charts["two"]["components"])) == (
        ["b"],
        ["a", "b"],
    )
    assert list(read.data["charts"]["one"]["components"]) == ["a", "b"]
