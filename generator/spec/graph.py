"""Edges: names in `connects` become references between components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.findings import Finding
from generator.spec.intact import Intact
from generator.spec.model import Component, Edge, Outside
from generator.spec.outside import read_address
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest
from generator.spec.source import Source

_MOST_LISTED = 12
_ONE_OF_TWO = "remove one of the two"


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What edges may lead to: the components of all charts, and the namespaces of these."""

    found: Intact
    components: Mapping[str, Mapping[str, Component]]
    namespaces: Mapping[str, str]

    @property
    def source(self) -> Source:
        return self.found.source

    def names(self, chart: str) -> tuple[str, ...]:
        """All components of a chart, those that were left out among them."""
        gone = (name for other, name in self.found.missing if other == chart)
        return (*self.components.get(chart, ()), *gone)


def resolve_edges(graph: Graph, chart: str) -> tuple[tuple[Edge, ...], list[Finding]]:
    """All edges of a chart, and a finding for each that leads nowhere or in a circle."""
    edges: list[Edge] = []
    findings: list[Finding] = []
    for component in graph.components[chart].values():
        for path, to in _targets(graph, component.path, component.connects):
            if isinstance(to, Finding):
                findings.append(to)
            else:
                edges.append(_edge(graph, component, path, to))
    for (other, name), raw in graph.found.missing.items():
        if other == chart:
            path = ("charts", chart, "components", name)
            targets = _targets(graph, path, _listed_in(raw))
            findings.extend(to for _, to in targets if isinstance(to, Finding))
    findings.extend(_cycles(graph, edges))
    return tuple(edges), findings


def _listed_in(raw: Any) -> tuple[str, ...]:
    """What a component that was left out says that it connects to."""
    listed = raw.get("connects") if isinstance(raw, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return ()
    return tuple(listed)


def _targets(
    graph: Graph, source: Path_, connects: Sequence[str]
) -> Iterator[tuple[Path_, Component | Outside | Finding]]:
    """What each entry leads to, or what is wrong with it. Of what was left out nothing is said."""
    seen: set[str] = set()
    for index, target in enumerate(connects):
        path = (*source, "connects", index)
        if "://" in target:
            address = read_address(target)
            yield path, address if isinstance(address, Outside) else _finding(graph, path, *address)
            continue
        to = _component(graph, path, target)
        if isinstance(to, Component):
            known = f"{to.chart_name}/{to.name}"
            if known in seen:
                to = _finding(graph, path, f"{shown(target)} is listed twice", _ONE_OF_TWO)
            seen.add(known)
        if to is not None:
            yield path, to


def _component(graph: Graph, path: Path_, target: str) -> Component | Finding | None:
    """The component of an entry or what is wrong with it; None where it was left out."""
    own, source = str(path[1]), str(path[3])
    chart, _, name = target.rpartition("/")
    to = graph.components.get(chart or own, {}).get(name)
    if (chart or own, name) == (own, source):
        what = f"{shown(target)} is the component itself"
        return _finding(graph, path, what, "remove the entry")
    if to is None:
        if graph.found.left_out(chart or own, name):
            return None
        return _finding(graph, path, *_nowhere(graph, own, target))
    if to.link is None:
        what = f"{shown(target)} is a {to.kind}, which nothing can connect to"
        hint = f"remove the entry; if {name} asks {source}, it stands there: connects: [{source}]"
        return _finding(graph, path, what, hint)
    return to


def _edge(graph: Graph, component: Component, path: Path_, to: Component | Outside) -> Edge:
    place = graph.source.where(path)
    if isinstance(to, Outside):
        return Edge(path=path, place=place, source=component, outside=to)
    namespace = graph.namespaces[to.chart_name] if to.chart_name != component.chart_name else None
    return Edge(
        path=path,
        place=place,
        source=component,
        target=to,
        link=to.link,
        namespace=(to.link.namespace if to.link else "") or namespace,
    )


def _nowhere(graph: Graph, chart_name: str, target: str) -> tuple[str, str]:
    """What is wrong with a name that no component has, and what was meant."""
    chart, slash, name = target.rpartition("/")
    if slash and chart not in graph.components and "." not in chart:
        close = nearest(chart, graph.components)
        what = f"there is no chart {shown(chart)}"
        return what, f"did you mean '{close}/{name}'?" if close else _listed(graph.components)
    what = f"there is no component {shown(target)}"
    if name in (graph.source.data["charts"].get(chart or chart_name) or {}).get("dependencies", ()):
        what = f"{shown(target)} is a chart of others, of which no port is known"
        hint = "let the component out by its value networkPolicy.extraEgress, in values/"
        return what, f"{hint}; give it the address by `env`"
    own = graph.names(chart or chart_name)
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
    graph: Graph, path: Path_, what: str, hint: str | None, *, rule: str = "edge-target"
) -> Finding:
    return graph.source.finding(path, rule, f"{dotted(path)}: {what}", hint)
