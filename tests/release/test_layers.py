"""Which layers a deployment switches on, and that it never switches off what runs."""

from __future__ import annotations

import pytest

from generator.release.layers import Step, arrange

LAYERS = (
    ("data", ("postgres.enabled", "redis.enabled")),
    ("app", ("backend.enabled",)),
    ("network", ("ingress.enabled",)),
)
ALL = frozenset(path for _, paths in LAYERS for path in paths)
BACKEND, INGRESS = "backend.enabled", "ingress.enabled"


def shape(steps: tuple[Step, ...]) -> list[tuple[str, int, frozenset[str]]]:
    return [(step.name, step.number, frozenset(step.off)) for step in steps]


def test_a_first_installation_goes_layer_by_layer() -> None:
    steps = arrange(LAYERS, wanted=ALL.__contains__, running=None)
    assert shape(steps) == [
        ("infra", 1, ALL),
        ("data", 2, frozenset({BACKEND, INGRESS})),
        ("app", 3, frozenset({INGRESS})),
        ("network", 4, frozenset()),
    ]
    assert [step.description for step in steps][:2] == [
        "layer 1 of 4: infra",
        "layer 2 of 4: data",
    ]
    assert steps[1].more == {"backend": {"enabled": False}, "ingress": {"enabled": False}}


def test_a_chart_without_layers_takes_one_step_in_helms_own_words() -> None:
    assert arrange((), wanted=ALL.__contains__, running=None) == (Step(),)
    assert Step().more == {}
    assert Step().description is None


def test_a_layer_that_the_overlay_leaves_out_is_no_step() -> None:
    steps = arrange(LAYERS, wanted=(ALL - {BACKEND}).__contains__, running=None)
    assert [step.name for step in steps] == ["infra", "data", "network"]
    assert BACKEND not in steps[0].off


@pytest.mark.parametrize(
    ("runs", "names"),
    [
        (frozenset(), ["data", "app", "network"]),
        (ALL - {BACKEND, INGRESS}, ["app", "network"]),
        (ALL - {INGRESS}, ["network"]),
        (ALL, [""]),
        (ALL - {"redis.enabled"}, ["data"]),
        (frozenset({BACKEND}), ["data", "network"]),
    ],
)
def test_an_interrupted_installation_goes_on_where_it_stands(
    runs: frozenset[str], names: list[str]
) -> None:
    steps = arrange(LAYERS, wanted=ALL.__contains__, running=runs.__contains__)
    assert [step.name for step in steps] == names
    assert all(runs.isdisjoint(step.off) for step in steps)
    assert steps[-1].off == ()
