"""What is wrong with the dashboards that a spec asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from generator.kinds.api import Problem
from generator.kinds.grafana.metrics import Metric, shown_metrics
from generator.kinds.grafana.promql import plain
from generator.kinds.grafana.wanted import WantedBoard, WantedPanel
from generator.kinds.prometheus.expressions import mistakes
from generator.kinds.prometheus.known import TARGET, Series
from generator.spec.model import Path
from generator.spec.remedy import nearest

_RULE = "dashboard"


def dashboard_problems(
    boards: Iterable[WantedBoard],
    there: Iterable[str],
    metrics: Mapping[str, Metric],
    known: Mapping[str, Series],
) -> Iterator[Problem]:
    """`there` are the names of the dashboards that there are anyway, `known` all series."""
    there = tuple(there)
    for board in boards:
        if not board.title and board.name not in there:
            yield Problem(
                path=("dashboards", board.name),
                rule=_RULE,
                message="a dashboard needs a title",
                hint=f"add `title:`; only {', '.join(there)} have one of their own",
            )
        wrong = [one for panel in board.panels for one in _panel_problems(panel, metrics, known)]
        yield from wrong
        if not wrong:
            yield from _choice_problems(board, metrics)


def _panel_problems(
    panel: WantedPanel, metrics: Mapping[str, Metric], known: Mapping[str, Series]
) -> Iterator[Problem]:
    if bool(panel.metric) == bool(panel.expr):
        yield Problem(
            path=panel.path,
            rule=_RULE,
            message="a panel shows either a `metric` or an `expr`",
            hint="metric: orders_total, or expr: sum(rate(orders_total[$__rate_interval]))",
        )
    elif panel.metric:
        yield from _metric_problems(panel, metrics)
    else:
        yield from _expr_problems(panel, known)
    if panel.unit:
        yield from _unit_problems(panel)


def _metric_problems(panel: WantedPanel, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    metric = metrics.get(panel.metric)
    if metric is None:
        yield _undeclared(panel, metrics)
        return
    for index, label in enumerate(panel.by or ()):
        if label not in (*metric.labels, *TARGET):
            yield _no_label((*panel.path, "by", index), metric, label)
    for setting, written, fits in (
        ("per", panel.per, metric.type == "counter"),
        ("aggregate", panel.aggregate, metric.type in ("counter", "gauge")),
    ):
        if written and not fits:
            yield Problem(
                path=(*panel.path, setting),
                rule=_RULE,
                message=f"`{setting}` has no meaning for a {metric.type}, as {metric.name!r} is",
                hint="remove it",
            )
    if panel.legend:
        yield _belongs(panel, "legend", "expr")


def _expr_problems(panel: WantedPanel, known: Mapping[str, Series]) -> Iterator[Problem]:
    for setting, written in (
        ("by", panel.by),
        ("per", panel.per),
        ("aggregate", panel.aggregate),
    ):
        if written:
            yield _belongs(panel, setting, "metric")
    for what, hint in mistakes(plain(panel.expr), known):
        yield Problem(path=panel.source, rule=_RULE, message=what, hint=hint)


def _choice_problems(board: WantedBoard, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    shown = [metrics[name] for name in shown_metrics(board, metrics)]
    for index, label in enumerate(board.choose or ()):
        if not any(label in one.labels for one in shown):
            known = list(dict.fromkeys(each for one in shown for each in one.labels))
            yield Problem(
                path=("dashboards", board.name, "choose", index),
                rule=_RULE,
                message=f"no metric of this dashboard has the label {label!r}",
                hint=_near(label, known),
            )


def _unit_problems(panel: WantedPanel) -> Iterator[Problem]:
    from grafana_foundation_sdk.models import units

    known = {name.lower(): str(value) for name, value in vars(units).items() if name[0].isupper()}
    before, colon, _ = panel.unit.partition(":")
    if panel.unit in known.values() or (colon and before in ("prefix", "suffix", "time")):
        return
    begun = [name for name in known if name.startswith(panel.unit.lower())]
    near = known[min(begun, key=len)] if begun else nearest(panel.unit, known.values())
    yield Problem(
        path=(*panel.path, "unit"),
        rule=_RULE,
        message=f"Grafana has no unit {panel.unit!r}",
        hint=f"did you mean {near!r}?" if near else "as in: s, bytes, percentunit, suffix: people",
    )


def _undeclared(panel: WantedPanel, metrics: Mapping[str, Metric]) -> Problem:
    return Problem(
        path=panel.source,
        rule=_RULE,
        message=f"no component that is read exports {panel.metric!r}",
        hint=_near(panel.metric, metrics, also="declare it: metrics: {exports: {…}}"),
    )


def _no_label(path: Path, metric: Metric, label: str) -> Problem:
    return Problem(
        path=path,
        rule=_RULE,
        message=f"{metric.name!r} has no label {label!r}",
        hint=_near(label, metric.labels, also=f"declare it at {metric.component}"),
    )


def _belongs(panel: WantedPanel, setting: str, to: str) -> Problem:
    return Problem(
        path=(*panel.path, setting),
        rule=_RULE,
        message=f"`{setting}` belongs to a panel with `{to}`",
        hint="remove it",
    )


def _near(name: str, known: Iterable[str], also: str = "") -> str:
    known = list(known)
    close = nearest(name, known)
    if close:
        return f"did you mean {close!r}?"
    return also or f"there are: {', '.join(known)}"
