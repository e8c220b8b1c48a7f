"""Edges and routes: names in platform.yaml become references between components."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from generator.findings import Finding
from generator.spec.model import Component, Edge, Outside, Path, Route
from generator.spec.source import Source

_DEFAULT_PORTS = {"https": 443, "http": 80}


def resolve_edges(
    source: Source,
    chart: str,
    components: Mapping[str, Mapping[str, Component]],
    namespaces: Mapping[str, str],
) -> tuple[tuple[Edge, ...], list[Finding]]:
    """All edges of a chart, and a finding for each that leads nowhere or in a circle."""
    edges: list[Edge] = []
    findings: list[Finding] = []
    for component in components[chart].values():
        for index, target in enumerate(component.connects):
            path = (*component.path, "connects", index)
            found = _edge(source, component, target, path, components, namespaces)
            if isinstance(found, Edge):
                edges.append(found)
            else:
                findings.append(found)
    findings.extend(_cycles(source, edges))
    return tuple(edges), findings


def _edge(
    source: Source,
    component: Component,
    target: str,
    path: Path,
    components: Mapping[str, Mapping[str, Component]],
    namespaces: Mapping[str, str],
) -> Edge | Finding:
    place = source.where(path)
    if "://" in target:
        return _outside(source, component, target, path)
    chart, _, name = target.rpartition("/")
    chart = chart or component.chart_name
    found = components.get(chart, {}).get(name)
    if found is None:
        message = f"{_dotted(path)}: no component {target!r}"
        return source.finding(path, "edge-target", message, hint=_nearest(name, chart, components))
    if found is component:
        return source.finding(path, "edge-target", f"{_dotted(path)}: connects to itself")
    if found.link is None:
        message = f"{_dotted(path)}: {target!r} is a {found.kind}, which nothing can connect to"
        return source.finding(path, "edge-target", message, hint="remove the entry")
    return Edge(
        path=path,
        place=place,
        source=component,
        target=found,
        link=found.link,
        namespace=None if chart == component.chart_name else namespaces[chart],
    )


def _outside(source: Source, component: Component, target: str, path: Path) -> Edge | Finding:
    try:
        parts = urlsplit(target)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("https", "http", "tcp") or not parts.hostname or port is None:
        return source.finding(
            path,
            "edge-target",
            f"{_dotted(path)}: expected an address like https://api.example.com "
            f"or tcp://host:port, got {target!r}",
        )
    outside = Outside(scheme=parts.scheme, host=parts.hostname, port=port)
    return Edge(path=path, place=source.where(path), source=component, outside=outside)


def _cycles(source: Source, edges: Iterable[Edge]) -> list[Finding]:
    """Circles among the edges: each component would wait for the next one for ever."""
    out: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.target is not None and edge.namespace is None:
            out.setdefault(edge.source.name, []).append(edge)
    findings: list[Finding] = []
    done: set[str] = set()
    for start in out:
        trail: list[str] = []
        stack: list[tuple[str, list[Edge]]] = [(start, list(out[start]))]
        if start in done:
            continue
        trail.append(start)
        while stack:
            name, rest = stack[-1]
            if not rest:
                done.add(name)
                stack.pop()
                trail.pop()
                continue
            edge = rest.pop(0)
            assert edge.target is not None
            target = edge.target.name
            if target in trail:
                circle = " -> ".join([*trail[trail.index(target) :], target])
                findings.append(
                    source.finding(
                        edge.path,
                        "edge-cycle",
                        f"{_dotted(edge.path)}: the edges form a circle: {circle}",
                        hint="remove one of them: each component waits for those it connects to",
                    )
                )
            elif target not in done:
                trail.append(target)
                stack.append((target, list(out.get(target, ()))))
    return findings


def resolve_routes(
    source: Source, chart: str, components: Mapping[str, Component]
) -> tuple[tuple[Route, ...], list[Finding]]:
    """All public addresses of a chart, and a finding for each that leads nowhere."""
    routes: list[Route] = []
    findings: list[Finding] = []
    for address, raw in source.data["charts"][chart].get("routes", {}).items():
        path: Path = ("charts", chart, "routes", address)
        settings: dict[str, Any] = {"to": raw} if isinstance(raw, str) else raw
        target = components.get(settings.get("to", ""))
        if ("to" in settings) == ("redirect" in settings):
            findings.append(
                source.finding(
                    path, "route", f"{_dotted(path)}: expected either `to` or `redirect`", key=True
                )
            )
        elif "to" in settings and (target is None or target.link is None):
            message = f"{_dotted(path)}: no component {settings['to']!r} that serves a port"
            hint = _nearest(settings["to"], chart, {chart: components})
            findings.append(source.finding(path, "route", message, hint=hint))
        host, slash, rest = address.partition("/")
        routes.append(
            Route(
                path=path,
                place=source.where_key(path),
                host=host,
                url_path=slash + rest or "/",
                to=target,
                redirect=settings.get("redirect"),
                rate=settings.get("rate"),
                burst=settings.get("burst"),
                body=settings.get("body"),
                timeout=settings.get("timeout"),
                websocket=settings.get("websocket", False),
            )
        )
    return tuple(routes), findings


def _nearest(
    name: str, chart: str, components: Mapping[str, Mapping[str, Component]]
) -> str | None:
    names = components.get(chart, {})
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    elsewhere = [other for other, own in components.items() if name in own]
    if elsewhere:
        return f"it belongs to another chart: write '{elsewhere[0]}/{name}'"
    return f"components of {chart}: {', '.join(sorted(names)) or 'none'}"


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
