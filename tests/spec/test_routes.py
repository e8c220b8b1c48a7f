"""Public addresses lead to components that answer, to another host, or have a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.spec.shops import RESOURCES, read, shop, web, worker, wrong

REDIS = {"kind": "redis", "nodes": 6, "storage": "1Gi", "resources": RESOURCES}
COMPONENTS = {"front": web(), "api": web(), "jobs": worker(), "cache": REDIS}


def routed(routes: dict[str, Any]) -> dict[str, Any]:
    return shop(COMPONENTS, routes=routes)


def test_a_route_is_a_host_a_path_and_who_answers(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        routed(
            {
                "a.example": "front",
                "a.example/api/v1": {"to": "api", "rate": 5, "websocket": True},
                "*.a.example": "front",
                "b.example": {"redirect": "a.example"},
            }
        ),
    ).charts[0]
    assert [
        (one.host, one.url_path, one.to.name if one.to else None, one.redirect)
        for one in found.routes
    ] == [
        ("a.example", "/", "front", None),
        ("a.example", "/api/v1", "api", None),
        ("*.a.example", "/", "front", None),
        ("b.example", "/", None, "a.example"),
    ]
    assert [(one.rate, one.websocket) for one in found.routes[:2]] == [(None, False), (5, True)]
    assert found.routed == {"front", "api"}


def to(host: str) -> dict[str, str]:
    return {"redirect": host}


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({"a.example": "frnt"}, ["a.example: there is no component 'frnt'"]),
    "a worker": ({"a.example": "jobs"}, ["a.example: 'jobs' is a worker, which serves no HTTP"]),
    "what speaks no HTTP": (
        {"a.example": "cache"},
        ["a.example: 'cache' is a redis, which serves no HTTP"],
    ),
    "to a worker, in full": (
        {"a.example": {"to": "jobs"}},
        ["a.example.to: 'jobs' is a worker, which serves no HTTP"],
    ),
    "both": (
        {"a.example": {"to": "front", **to("b.example")}},
        ["a.example: expected either `to` or `redirect`, got both"],
    ),
    "neither": (
        {"a.example": {"rate": 5}},
        ["a.example: expected either `to` or `redirect`, got neither"],
    ),
    "twice by a slash": (
        {"a.example/x": "front", "a.example/x/": "api"},
        ["a.example/x/: a.example/x already has a route, in platform.yaml:"],
    ),
    "part of a host": (
        {"a.example/x": to("b.example")},
        ["a.example/x: only a whole host can be redirected"],
    ),
    "to itself": ({"a.example": to("a.example")}, ["a.example: redirects to itself"]),
    "to many hosts": (
        {"a.example": to("*.example")},
        [
            "a.example.redirect: the host '*.example' stands for many hosts; "
            "browsers are sent to one"
        ],
    ),
    "beside an answer": (
        {"a.example": to("b.example"), "a.example/x": "front"},
        ["a.example: a redirected host can't have other routes, as a.example/x is"],
    ),
    "circle": (
        {"a.example": to("b.example"), "b.example": to("c.example"), "c.example": to("a.example")},
        [
            "a.example: the redirects lead in a circle: "
            "a.example -> b.example -> c.example -> a.example"
        ],
    ),
    "into a circle": (
        {"x.example": to("a.example"), "a.example": to("b.example"), "b.example": to("a.example")},
        ["a.example: the redirects lead in a circle: a.example -> b.example -> a.example"],
    ),
    "a chain is none": (
        {"a.example": to("b.example"), "b.example": to("c.example"), "c.example": "front"},
        [],
    ),
    "paths of one host": ({"a.example": "front", "a.example/x": "api", "a.example/xy": "api"}, []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_with_routes(tmp_path: Path, name: str) -> None:
    routes, problems = CASES[name]
    found = [
        one.message.removeprefix("charts.shop.routes.") for one in wrong(tmp_path, routed(routes))
    ]
    assert len(found) == len(problems)
    for message, problem in zip(found, problems, strict=True):
        assert message.startswith(problem)


def test_those_that_answer_are_named(tmp_path: Path) -> None:
    (finding,) = wrong(tmp_path, routed({"a.example": "zzz"}))
    assert finding.hint == "those that answer: front, api"
    (finding,) = wrong(tmp_path, shop({"jobs": worker()}, routes={"a.example": "jobs"}))
    assert finding.hint == "those that answer: none"


def test_a_route_to_what_is_wrong_itself_is_not_judged(tmp_path: Path) -> None:
    spec = shop({"front": web(port=0), "api": web()}, routes={"a.example": "front"})
    assert [finding.rule for finding in wrong(tmp_path, spec)] == ["value"]
