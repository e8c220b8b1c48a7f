"""Alerts that authors declare, judged before anybody waits for them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Problem
from generator.kinds.prometheus import targets
from generator.kinds.prometheus.expressions import mistakes, text_mistakes
from generator.kinds.prometheus.known import known
from generator.spec.model import Alert, Chart, Component, Platform


def declared_problems(platform: Platform, chart: Chart, component: Component) -> Iterator[Problem]:
    """What is wrong with the alerts that a Prometheus is to evaluate, each at its own place."""
    series = known(platform, chart, component)
    for _, owner in targets.evaluated(platform, chart, component):
        for alert in owner.alerts:
            found = list(mistakes(alert.expr, series))
            yield from (_problem(alert, "expr", *each) for each in found)
            if found:
                continue
            for name in ("summary", "description"):
                text = getattr(alert, name) or ""
                for each in text_mistakes(text, alert.expr, series):
                    yield _problem(alert, name, *each)


def _problem(alert: Alert, setting: str, message: str, hint: str) -> Problem:
    return Problem(
        path=(*alert.path, setting), rule="alert", message=message, hint=hint, whole=True
    )
