"""Routes: public addresses become references to components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.findings import Finding
from generator.spec.intact import Intact
from generator.spec.model import Component, Route
from generator.spec.names import host_problem
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest


def resolve_routes(
    found: Intact, chart: str, components: Mapping[str, Component]
) -> tuple[tuple[Route, ...], list[Finding]]:
    """All public addresses of a chart, and a finding for each that leads nowhere."""
    routes: list[Route] = []
    findings: list[Finding] = []
    for address, raw in found.source.data["charts"][chart].get("routes", {}).items():
        path: Path_ = ("charts", chart, "routes", address)
        settings: dict[str, Any] = {"to": raw} if isinstance(raw, str) else raw
        target = components.get(settings.get("to", ""))
        host, slash, rest = address.partition("/")
        route = Route(
            path=path,
            place=found.source.where_key(path),
            host=host,
            url_path=slash + rest or "/",
            to=None if target is None or target.link is None else target,
            redirect=settings.get("redirect"),
            rate=settings.get("rate"),
            burst=settings.get("burst"),
            body=settings.get("body"),
            timeout=settings.get("timeout"),
            websocket=settings.get("websocket", False),
        )
        routes.append(route)
        findings.extend(_problems(found, chart, route, settings, components))
    findings.extend(_twice(found, routes))
    return tuple(routes), findings


def _problems(
    found: Intact,
    chart: str,
    route: Route,
    settings: Mapping[str, Any],
    components: Mapping[str, Component],
) -> Iterator[Finding]:
    problem = host_problem(route.host)
    if problem:
        what = f"the host {shown(route.host)} {problem}"
        yield _finding(found, route.path, what, "a route has a host like api.example.com")
    if ("to" in settings) == ("redirect" in settings):
        what = "expected either `to` or `redirect`, got "
        what += "both" if "to" in settings else "neither"
        hint = "`to` names the component that answers, `redirect` a host to send browsers to"
        yield _finding(found, route.path, what, hint)
    name, at = settings.get("to"), route.path
    if isinstance(name, str) and not found.left_out(chart, name):
        if found.source.written((*route.path, "to")) is not None:
            at = (*route.path, "to")
        yield from _target_problems(found, at, name, components)
    if route.redirect is not None:
        problem = host_problem(route.redirect)
        if route.redirect.startswith("*."):
            problem = "stands for many hosts; browsers are sent to one"
        if problem:
            what = f"the host {shown(route.redirect)} {problem}"
            yield _finding(found, (*route.path, "redirect"), what, "redirect: example.com")


def _target_problems(
    found: Intact, path: Path_, name: str, components: Mapping[str, Component]
) -> Iterator[Finding]:
    """A route to nothing, or to what no browser can ask."""
    target = components.get(name)
    serving = [one.name for one in components.values() if one.link and not one.link.wait]
    there = f"those that answer: {', '.join(serving) or 'none'}"
    if target is None:
        close = nearest(name, components)
        hint = f"did you mean {close!r}?" if close else there
        yield _finding(found, path, f"there is no component {shown(name)}", hint, key=False)
    elif target.link is None or target.link.wait:
        what = f"{name!r} is a {target.kind}, which serves no HTTP"
        yield _finding(found, path, what, there, key=False)


def _twice(found: Intact, routes: list[Route]) -> Iterator[Finding]:
    """One host and path, with or without the slash at its end, has one answer."""
    first: dict[tuple[str, str], Route] = {}
    for route in routes:
        other = first.setdefault((route.host, route.url_path.rstrip("/")), route)
        if other is not route:
            address = f"{route.host}{route.url_path}".rstrip("/")
            what = f"{address} already has a route, in {other.place}"
            yield _finding(found, route.path, what, "remove one of the two", rule="route-twice")


def _finding(
    found: Intact, path: Path_, what: str, hint: str, *, rule: str = "route", key: bool = True
) -> Finding:
    return found.source.finding(path, rule, f"{dotted(path)}: {what}", hint, key=key)
