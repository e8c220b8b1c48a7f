"""Which dashboards a platform gets: those that its components give reason for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.capacity import capacity
from generator.kinds.grafana.dashboards.declared import remaining, wanted
from generator.kinds.grafana.dashboards.monitoring import monitoring
from generator.kinds.grafana.dashboards.outside import ingress, security
from generator.kinds.grafana.dashboards.panels import dashboard, row
from generator.kinds.grafana.dashboards.pgbouncer import pgbouncer
from generator.kinds.grafana.dashboards.postgres import postgres
from generator.kinds.grafana.dashboards.redis import redis
from generator.kinds.grafana.dashboards.services import services
from generator.kinds.grafana.metrics import Metric, declared, shown_metrics
from generator.kinds.grafana.seen import Seen, look
from generator.kinds.grafana.wanted import WantedBoard
from generator.spec.model import Chart, Component, Platform

_OF: Mapping[str, Callable[[Seen], Board]] = {
    "services": services,
    "capacity": capacity,
    "ingress": ingress,
    "security": security,
    "monitoring": monitoring,
    "postgres": postgres,
    "pgbouncer": pgbouncer,
    "redis": redis,
}


def boards(component: Component, chart: Chart, platform: Platform) -> Iterator[tuple[str, str]]:
    """Each dashboard's JSON with its file name. `services` is the first that people see."""
    seen = look(component, chart, platform)
    if seen is None:
        return
    found = {name: _OF[name](seen) for name in seen.boards}
    _add_declared(found, component.settings.dashboards, declared(seen.known))
    for name, board in found.items():
        text = dashboard(
            platform.name,
            name,
            board.title,
            seen.source,
            board.panels,
            board.variables,
            about=board.about,
            hours=board.hours,
        )
        yield name, text


def _add_declared(
    found: dict[str, Board], asked: Sequence[WantedBoard], metrics: Mapping[str, Metric]
) -> None:
    """The dashboards that the spec asks for, and one for each component with other metrics."""
    shown: set[str] = set()
    for one in asked:
        shown.update(shown_metrics(one, metrics))
        panels, variables = wanted(one, metrics)
        board = found.get(one.name)
        if board is None:
            found[one.name] = Board(
                name=one.name,
                title=one.title,
                panels=panels,
                variables=variables,
                about=one.about,
                hours=24,
            )
            continue
        board.title = one.title or board.title
        board.about = one.about or board.about
        board.panels += [row("Declared metrics"), *panels]
        board.variables += variables
    rest: dict[str, list[Metric]] = {}
    for metric in metrics.values():
        if metric.name not in shown:
            rest.setdefault(metric.component, []).append(metric)
    for component, others in rest.items():
        board = remaining(component, others)
        found[board.name] = board
