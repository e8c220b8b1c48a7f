"""Which dashboards a platform gets: those that its components give reason for."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.grafana.dashboards import cluster, data, services
from generator.kinds.grafana.dashboards.panels import Json
from generator.kinds.grafana.dashboards.seen import look
from generator.spec.model import Chart, Component, Platform


def boards(component: Component, chart: Chart, platform: Platform) -> Iterator[tuple[str, Json]]:
    """Each dashboard with its file name. `services` is the first that people see."""
    seen = look(component, chart, platform)
    if seen is None:
        return
    yield "services", services.services(seen)
    if seen.objectives:
        yield "objectives", services.objectives(seen)
    if seen.state or seen.nodes:
        yield "workloads", cluster.workloads(seen)
    if seen.blackbox:
        yield "addresses", cluster.addresses(seen)
    yield "monitoring", cluster.monitoring(seen)
    for kind, board in (("postgres", data.postgres), ("redis", data.redis)):
        workloads = seen.of_kind(kind)
        if workloads:
            yield kind, board(seen.named(kind), seen.source, workloads)
