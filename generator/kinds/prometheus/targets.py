"""What a Prometheus reads: every component of the platform whose chart lets it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.kinds.api import Labels
from generator.spec.model import Chart, Component, Edge, Platform

#: (workload, service, port, path): a kind's `metrics_endpoints` gives these.
Endpoint = tuple[str, str | None, int, str]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Pods of one workload that serve metrics on one port.

    `namespace` is None within the release. `service` is None when only the pods can be found.
    `connection` is the component's name when an edge leads to it, whose host may be overridden.
    `labels` select the pods where an operator makes them. `kind` is whose metrics these are.
    """

    job: str
    chart: str
    component: str
    kind: str
    namespace: str | None
    workload: str
    service: str | None
    port: int
    path: str
    honor_labels: bool
    connection: str | None
    labels: Labels = ()


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A workload to talk to, and all its ports, for the network policy."""

    workload: str
    namespace: str | None
    ports: tuple[int, ...]
    labels: Labels = ()


def endpoints(component: Component) -> tuple[Endpoint, ...]:
    """Where a component serves metrics: as its kind says, else from its `metrics` setting."""
    own = getattr(component.kind_module, "metrics_endpoints", None)
    if own is not None:
        return tuple(own(component))
    metrics = getattr(component.settings, "metrics", None)
    if not metrics:
        return ()
    service = None if component.link is None else component.link.service
    return ((component.name, service, metrics.port, metrics.path),)


def scraped_charts(platform: Platform, chart: Chart, component: Component) -> Iterator[Chart]:
    """Charts whose components let this Prometheus read their metrics."""
    for other in platform.charts:
        scrape = other.scrape
        if scrape is None or scrape.workload != component.name:
            continue
        if (scrape.namespace or other.namespace) == chart.namespace:
            yield other


def targets(platform: Platform, chart: Chart, component: Component) -> tuple[Target, ...]:
    """All targets, in the order of the spec, each once."""
    edges = {
        (e.target.chart_name, e.target.name): e
        for e in chart.edges_from.get(component.name, ())
        if e.target is not None
    }
    scraped = {one.name for one in scraped_charts(platform, chart, component)}
    found: list[Target] = []
    for other in platform.charts:
        for one in other.components:
            edge = edges.get((other.name, one.name))
            if other.name in scraped or edge is not None:
                found.extend(_targets(one, other, chart, edge))
    return tuple(found)


def evaluated(
    platform: Platform, chart: Chart, component: Component
) -> Iterator[tuple[Chart, Component]]:
    """The components whose own alerts a Prometheus evaluates, with their charts."""
    scraped = {one.name for one in scraped_charts(platform, chart, component)}
    there = {(one.chart, one.component) for one in targets(platform, chart, component)}
    for other in platform.charts:
        for one in other.components:
            if one.alerts and (other.name in scraped or (other.name, one.name) in there):
                yield other, one


def _targets(component: Component, of: Chart, chart: Chart, edge: Edge | None) -> Iterator[Target]:
    seen: set[str] = set()
    for workload, service, port, path in endpoints(component):
        job = f"{of.name}/{workload}" + (f":{port}" if workload in seen else "")
        seen.add(workload)
        yield Target(
            job=job,
            chart=of.name,
            component=component.name,
            kind=component.metrics_of,
            namespace=None if of.name == chart.name else of.namespace,
            workload=workload,
            service=service,
            port=port,
            path=path,
            honor_labels=getattr(component.settings, "honor_labels", False),
            connection=None if edge is None else component.name,
            labels=component.pod_labels(workload),
        )


def namespaces(found: tuple[Target, ...]) -> tuple[str, ...]:
    """Foreign namespaces with targets, sorted: each needs a Role."""
    return tuple(sorted({one.namespace for one in found if one.namespace is not None}))


def peers(found: tuple[Target, ...]) -> tuple[Peer, ...]:
    """The workloads behind the targets, each once with all its ports."""
    ports: dict[tuple[str, str | None, Labels], set[int]] = {}
    for one in found:
        ports.setdefault((one.workload, one.namespace, one.labels), set()).add(one.port)
    return tuple(
        Peer(workload=workload, namespace=namespace, ports=tuple(sorted(numbers)), labels=labels)
        for (workload, namespace, labels), numbers in ports.items()
    )


def grouped(found: tuple[Target, ...]) -> tuple[tuple[Target, ...], ...]:
    """The targets of each workload together: they are the same pods."""
    groups: dict[tuple[str, str], list[Target]] = {}
    for one in found:
        groups.setdefault((one.chart, one.workload), []).append(one)
    return tuple(map(tuple, groups.values()))


def of_kind(chart: Chart, component: Component, kind: str, **settings: str) -> tuple[Edge, ...]:
    """Edges from a component to components of one kind, with these settings."""
    return tuple(
        edge
        for edge in chart.edges_from.get(component.name, ())
        if edge.target is not None
        and edge.target.kind == kind
        and all(getattr(edge.target.settings, name) == value for name, value in settings.items())
    )


def addresses(platform: Platform) -> tuple[str, ...]:
    """Public addresses to ask from outside: each route, at a path that must answer 200."""
    found: list[str] = []
    for chart in platform.charts:
        for route in chart.routes:
            if route.to is None:
                continue
            ready = getattr(route.to.settings, "ready", None)
            path = ready if ready and route.url_path == "/" else route.url_path
            found.append(f"https://{route.host}{path}")
    return tuple(dict.fromkeys(found))
