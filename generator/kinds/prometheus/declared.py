"""Alerts that authors declare, judged before anybody waits for them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Problem
from generator.kinds.grafana.names import names
from generator.kinds.prometheus import targets
from generator.kinds.prometheus.expressions import mistakes, text_mistakes
from generator.kinds.prometheus.known import known
from generator.spec.model import Alert, Chart, Component, Platform
from generator.spec.remedy import nearest


def declared_problems(platform: Platform, chart: Chart, component: Component) -> Iterator[Problem]:
    """What is wrong with the alerts that a Prometheus is to evaluate, each at its own place."""
    series = known(platform, chart, component)
    boards = _boards(platform, component)
    for _, owner in targets.evaluated(platform, chart, component):
        for alert in owner.alerts:
            if alert.dashboard is not None and boards and alert.dashboard not in boards:
                yield _problem(alert, "dashboard", *_no_board(alert.dashboard, boards))
            found = list(mistakes(alert.expr, series))
            yield from (_problem(alert, "expr", *each) for each in found)
            if found:
                continue
            for name in ("summary", "description"):
                text = getattr(alert, name) or ""
                for each in text_mistakes(text, alert.expr, series):
                    yield _problem(alert, name, *each)


def _boards(platform: Platform, component: Component) -> tuple[str, ...]:
    """The dashboards of every Grafana that shows what this Prometheus knows. None: no matter."""
    found: list[str] = []
    for chart in platform.charts:
        for one in chart.components:
            shows = any(edge.target is component for edge in chart.edges_from.get(one.name, ()))
            if one.kind == "grafana" and shows:
                found.extend(names(one, chart, platform))
    return tuple(dict.fromkeys(found))


def _no_board(name: str, boards: tuple[str, ...]) -> tuple[str, str]:
    close = nearest(name, boards)
    hint = f"did you mean {close!r}?" if close else f"there are: {', '.join(sorted(boards))}"
    return f"there is no dashboard {name!r}", hint


def _problem(alert: Alert, setting: str, message: str, hint: str) -> Problem:
    return Problem(
        path=(*alert.path, setting), rule="alert", message=message, hint=hint, whole=True
    )
