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
        settings: Mapping[str, Any] = {"to": raw} if isinstance(raw, str) else raw
        route = _route(found, ("charts", chart, "routes", address), settings, components)
        routes.append(route)
        findings.extend(_host_problems(found, route))
        if "to" in settings and "redirect" in settings:
            findings.append(_finding(found, route.path, f"{_EITHER}, got both", _EITHER_HINT))
        elif "redirect" in settings:
            findings.extend(_redirect_problems(found, route))
        elif "to" not in settings:
            findings.append(_finding(found, route.path, f"{_EITHER}, got neither", _EITHER_HINT))
        elif not found.left_out(chart, settings["to"]):
            findings.extend(_target_problems(found, route.path, settings["to"], components))
    findings.extend(_twice(found, routes))
    findings.extend(_beside_redirects(found, routes))
    return tuple(routes), findings


_EITHER = "expected either `to` or `redirect`"
_EITHER_HINT = "`to` names the component that answers, `redirect` a host to send browsers to"


def _route(
    found: Intact,
    path: Path_,
    settings: Mapping[str, Any],
    components: Mapping[str, Component],
) -> Route:
    host, slash, rest = str(path[-1]).partition("/")
    target = components.get(settings.get("to", ""))
    return Route(
        path=path,
        place=found.source.where_key(path),
        host=host,
        url_path=slash + rest or "/",
        to=None if target is None or target.link is None else target,
        redirect=None if "to" in settings else settings.get("redirect"),
        rate=settings.get("rate"),
        burst=settings.get("burst"),
        body=settings.get("body"),
        timeout=settings.get("timeout"),
        websocket=settings.get("websocket", False),
    )


def _host_problems(found: Intact, route: Route) -> Iterator[Finding]:
    problem = host_problem(route.host)
    if problem:
        what = f"the host {shown(route.host)} {problem}"
        yield _finding(found, route.path, what, "a route has a host like api.example.com")


def _redirect_problems(found: Intact, route: Route) -> Iterator[Finding]:
    """A redirect of a part of a host, to itself, or to what is no host."""
    to = str(route.redirect)
    wild = "stands for many hosts; browsers are sent to one" if to.startswith("*.") else None
    problem = wild or host_problem(to)
    if problem:
        what, hint = f"the host {shown(to)} {problem}", "redirect: example.com"
        yield _finding(found, (*route.path, "redirect"), what, hint)
    elif route.url_path != "/":
        hint = f"let {route.host} answer with a component that redirects this path"
        yield _finding(found, route.path, "only a whole host can be redirected", hint)
    elif to == route.host:
        yield _finding(found, route.path, "redirects to itself", "name another host")


def _beside_redirects(found: Intact, routes: list[Route]) -> Iterator[Finding]:
    """Redirects of hosts that answer elsewhere, too, and redirects in a circle."""
    redirects = {one.host: one for one in routes if one.redirect and one.url_path == "/"}
    answering = {one.host: one for one in routes if not one.redirect}
    seen: set[str] = set()
    for host, route in redirects.items():
        if host in answering:
            what = f"a redirected host can't have other routes, as {answering[host].path[-1]} is"
            hint = "remove the redirect, or the other routes"
            yield _finding(found, route.path, what, hint)
        trail = [host]
        while (after := redirects.get(str(redirects[trail[-1]].redirect))) is not None:
            if after.host in trail:
                break
            trail.append(after.host)
        if after is not None and after.host == host and len(trail) > 1 and not seen & set(trail):
            what = f"the redirects lead in a circle: {' -> '.join([*trail, host])}"
            yield _finding(found, route.path, what, "send one of them to a host that answers")
            seen |= set(trail)


def _target_problems(
    found: Intact, path: Path_, name: str, components: Mapping[str, Component]
) -> Iterator[Finding]:
    """A route to nothing, or to what no browser can ask."""
    if found.source.written((*path, "to")) is not None:
        path = (*path, "to")
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
