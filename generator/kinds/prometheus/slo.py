"""Objectives of the components, as the rules and dashboards need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.kinds.prometheus.settings import Http
from generator.kinds.prometheus.targets import Target, endpoints
from generator.spec.model import Chart, Component, Platform
from generator.spec.quantity import parse_milliseconds

#: Every window that a burn alert below looks at.
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")

#: (factor, long window, short window) by severity: the multi-window alerts of Google's SRE
#: workbook. Both windows must burn: the long one that it matters, the short one that it goes on.
BURNS = {
    "critical": (("14.4", "1h", "5m"), ("6", "6h", "30m")),
    "warning": (("3", "1d", "2h"), ("1", "3d", "6h")),
}


@dataclass(frozen=True, kw_only=True)
class Burn:
    """One pair of windows and the share of bad requests above which both must be."""

    factor: str
    long: str
    short: str
    threshold: str


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One promise of a component: `what` is `availability` or `latency`.

    `every` selects all requests; `some` the bad ones, or those that were fast enough.
    """

    chart: str
    component: str
    namespace: str
    what: str
    target: str
    budget: str
    sentence: str
    every: str
    some: str

    @property
    def labels(self) -> str:
        return f'namespace="{self.namespace}",job="{self.component}",slo="{self.what}"'

    def burns(self, severity: str) -> tuple[Burn, ...]:
        """The pairs of windows, without those that could not burn faster than everything bad."""
        pairs = []
        for factor, long, short in BURNS[severity]:
            threshold = Decimal(factor) * Decimal(self.budget)
            if threshold < 1:
                pairs.append(
                    Burn(factor=factor, long=long, short=short, threshold=_number(threshold))
                )
        return tuple(pairs)


def objectives(platform: Platform, found: tuple[Target, ...], http: Http) -> tuple[Objective, ...]:
    """The objectives of every component that is read and has some."""
    read = {(one.chart, one.component) for one in found}
    return tuple(
        objective
        for chart in platform.charts
        for component in chart.components
        if (chart.name, component.name) in read
        and getattr(component.settings, "slo", None) is not None
        for objective in _of(chart, component, http)
    )


def _of(chart: Chart, component: Component, http: Http) -> Iterator[Objective]:
    slo = component.settings.slo
    where = f'namespace="{chart.namespace}",job="{component.name}"'
    counted = f"{where}{_handlers(component, http)}"
    if slo.availability is not None:
        target = Decimal(str(slo.availability))
        yield Objective(
            chart=chart.name,
            component=component.name,
            namespace=chart.namespace,
            what="availability",
            target=_number(target),
            budget=_budget(target),
            sentence=f"{_number(target)} % of requests without a server error",
            every=f"{http.requests}{{{counted}}}",
            some=f'{http.requests}{{{counted},{http.status}=~"5.."}}',
        )
    if slo.latency is not None:
        target = Decimal(str(slo.at))
        bound = _bound(Decimal(parse_milliseconds(slo.latency)) / 1000)
        yield Objective(
            chart=chart.name,
            component=component.name,
            namespace=chart.namespace,
            what="latency",
            target=_number(target),
            budget=_budget(target),
            sentence=f"{_number(target)} % of requests within {slo.latency}",
            every=f"{http.duration}_count{{{counted}}}",
            some=f"{http.duration}_bucket{{{counted},{bound}}}",
        )


def _handlers(component: Component, http: Http) -> str:
    """Leave out what the platform itself asks: probes and metrics."""
    paths = {component.settings.live, component.settings.ready}
    paths |= {path for _, _, _, path in endpoints(component)}
    known = sorted(path for path in paths if path)
    return f',{http.handler}!~"{"|".join(map(_escape, known))}"' if known else ""


def _escape(path: str) -> str:
    """For a regular expression inside a PromQL string."""
    return "".join(f"\\\\{c}" if c in r".+*?()|[]{}^$\\" else c for c in path)


def _bound(seconds: Decimal) -> str:
    """The bucket's bound: `1` of older servers and clients is `1.0` since Prometheus 3."""
    text = _number(seconds)
    return f'le="{text}"' if "." in text else f'le=~"{text}([.]0)?"'


def _budget(target: Decimal) -> str:
    return _number((100 - target) / 100)


def _number(value: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
