"""Whatever an installer switches on or off renders, and both Helms agree on what."""

from __future__ import annotations

import itertools

import pytest

from generator.errors import ToolError
from generator.tools import pool
from tests.product.platforms import SPECS, Made, pairwise, title

CHARTS = [
    pytest.param(spec, number, id=f"{title(spec)}-{number}") for spec in SPECS for number in (0, 1)
]


@pytest.fixture
def chart(request, charts_of) -> Made:
    """A chart of a platform, by its number; not each has two."""
    spec, number = request.param
    charts = charts_of(spec)
    if number >= len(charts):
        pytest.skip(f"{title(spec)} has {len(charts)} chart")
    return charts[number]


every_chart = pytest.mark.parametrize(
    "chart",
    [pytest.param(each.values, id=each.id) for each in CHARTS],
    indirect=True,
)


def rows(chart: Made) -> list[dict[str, bool]]:
    """Which switches to turn: nothing, each component off alone, all off, then every two."""
    conditions = [f"{component.name}.enabled" for component in chart.chart.components]
    assert set(conditions) <= set(chart.switches)
    return [
        {},
        *({name: False} for name in conditions),
        dict.fromkeys(conditions, False),
        *pairwise(sorted(chart.switches)),
    ]


@every_chart
def test_every_combination_renders_with_both_helms(chart):
    versions = (f"1.{chart.platform.kubernetes_minor}", "1.37")
    cases = [(row, version) for row in rows(chart) for version in versions]
    calls = [
        lambda row=row, version=version, major=major: attempt(chart, row, version, major)
        for row, version in cases
        for major in (4, 3)
    ]
    results = pool.together(calls)
    for (row, version), four, three in zip(cases, results[::2], results[1::2], strict=True):
        case = f"{row} on Kubernetes {version}"
        assert four[1] == three[1], case
        assert four[0] == three[0], case
        if four[1]:
            # What can't be installed on this cluster is refused with the value to change.
            assert needed_later(four[1]), f"{case}: {four[1]}"
            continue
        names = four[2]
        twice = [name for name, many in itertools.groupby(sorted(names)) if len(list(many)) > 1]
        assert not twice, case
        off = {path.partition(".")[0] for path, on in row.items() if not on} & {
            component.name for component in chart.chart.components
        }
        # A Secret may be named like a component.
        owners = {name for kind, _, name in names if name in off and "Secret" not in kind}
        assert not owners, f"{case}: objects of {owners} are still there"


def attempt(chart: Made, row: dict[str, bool], version: str, major: int):
    """The objects, why there are none, and their names."""
    try:
        objects = chart.render(values=chart.values_of(row), kube_version=version, major=major)
    except ToolError as error:
        return [], error.output.partition("\n\nUse --debug")[0], []
    return objects.comparable, "", objects.names


def needed_later(message: str) -> bool:
    """Whether a rendering was refused because the cluster is too old, and says so."""
    return "Kubernetes 1." in message


def test_every_two_switches_stand_in_all_four_ways():
    names = [f"s{number}" for number in range(11)]
    found = pairwise(names)
    assert len(found) <= 14
    for a, b in itertools.combinations(names, 2):
        assert {(row[a], row[b]) for row in found} == set(
            itertools.product((False, True), repeat=2)
        )
