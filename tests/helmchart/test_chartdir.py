from __future__ import annotations

import pytest

from generator.errors import InputError
from generator.helmchart import chartdir

GOOD = b"apiVersion: v2\nname: shop\nversion: 1.2.3-rc.1+build.5\nappVersion: '1.10'\n"


def test_name_version_dependencies_and_all_the_rest():
    chart = chartdir.read(
        GOOD + b"dependencies: [{name: cart, version: 1.0.0}]\nannotations: {at: 2024-05-01}\n", "x"
    )
    assert (chart.name, chart.version, chart.dependencies) == (
        "shop",
        "1.2.3-rc.1+build.5",
        ("cart",),
    )
    assert chart.metadata["appVersion"] == "1.10"
    assert chart.metadata["annotations"] == {"at": "2024-05-01"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [", "c/Chart.yaml:2:1: no YAML: did not find expected node content"),
        ("- a", "c/Chart.yaml: expected a map"),
        ("", "c/Chart.yaml: expected a map"),
        ("name: a", "c/Chart.yaml: version: missing"),
        ("version: 1.0.0", "c/Chart.yaml: name: missing"),
        ("name: a\nversion: 1.0", "version: expected a string, got 1.0; put it in quotes"),
        ("name: a\nversion: 1.0.0\nappVersion: 1.10", "appVersion: expected a string, got 1.1;"),
        ("name: a\nversion: v1", "version: 'v1' is no semantic version (like 1.2.3)"),
        ("name: a\nversion: 01.0.0", "version: '01.0.0' is no semantic version"),
        ("name: a/b\nversion: 1.0.0", "name: 'a/b' is no chart name"),
        ("name: a\nversion: 1.0.0\ndependencies: {a: b}", "dependencies: expected a list of maps"),
        ("name: a\nversion: 1.0.0\ndependencies: [a]", "dependencies: expected a list of maps"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, expected):
    with pytest.raises(InputError) as caught:
        chartdir.read(text.encode(), "c/Chart.yaml")
    found = [f"{each.place}: {each.message}" for each in caught.value.findings]
    assert len(found) == 1
    assert expected in found[0]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        chartdir.read(b"name: 7\nversion: 2\nappVersion: 3", "c/Chart.yaml")
    assert len(caught.value.findings) == 3
