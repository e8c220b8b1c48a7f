"""The names of the dashboards of a Grafana, without making them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.kinds.grafana.metrics import Metric, declared, shown_metrics
from generator.kinds.grafana.seen import Seen, look
from generator.kinds.grafana.wanted import WantedBoard
from generator.spec.model import Chart, Component, Platform


def unshown(
    seen: Seen, asked: Iterable[WantedBoard], metrics: Mapping[str, Metric]
) -> tuple[Metric, ...]:
    """The declared metrics that no other dashboard shows: each component has one of them."""
    shown = {name for one in asked for name in shown_metrics(one, metrics)}
    shown |= {seen.http.requests, seen.http.duration} if seen.measured else set()
    return tuple(one for name, one in metrics.items() if name not in shown)


def names(component: Component, chart: Chart, platform: Platform) -> tuple[str, ...]:
    """Of the dashboards that there are, that the spec asks for, and that show the rest."""
    seen = look(component, chart, platform)
    if seen is None:
        return ()
    asked, metrics = component.settings.dashboards, declared(seen.known)
    try:
        left = unshown(seen, asked, metrics)
    except ValueError:  # PromQL that is none, which Grafana's own problems tell
        left = tuple(metrics.values())
    own = (f"{one.component}-metrics" for one in left)
    return tuple(dict.fromkeys((*seen.boards, *(one.name for one in asked), *own)))
