"""What a Grafana shows: what the Prometheus knows that it connects to."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kinds.prometheus import targets
from generator.kinds.prometheus.settings import Http
from generator.spec.model import Chart, Component, Platform


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the first Prometheus that Grafana connects to knows."""

    platform: str
    source: str
    http: Http
    found: tuple[targets.Target, ...]
    objectives: bool
    state: bool
    nodes: bool
    blackbox: bool

    def named(self, name: str) -> str:
        """The uid of a dashboard."""
        return f"{self.platform}-{name}"

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
    promising = any(
        getattr(one.settings, "slo", None) is not None and (other.name, one.name) in read
        for other in platform.charts
        for one in other.components
    )
    return Seen(
        platform=platform.name,
        source=source.name,
        http=source.settings.http,
        found=found,
        objectives=promising,
        state=bool(targets.of_kind(of, source, "exporter", exporter="kube-state-metrics")),
        nodes=source.settings.nodes,
        blackbox=bool(targets.of_kind(of, source, "exporter", exporter="blackbox")),
    )
