"""Which metrics there are: what the targets of a Prometheus are known to have, or declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from generator.kinds.common.exports import Export
from generator.kinds.exporter.metrics import STATE
from generator.kinds.prometheus import metrics, targets
from generator.kinds.prometheus.settings import Operated, Plain, Settings
from generator.spec.model import Chart, Component, Platform

#: Labels that scraping gives every series. By its release a copy of a component is told from it.
TARGET = frozenset({"helm_release", "instance", "job", "namespace", "node", "pod"})


@dataclass(kw_only=True)
class Series:
    """The labels of the series of one name, and the values of those that list them.

    A label without values may have any.
    """

    labels: set[str] = field(default_factory=lambda: set(TARGET))
    values: dict[str, set[str]] = field(default_factory=dict)


def known(platform: Platform, chart: Chart, component: Component) -> dict[str, Series]:
    """Every name that an expression of this Prometheus may ask for."""
    settings: Plain | Operated = component.settings
    found: dict[str, Series] = {}
    _add(found, metrics.SCRAPES)
    _add(found, metrics.RULES)
    if isinstance(settings, Operated):
        for more in _of_operator(settings, chart, component):
            _add(found, more)
    if settings.nodes:
        _add(found, metrics.NODES)
    if chart.mesh is not None:
        for of_istio in (metrics.ISTIOD, metrics.ZTUNNEL, metrics.PROXY):
            _add(found, of_istio)
    for one in read(platform, chart, component):
        of_kind = getattr(one.kind_module, "exported", None)
        if of_kind is not None:
            _add(found, of_kind(one))
        own = _exports(one)
        for export in own:
            _declare(found, export)
        if getattr(one.settings, "slo", None) is not None:
            promised = _promised(settings)
            declared = {export.name for export in own}
            _add(found, {n: ls for n, (of, ls) in promised.items() if of not in declared})
    return found


def _of_operator(
    settings: Operated, chart: Chart, component: Component
) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """What the cluster's own monitoring reads beside the platform."""
    yield metrics.SERVER
    for edge in targets.of_kind(chart, component, "alertmanager"):
        if edge.target is not None:
            yield edge.target.kind_module.exported(edge.target)  # type: ignore[attr-defined]
    if settings.state:
        yield STATE


def read(platform: Platform, chart: Chart, component: Component) -> tuple[Component, ...]:
    """The components whose metrics a Prometheus reads, each once."""
    there = {(one.chart, one.component) for one in targets.targets(platform, chart, component)}
    there |= {
        (chart.name, edge.target.name)
        for edge in targets.of_kind(chart, component, "exporter")
        if edge.target is not None
    }
    return tuple(
        one for of in platform.charts for one in of.components if (of.name, one.name) in there
    )


def _exports(component: Component) -> tuple[Export, ...]:
    found: tuple[Export, ...] = getattr(getattr(component.settings, "metrics", None), "exports", ())
    return found


def _promised(settings: Settings) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Series of what promises are computed from: name to metric and labels."""
    http = settings.http
    of_time = (http.handler, "method", http.status)
    return {
        http.requests: (http.requests, of_time),
        f"{http.duration}_bucket": (http.duration, (*of_time, "le")),
        f"{http.duration}_count": (http.duration, of_time),
        f"{http.duration}_sum": (http.duration, of_time),
    }


def _add(found: dict[str, Series], names: Mapping[str, Iterable[str]]) -> None:
    for name, labels in names.items():
        series = found.setdefault(name, Series())
        series.labels.update(labels)


def _declare(found: dict[str, Series], export: Export) -> None:
    for name in export.names:
        again = name in found
        series = found.setdefault(name, Series())
        series.labels.update(export.labels_of(name))
        for label in export.labels:
            if not label.values:
                series.values.pop(label.name, None)
            elif not again or label.name in series.values:
                series.values.setdefault(label.name, set()).update(label.values)
