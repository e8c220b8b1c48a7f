"""Entries of `connects` lead to components, to the outside, or have a finding."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.spec.model import Edge, Outside
from tests.spec.shops import chart, platform, read, said, shop, web, worker, wrong

AT = "charts.shop.components"


def two_charts(*connects: str) -> dict[str, Any]:
    """`front` and `back` in one chart, `metrics` and `jobs` in another."""
    watch = chart({"metrics": web(), "jobs": worker()}, namespace="watch")
    return platform(shop=chart({"front": web(*connects), "back": web()}), monitoring=watch)


def test_an_edge_leads_to_a_component_of_its_chart(tmp_path: Path) -> None:
    found = read(tmp_path, two_charts("back")).charts[0]
    (edge,) = found.edges
    assert (edge.source.name, edge.path) == (
        "front",
        ("charts", "shop", "components", "front", "connects", 0),
    )
    assert edge.target is found.components[1]
    assert edge.link == edge.target.link
    assert (edge.namespace, edge.outside) == (None, None)
    assert found.edges_from == {"front": (edge,)}
    assert found.edges_to == {"back": (edge,)}


def test_an_edge_to_another_chart_has_its_namespace(tmp_path: Path) -> None:
    one, other = read(tmp_path, two_charts("monitoring/metrics")).charts
    (edge,) = one.edges
    assert edge.target is other.components[0]
    assert edge.namespace == "watch"
    assert one.edges_to == {}, "it ends in another release"


def test_an_edge_may_name_its_own_chart(tmp_path: Path) -> None:
    (edge,) = read(tmp_path, two_charts("shop/back")).charts[0].edges
    assert edge.target is not None
    assert (edge.target.name, edge.namespace) == ("back", None)


def test_an_edge_leads_outside(tmp_path: Path) -> None:
    edges = read(tmp_path, two_charts("https://api.example.com", "back")).charts[0].edges
    assert edges[0].outside == Outside(scheme="https", host="api.example.com", port=443)
    assert (edges[0].target, edges[0].link) == (None, None)
    assert edges[1].target is not None


@pytest.mark.parametrize(
    ("target", "what", "hint"),
    [
        ("front", "'front' is the component itself", "remove the entry"),
        ("shop/front", "'shop/front' is the component itself", "remove the entry"),
        ("bak", "there is no component 'bak'", "did you mean 'back'?"),
        ("shop/bak", "there is no component 'shop/bak'", "did you mean 'shop/back'?"),
        ("zzz", "there is no component 'zzz'", "there are: front, back"),
        (
            "metrics",
            "there is no component 'metrics'",
            "it belongs to another chart: write 'monitoring/metrics'",
        ),
        (
            "monitorin/metrics",
            "there is no chart 'monitorin'",
            "did you mean 'monitoring/metrics'?",
        ),
        ("zzz/metrics", "there is no chart 'zzz'", "there are: shop, monitoring"),
        (
            "monitoring",
            "there is no component 'monitoring'",
            "monitoring is a chart; name one of its components, as in 'monitoring/…'",
        ),
        (
            "db.example.com:5432",
            "there is no component 'db.example.com:5432'",
            "an address outside has a scheme: tcp://db.example.com:5432",
        ),
        (
            "api.example.com/v1",
            "there is no component 'api.example.com/v1'",
            "an address outside has a scheme: https://api.example.com",
        ),
        (
            "monitoring/jobs",
            "'monitoring/jobs' is a worker, which nothing can connect to",
            "remove the entry; if jobs asks front, it stands there: connects: [front]",
        ),
    ],
)
def test_an_edge_to_nothing(tmp_path: Path, target: str, what: str, hint: str) -> None:
    (finding,) = wrong(tmp_path, two_charts(target))
    assert finding.message == f"{AT}.front.connects[0]: {what}"
    assert (finding.rule, finding.hint) == ("edge-target", hint)


@pytest.mark.parametrize("again", ["back", "shop/back"])
def test_an_edge_is_listed_once(tmp_path: Path, again: str) -> None:
    assert said(tmp_path, two_charts("back", again)) == [
        f"{AT}.front.connects[1]: '{again}' is listed twice"
    ]


def test_many_components_are_not_all_listed(tmp_path: Path) -> None:
    components = {"front": web("zzz"), **{f"c{number}": web() for number in range(12)}}
    (finding,) = wrong(tmp_path, shop(components))
    assert finding.hint == "there are: front, " + ", ".join(f"c{n}" for n in range(11)) + ", …"


def test_edges_to_what_is_wrong_itself_are_not_judged(tmp_path: Path) -> None:
    """The misspelt port is one mistake, not three; of what it connects to there is more to say."""
    broken = web("bak", port="8080")
    spec = shop({"front": web("mid"), "mid": broken, "back": web("front")})
    assert said(tmp_path, spec) == [
        f"{AT}.mid.port: expected an integer from 1 to 65535, got '8080'",
        f"{AT}.mid.connects[0]: there is no component 'bak'",
    ]


NAMES = ("a", "b", "c", "d", "e")
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=3)
)


@settings(max_examples=60)
@given(GRAPHS)
def test_a_circle_is_found_and_nothing_else(tmp_path_factory: Any, graph: dict[str, list]) -> None:
    """What Python's own sorter thinks of the same graph; and a circle that is told is one."""
    graph = {one: [to for to in graph.get(one, ()) if to != one] for one in NAMES}
    spec = shop({name: web(*targets) for name, targets in graph.items()})
    findings = wrong(tmp_path_factory.mktemp("shop"), spec)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        assert findings
    else:
        assert not findings
    for finding in findings:
        assert finding.rule == "edge-cycle"
        circle = finding.message.rpartition(": ")[2].split(" -> ")
        assert circle[0] == circle[-1]
        assert len(set(circle)) == len(circle) - 1
        assert all(to in graph[one] for one, to in pairwise(circle))


def test_a_long_chain_is_no_circle(tmp_path: Path) -> None:
    """Longer than Python may recurse, and closed into a circle by its last component."""
    chain = {f"c{number}": web(f"c{number + 1}") for number in range(1200)}
    assert len(_edges(tmp_path, {**chain, "c1200": web()})) == 1200
    (finding,) = wrong(tmp_path, shop({**chain, "c1200": web("c0")}))
    assert finding.message.startswith(f"{AT}.c1200.connects[0]: the edges form a circle: c0 -> c1")


def test_charts_may_ask_each_other(tmp_path: Path) -> None:
    """Releases don't wait for each other, so this is no circle, nor is it one by equal names."""
    one = chart({"a": web("other/b"), "b": web("a")})
    other = chart({"b": web("one/a")}, namespace="other")
    assert said(tmp_path, platform(one=one, other=other)) == []


def _edges(folder: Path, components: dict[str, Any]) -> tuple[Edge, ...]:
    return read(folder, shop(components)).charts[0].edges
