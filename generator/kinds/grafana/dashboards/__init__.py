"""Which dashboards a platform gets: those that its components give reason for."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.capacity import capacity
from generator.kinds.grafana.dashboards.monitoring import monitoring
from generator.kinds.grafana.dashboards.outside import ingress, security
from generator.kinds.grafana.dashboards.panels import dashboard
from generator.kinds.grafana.dashboards.pgbouncer import pgbouncer
from generator.kinds.grafana.dashboards.postgres import postgres
from generator.kinds.grafana.dashboards.redis import redis
from generator.kinds.grafana.dashboards.seen import Seen, look
from generator.kinds.grafana.dashboards.services import services
from generator.spec.model import Chart, Component, Platform


def boards(component: Component, chart: Chart, platform: Platform) -> Iterator[tuple[str, str]]:
    """Each dashboard's JSON with its file name. `services` is the first that people see."""
    seen = look(component, chart, platform)
    if seen is None:
        return
    for board in _derived(seen):
        yield (
            board.name,
            dashboard(
                platform.name,
                board.name,
                board.title,
                seen.source,
                board.panels,
                board.variables,
                about=board.about,
                hours=board.hours,
            ),
        )


def _derived(seen: Seen) -> Iterator[Board]:
    """Those that follow from the kinds of the components and from what they say of themselves."""
    yield services(seen)
    if seen.state or seen.nodes:
        yield capacity(seen)
    if seen.blackbox or seen.routed:
        yield ingress(seen)
    if seen.blackbox or seen.measured:
        yield security(seen)
    yield monitoring(seen)
    if seen.of_kind("postgres"):
        yield postgres(seen)
    if seen.poolers:
        yield pgbouncer(seen)
    if seen.of_kind("redis"):
        yield redis(seen)
