"""Edges: names in `connects` become references between components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from generator.findings import Finding
from generator.spec.intact import Intact
from generator.spec.model import Component, Edge, Outside
from generator.spec.names import host_problem
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest
from generator.spec.source import Source

_PORTS = {"https": 443, "http": 80, "tcp": None}

#: Other protocols, and the ports that people know them by.
_OTHER_PORTS = {
    "amqp": 5672,
    "amqps": 5671,
    "grpc": 443,
    "kafka": 9092,
    "ldap": 389,
    "ldaps": 636,
    "mongodb": 27017,
    "mysql": 3306,
    "nats": 4222,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "sftp": 22,
    "smtp": 587,
    "smtps": 465,
    "ssh": 22,
}
_MOST_LISTED = 12


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What edges may lead to: the components of all charts, and the namespaces of these."""

    found: Intact
    components: Mapping[str, Mapping[str, Component]]
    namespaces: Mapping[str, str]

    @property
    def source(self) -> Source:
        return self.found.source


def resolve_edges(graph: Graph, chart: str) -> tuple[tuple[Edge, ...], list[Finding]]:
    """All edges of a chart, and a finding for each that leads nowhere or in a circle."""
    edges: list[Edge] = []
    findings: list[Finding] = []
    for component in graph.components[chart].values():
        seen: set[tuple[str, str]] = set()
        for index, target in enumerate(component.connects):
            path = (*component.path, "connects", index)
            edge = _edge(graph, component, target, path)
            if isinstance(edge, Finding):
                findings.append(edge)
            elif edge is not None and edge.target is not None:
                known = (edge.target.chart_name, edge.target.name)
                if known in seen:
                    hint = "remove one of the two"
                    findings.append(_finding(graph, path, f"{shown(target)} is listed twice", hint))
                seen.add(known)
            if isinstance(edge, Edge):
                edges.append(edge)
    findings.extend(_cycles(graph, edges))
    return tuple(edges), findings


def _edge(graph: Graph, component: Component, target: str, path: Path_) -> Edge | Finding | None:
    """An edge or what is wrong with it; None where its target has been refused by itself."""
    if "://" in target:
        return _outside(graph, component, target, path)
    chart, _, name = target.rpartition("/")
    chart = chart or component.chart_name
    leads_to = graph.components.get(chart, {}).get(name)
    if leads_to is None:
        if graph.found.left_out(chart, name):
            return None
        what, hint = _nowhere(graph, component, target)
        return _finding(graph, path, what, hint)
    if leads_to is component:
        what, hint = f"{shown(target)} is the component itself", "remove the entry"
        return _finding(graph, path, what, hint)
    if leads_to.link is None:
        what = f"{shown(target)} is a {leads_to.kind}, which nothing can connect to"
        hint = f"remove the entry; when {name} asks {component.name}, it stands there: "
        return _finding(graph, path, what, f"{hint}connects: [{component.name}]")
    return Edge(
        path=path,
        place=graph.source.where(path),
        source=component,
        target=leads_to,
        link=leads_to.link,
        namespace=None if chart == component.chart_name else graph.namespaces[chart],
    )


def _nowhere(graph: Graph, component: Component, target: str) -> tuple[str, str]:
    """What is wrong with a name that no component has, and what was meant."""
    chart, slash, name = target.rpartition("/")
    if slash and chart not in graph.components and "." not in chart:
        close = nearest(chart, graph.components)
        what = f"there is no chart {shown(chart)}"
        return what, f"did you mean '{close}/{name}'?" if close else _listed(graph.components)
    what = f"there is no component {shown(target)}"
    own = graph.components.get(chart or component.chart_name, {})
    elsewhere = [other for other, some in graph.components.items() if name in some]
    close = nearest(name, own)
    if elsewhere:
        return what, f"it belongs to another chart: write '{elsewhere[0]}/{name}'"
    if close:
        return what, f"did you mean '{chart}{slash}{close}'?"
    if name in graph.components:
        return what, f"{name} is a chart; name one of its components, as in '{name}/…'"
    if "." in target or ":" in target:
        host, _, port = target.partition("/")[0].partition(":")
        address = f"tcp://{host}:{port}" if port and port != "443" else f"https://{host}"
        return what, f"an address outside has a scheme: {address}"
    return what, _listed(own)


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = ", …" if len(known) > _MOST_LISTED else ""
    return f"there are: {', '.join(known[:_MOST_LISTED])}{more}"


