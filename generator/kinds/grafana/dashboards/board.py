"""A dashboard before it is written: what is on it, and what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.kinds.grafana.dashboards.panels import Panel, Variable


@dataclass(kw_only=True)
class Board:
    """`name` is that of its file and ends its uid."""

    name: str
    title: str
    panels: list[Panel]
    variables: list[Variable] = field(default_factory=list)
    about: str = ""
    hours: int = 6
