"""Which dashboards a platform gets: those that its components give reason for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.capacity import capacity
from generator.kinds.grafana.dashboards.cnpg import cnpg
from generator.kinds.grafana.dashboards.declared import rest, wanted
from generator.kinds.grafana.dashboards.mesh import mesh
from generator.kinds.grafana.dashboards.monitoring import monitoring
from generator.kinds.grafana.dashboards.outside import ingress, security
from generator.kinds.grafana.dashboards.panels import dashboard, row
from generator.kinds.grafana.dashboards.pgbouncer import pgbouncer
from generator.kinds.grafana.dashboards.postgres import postgres
from generator.kinds.grafana.dashboards.redis import redis
from generator.kinds.grafana.dashboards.services import services
from generator.kinds.grafana.metrics import Metric, declared
from generator.kinds.grafana.names import unshown
from generator.kinds.grafana.seen import Seen, look
from generator.kinds.grafana.wanted import WantedBoard
from generator.kinds.prometheus.istio import MODES
from generator.spec.model import Chart, Component, Platform

_OF: Mapping[str, Callable[[Seen], Board]] = {
    "services": services,
    "capacity": capacity,
    "ingress": ingress,
    "security": security,
    "monitoring": monitoring,
    "postgres": postgres,
    "pgbouncer": pgbouncer,
    "cnpg": cnpg,
    "redis": redis,
}


def boards(component: Component, chart: Chart, platform: Platform) -> Iterator[tuple[str, str]]:
    """Each dashboard's JSON with its file name. `services` is the first that people see.

    What shows the mesh is in the folder of the mode that it shows.
    """
    seen = look(component, chart, platform)
    if seen is None:
        return
    found = {name: _OF[name](seen) for name in seen.boards if name in _OF}
    if seen.mesh:
        found |= {f"{mode}/mesh": mesh(seen, mode) for mode in MODES}
    metrics = declared(seen.known)
    _add_asked(found, component.settings.dashboards, metrics)
    for board in rest(unshown(seen, component.settings.dashboards, metrics)):
        found[board.name] = board
    for name, board in found.items():
        text = dashboard(
            platform.name,
            board.name,
            board.title,
            seen.server.name,
            board.panels,
            board.variables,
            about=board.about,
            hours=board.hours,
        )
        yield name, text


def _add_asked(
    found: dict[str, Board], asked: Sequence[WantedBoard], metrics: Mapping[str, Metric]
) -> None:
    """The dashboards that the spec asks for, or their panels on those that are there."""
    for one in asked:
        panels, variables = wanted(one, metrics)
        there = [board for board in found.values() if board.name == one.name]
        if not there:
            found[one.name] = Board(
                name=one.name,
                title=one.title,
                panels=panels,
                variables=variables,
                about=one.about,
                hours=24,
            )
        for board in there:
            board.title = one.title or board.title
            board.about = one.about or board.about
            board.panels += [row("Declared metrics"), *panels]
            board.variables += variables
