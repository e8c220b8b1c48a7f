"""Dashboards of the metrics that components declare: those the spec asks for, and the rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, Variable, choice, graph, number
from generator.kinds.grafana.metrics import SERIES, Metric, asked_for, of_series, shown_metrics
from generator.kinds.grafana.promql import matchers, narrowed
from generator.kinds.grafana.wanted import WantedBoard, WantedPanel

#: Grafana's names of the units that Prometheus' conventions know.
_UNITS = {
    "seconds": "s",
    "bytes": "bytes",
    "ratio": "percentunit",
    "celsius": "celsius",
    "meters": "lengthm",
    "grams": "massg",
    "joules": "joule",
    "volts": "volt",
    "amperes": "amp",
}

#: Of what grows by the second.
_RATES = {"bytes": "Bps", "seconds": "none"}

_QUANTILES = (("0.5", "half"), ("0.95", "95 %"), ("0.99", "99 %"))


def wanted(board: WantedBoard, metrics: Mapping[str, Metric]) -> tuple[list[Panel], list[Variable]]:
    """The panels of a dashboard that the spec asks for, and what can be chosen on it."""
    shown = [metrics[name] for name in shown_metrics(board, metrics)]
    choose = shared(shown) if board.choose is None else board.choose
    series = {
        name: [label for label in choose if label in one.labels]
        for one in metrics.values()
        for name in (one.name, *(one.name + suffix for suffix in SERIES))
    }
    widths = _widths([one.number for one in board.panels])
    panels = [
        _panel(one, metrics, choose, series, width)
        for one, width in zip(board.panels, widths, strict=True)
    ]
    return panels, choices(choose, shown)


def shared(shown: Sequence[Metric]) -> tuple[str, ...]:
    """The labels that all of them have, in the order of the first."""
    first = shown[0].labels if shown else ()
    return tuple(label for label in first if all(label in one.labels for one in shown))


def choices(choose: Sequence[str], shown: Sequence[Metric]) -> list[Variable]:
    """A variable for each label; what was chosen of the wider ones narrows it."""
    found = []
    for index, label in enumerate(choose):
        fitting = [one for one in shown if label in one.labels]
        # The one that knows most of the wider labels narrows best.
        best = max(fitting, key=lambda one: len(set(choose[:index]) & set(one.labels)))
        wider = [one for one in choose[:index] if one in best.labels]
        selector = f"{best.series}{{{','.join(matchers(wider))}}}" if wider else best.series
        title = label.replace("_", " ").capitalize()
        found.append(choice(label, title, f"label_values({selector}, {label})"))
    return found


def rest(metrics: Iterable[Metric]) -> Iterator[Board]:
    """What no dashboard shows, one for each component: each metric as its type asks for."""
    by_component: dict[str, list[Metric]] = {}
    for metric in metrics:
        by_component.setdefault(metric.component, []).append(metric)
    for component, shown in by_component.items():
        choose = shared(shown)
        yield Board(
            name=f"{component}-metrics",
            title=f"Metrics of {component}",
            panels=[
                _of_metric(WantedPanel(title=_title(one), about=one.name), one, choose)
                for one in shown
            ],
            variables=choices(choose, shown),
        )


def _title(metric: Metric) -> str:
    return metric.help.strip().rstrip(".") or metric.name


def _panel(
    panel: WantedPanel,
    metrics: Mapping[str, Metric],
    choose: Sequence[str],
    series: Mapping[str, Sequence[str]],
    width: int,
) -> Panel:
    if panel.metric:
        return _of_metric(panel, metrics[panel.metric], choose, width)
    names = [of_series(name, metrics) for name in asked_for(panel.expr)]
    unit = panel.unit or next((_unit(metrics[name]) for name in names if name), "short")
    return _shape(panel, width, unit, (narrowed(panel.expr, series), panel.legend))


def _of_metric(panel: WantedPanel, metric: Metric, choose: Sequence[str], width: int = 12) -> Panel:
    """As its type asks for: a rate, a value or quantiles."""
    picked = f"{{{','.join(matchers(one for one in choose if one in metric.labels))}}}"
    picked = "" if picked == "{}" else picked
    free = tuple(one for one in metric.labels if one not in choose)
    by = free if panel.by is None else panel.by
    legend = " ".join(f"{{{{{one}}}}}" for one in by)
    unit = panel.unit or _unit(metric)
    if metric.type == "histogram":
        grouped = ", ".join((*by, "le"))
        rate = f"sum by ({grouped}) (rate({metric.name}_bucket{picked}[$__rate_interval]))"
        quantiles = _QUANTILES[1:2] if panel.number else _QUANTILES
        lines = (
            (f"histogram_quantile({share}, {rate})", f"{legend} {name}".strip())
            for share, name in quantiles
        )
        return _shape(panel, width, unit, *lines)
    if metric.type == "summary":
        whole, count = (
            f"sum{_by(by)} (rate({metric.name}_{end}{picked}[$__rate_interval]))"
            for end in ("sum", "count")
        )
        return _shape(panel, width, unit, (f"{whole} / ({count} > 0)", legend))
    aggregate = panel.aggregate or ("avg" if metric.unit == "ratio" else "sum")
    fold = f"{aggregate}{_by(by)}"
    if metric.type != "counter":
        return _shape(panel, width, unit, (f"{fold} ({metric.name}{picked})", legend))
    over = panel.per or ("$__range" if panel.number else "")
    counted = f"increase({metric.name}{picked}[{over}])" if over else ""
    counted = counted or f"rate({metric.name}{picked}[$__rate_interval])"
    unit = panel.unit or (_unit(metric) if over else _RATES.get(metric.unit, "cps"))
    return _shape(panel, width, unit, (f"{fold} ({counted})", legend))


def _widths(numbers: Sequence[bool]) -> Iterator[int]:
    """Numbers beside each other fill rows of at most four; other panels have half a row."""
    for is_number, group in itertools.groupby(numbers):
        count = len(list(group))
        full = count - count % 4
        for index in range(count):
            yield (24 // (4 if index < full else count - full)) if is_number else 12


def _shape(panel: WantedPanel, width: int, unit: str, *queries: tuple[str, str]) -> Panel:
    if panel.number:
        ((query, legend),) = queries
        return number(
            panel.title,
            unit,
            query,
            legend,
            about=panel.about,
            width=width,
            once="$__range" in query,
        )
    return graph(panel.title, unit, *queries, about=panel.about)


def _by(labels: Sequence[str]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""


def _unit(metric: Metric) -> str:
    return _UNITS.get(metric.unit, "short")
