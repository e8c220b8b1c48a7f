"""What a Grafana shows: what the Prometheus knows that it connects to."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kinds.prometheus import targets
from generator.kinds.prometheus.settings import Http
from generator.spec.model import Chart, Component, Platform


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the first Prometheus that Grafana connects to knows.

    It is the `server` of the `chart`. `found` are its targets, `known` their components.
    `measured`: somebody counts requests. `exported`: a database has the exporter beside it.
    `poolers` are the workloads before databases, `routed` the measured components with addresses.
    `mesh`: Istio may be switched on both here and there, `gateway`: its own pods may be the way in.
    """

    server: Component
    chart: Chart
    http: Http
    found: tuple[targets.Target, ...]
    known: tuple[Component, ...]
    measured: bool
    objectives: bool
    exported: bool
    backups: bool
    poolers: tuple[str, ...]
    routed: tuple[str, ...]
    state: bool
    nodes: bool
    blackbox: bool
    mesh: bool
    gateway: bool

    @property
    def boards(self) -> tuple[str, ...]:
        """The dashboards that there are whatever the spec asks for."""
        there = {
            "services": True,
            "capacity": self.state or self.nodes,
            "ingress": self.blackbox or bool(self.routed),
            "security": self.blackbox or self.measured,
            "monitoring": True,
            "postgres": bool(self.of_kind("postgres")),
            "pgbouncer": bool(self.poolers),
            "cnpg": bool(self.of_kind("cnpg")),
            "redis": bool(self.of_kind("redis")),
            "mesh": self.mesh,
        }
        return tuple(name for name, is_there in there.items() if is_there)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The components of a kind that are read."""
        return tuple(dict.fromkeys(one.component for one in self.found if one.kind == kind))


def look(component: Component, chart: Chart, platform: Platform) -> Seen | None:
    edges = targets.of_kind(chart, component, "prometheus")
    if not edges or edges[0].target is None:
        return None
    source = edges[0].target
    of = next(one for one in platform.charts if one.name == source.chart_name)
    found = targets.targets(platform, of, source)
    read = {(one.chart, one.component) for one in found}
    known = [
        one
        for other in platform.charts
        for one in other.components
        if (other.name, one.name) in read
    ]
    databases = [one.settings for one in known if one.metrics_of == "postgres"]
    routed = {(one.name, name) for one in platform.charts for name in one.routed}
    return Seen(
        server=source,
        chart=of,
        http=source.settings.http,
        found=found,
        known=tuple(known),
        measured=any(one.kind == "web" for one in known),
        objectives=any(getattr(one.settings, "slo", None) is not None for one in known),
        exported=any(one.metrics for one in databases),
        backups=any(one.backup is not None for one in databases),
        poolers=_poolers(found),
        routed=tuple(
            dict.fromkeys(
                one.name
                for one in known
                if one.kind == "web" and (one.chart_name, one.name) in routed
            )
        ),
        state=bool(targets.of_kind(of, source, "exporter", exporter="kube-state-metrics"))
        or getattr(source.settings, "state", False),
        nodes=source.settings.nodes,
        blackbox=bool(targets.of_kind(of, source, "exporter", exporter="blackbox")),
        mesh=chart.mesh is not None and of.mesh is not None,
        gateway=any(one.routes and one.ingress.mode != "ingress" for one in platform.charts),
    )


def _poolers(found: tuple[targets.Target, ...]) -> tuple[str, ...]:
    """Workloads of databases that are not the database."""
    others = (one for one in found if one.kind == "postgres" and one.workload != one.component)
    return tuple(dict.fromkeys(one.workload for one in others))
