"""The dashboards that a spec asks for, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.spec.model import Path


@dataclass(frozen=True, kw_only=True)
class WantedPanel:
    """One panel, of a `metric` or of an `expr`; what was not written is "".

    `by` is None where the metric shall say it. `path` leads to the panel from the component,
    `source` to its metric or PromQL.
    """

    title: str
    path: Path = ()
    source: Path = ()
    metric: str = ""
    expr: str = ""
    by: tuple[str, ...] | None = None
    per: str = ""
    aggregate: str = ""
    legend: str = ""
    unit: str = ""
    number: bool = False
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class WantedBoard:
    """One dashboard; `choose` is None where its metrics shall say it."""

    name: str
    title: str
    about: str
    choose: tuple[str, ...] | None
    panels: tuple[WantedPanel, ...]


def read_wanted(data: Mapping[str, Any]) -> tuple[WantedBoard, ...]:
    return tuple(
        WantedBoard(
            name=name,
            title=raw.get("title", ""),
            about=raw.get("about", ""),
            choose=tuple(raw["choose"]) if "choose" in raw else None,
            panels=tuple(
                _panel(title, one, ("dashboards", name, "panels", title))
                for title, one in raw["panels"].items()
            ),
        )
        for name, raw in data.get("dashboards", {}).items()
    )


def _panel(title: str, raw: str | Mapping[str, Any], path: Path) -> WantedPanel:
    source = path
    if isinstance(raw, str):
        raw = {"metric" if is_name(raw) else "expr": raw}
    else:
        source = (*path, "expr" if "expr" in raw else "metric")
    return WantedPanel(
        title=title,
        path=path,
        source=source,
        metric=raw.get("metric", ""),
        expr=raw.get("expr", ""),
        by=tuple(raw["by"]) if "by" in raw else None,
        per=raw.get("per", ""),
        aggregate=raw.get("aggregate", ""),
        legend=raw.get("legend", ""),
        unit=raw.get("unit", ""),
        number=raw.get("as") == "number",
        about=raw.get("about", ""),
    )


def is_name(text: str) -> bool:
    """Whether a text is the name of a metric, and not PromQL."""
    return text.replace(":", "_").isidentifier() and text.isascii()
