"""The metrics that components declare, and which of them a dashboard shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from generator.kinds.common.exports import Export
from generator.kinds.grafana.promql import parsed, selectors
from generator.kinds.grafana.wanted import WantedBoard
from generator.spec.model import Component

#: Suffixes of the series of histograms and summaries.
SERIES = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as its component declares it; its labels from the widest to the narrowest."""

    name: str
    component: str
    type: str
    unit: str
    labels: tuple[str, ...]
    help: str

    @property
    def series(self) -> str:
        """A series that has all its labels."""
        return f"{self.name}_count" if self.type in ("histogram", "summary") else self.name


def declared(components: Iterable[Component]) -> dict[str, Metric]:
    """By name. Of a name that several declare, the labels that all of them have."""
    found: dict[str, Metric] = {}
    for component in components:
        exports: Iterable[Export] = getattr(
            getattr(component.settings, "metrics", None), "exports", ()
        )
        for one in exports:
            labels = _widest_first(one)
            if one.name in found:
                before = found[one.name]
                both = tuple(label for label in before.labels if label in labels)
                found[one.name] = replace(before, labels=both)
                continue
            found[one.name] = Metric(
                name=one.name,
                component=component.name,
                type=one.type,
                unit=one.unit,
                labels=labels,
                help=one.help,
            )
    return found


def _widest_first(export: Export) -> tuple[str, ...]:
    """A label that another decides is wider: a city has one country. Else as they are written."""
    follows = {label.name: label.follows for label in export.labels}

    def width(name: str) -> int:
        steps, at = 0, follows[name]
        while at is not None and steps < len(follows):
            steps, at = steps + 1, follows.get(at)
        return -steps

    return tuple(sorted(follows, key=width))


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
        fitting = ("histogram",) if suffix == "_bucket" else ("histogram", "summary")
        if base != name and base in metrics and metrics[base].type in fitting:
            return base
    return None
