"""The metrics that components declare, and which of them a dashboard shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.kinds.grafana.promql import parsed, selectors
from generator.kinds.grafana.wanted import WantedBoard
from generator.spec.model import Component

#: Suffixes of the series of a histogram.
SERIES = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as its component declares it."""

    name: str
    component: str
    type: str
    labels: tuple[str, ...]
    help: str

    @property
    def series(self) -> str:
        """A series that has all its labels."""
        return f"{self.name}_count" if self.type == "histogram" else self.name


def declared(components: Iterable[Component]) -> dict[str, Metric]:
    """By name. Of two that declare the same name the first counts."""
    found: dict[str, Metric] = {}
    for component in components:
        metrics = getattr(component.settings, "metrics", None)
        for name, one in getattr(metrics, "declared", {}).items():
            found.setdefault(
                name,
                Metric(
                    name=name,
                    component=component.name,
                    type=one.type,
                    labels=tuple(one.labels),
                    help=one.help,
                ),
            )
    return found


def shown_metrics(board: WantedBoard, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The declared metrics that a dashboard shows, in its order."""
    found: dict[str, None] = {}
    for panel in board.panels:
        names = [panel.metric] if panel.metric else asked_for(panel.expr)
        found.update(dict.fromkeys(one for name in names if (one := of_series(name, metrics))))
    return tuple(found)


def asked_for(expr: str) -> list[str]:
    return [name for name, _ in selectors(parsed(expr))]


def of_series(name: str, metrics: Mapping[str, Metric]) -> str | None:
    """The declared metric that a series belongs to."""
    if name in metrics:
        return name
    for suffix in SERIES:
        base = name.removesuffix(suffix)
        if base != name and base in metrics and metrics[base].type == "histogram":
            return base
    return None