def _outside(graph: Graph, component: Component, target: str, path: Path_) -> Edge | Finding:
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        what = f"expected a port from 1 to 65535, got {shown(target.rpartition(':')[2])}"
        return _finding(graph, path, what, "tcp://db.example.com:5432")
    if parts.username is not None or parts.password is not None:
        what = "an address holds no user and no password"
        hint = "take them from a Secret: they stand in `secrets`, not in `connects`"
        return _finding(graph, path, what, hint)
    wrong = _address_problem(parts, port)
    if wrong:
        return _finding(graph, path, *wrong)
    number = port or _PORTS[parts.scheme]
    assert number is not None
    outside = Outside(scheme=parts.scheme, host=parts.hostname or "", port=number)
    return Edge(path=path, place=graph.source.where(path), source=component, outside=outside)


def _address_problem(parts: SplitResult, port: int | None) -> tuple[str, str] | None:
    """What is wrong with an address, and how to write it."""
    host = parts.hostname or ""
    if parts.scheme not in _PORTS:
        what = f"expected https://, http:// or tcp://, got {shown(parts.scheme + '://')}"
        number = port or _OTHER_PORTS.get(parts.scheme)
        return what, f"tcp://{host or 'host'}:{number or 'port'}"
    if not host:
        return "the address has no host", f"{parts.scheme}://api.example.com"
    problem = None if _is_number(host) else host_problem(host)
    if problem:
        return f"the host {shown(host)} {problem}", f"{parts.scheme}://api.example.com"
    if port == 0 or (port or _PORTS[parts.scheme]) is None:
        return "the address needs a port", f"{parts.scheme}://{host}:5432"
    return None


def _is_number(host: str) -> bool:
    """An IP address, which policies understand better than names."""
    return ":" in host or host.replace(".", "").isdigit()


def _cycles(graph: Graph, edges: Iterable[Edge]) -> list[Finding]:
    """Circles among the edges: each component would wait for the next one for ever."""
    out: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.target is not None and edge.namespace is None:
            out.setdefault(edge.source.name, []).append(edge)
    findings: list[Finding] = []
    done: set[str] = set()
    for start in out:
        if start not in done:
            findings.extend(_cycles_from(graph, start, out, done))
    return findings


def _cycles_from(
    graph: Graph, start: str, out: Mapping[str, list[Edge]], done: set[str]
) -> Iterable[Finding]:
    """Walk all edges from a component, deeper before further. A loop: chains may be long."""
    trail = {start: None}  # in the order of the walk, and quick to ask
    stack = [(start, iter(out[start]))]
    while stack:
        name, rest = stack[-1]
        edge = next(rest, None)
        if edge is None:
            done.add(name)
            stack.pop()
            trail.pop(name)
            continue
        assert edge.target is not None
        target = edge.target.name
        if target in trail:
            names = list(trail)
            circle = " -> ".join([*names[names.index(target) :], target])
            yield _finding(
                graph,
                edge.path,
                f"the edges form a circle: {circle}",
                "remove one of them: each component waits for those it connects to",
                rule="edge-cycle",
            )
        elif target not in done:
            trail[target] = None
            stack.append((target, iter(out.get(target, ()))))


def _finding(
    graph: Graph, path: Path_, what: str, hint: str, *, rule: str = "edge-target"
) -> Finding:
    return graph.source.finding(path, rule, f"{dotted(path)}: {what}", hint)
