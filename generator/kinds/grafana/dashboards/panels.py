"""The few shapes that the dashboards are made of, as Grafana's JSON model has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

#: The viewer may choose another data source; the first Prometheus is the default.
SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}

_WIDTH = 24


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel before it has a place: queries are (PromQL, legend)."""

    type: str
    title: str
    unit: str = "short"
    queries: Sequence[tuple[str, str]] = ()
    about: str = ""
    width: int = 12
    height: int = 8
    defaults: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)


def graph(
    title: str, unit: str, *queries: tuple[str, str], about: str = "", top: float | None = None
) -> Panel:
    """Lines over time, from zero; `top` fixes the upper end."""
    defaults: Json = {"min": 0, "custom": {"fillOpacity": 10, "showPoints": "never"}}
    if top is not None:
        defaults["max"] = top
    return Panel(
        type="timeseries",
        title=title,
        unit=unit,
        queries=queries,
        about=about,
        defaults=defaults,
        options={
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


def number(
    title: str,
    unit: str,
    query: str,
    legend: str = "",
    *,
    about: str = "",
    bad_above: float | None = None,
    bad_below: float | None = None,
    width: int = 6,
) -> Panel:
    """The newest value of each series, red on the wrong side of a bound."""
    steps: list[Json] = [{"color": "green", "value": None}]
    if bad_above is not None:
        steps.append({"color": "red", "value": bad_above})
    if bad_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": bad_below}]
    return Panel(
        type="stat",
        title=title,
        unit=unit,
        queries=((query, legend),),
        about=about,
        width=width,
        height=6,
        defaults={"thresholds": {"mode": "absolute", "steps": steps}},
        options={
            "colorMode": "value",
            "graphMode": "area",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        },
    )


def row(title: str) -> Panel:
    return Panel(type="row", title=title, width=_WIDTH, height=1)


def choice(name: str, label: str, query: str) -> Json:
    """A variable whose values are those of a label."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
        "includeAll": True,
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def listed(name: str, label: str, values: Sequence[str]) -> Json:
    """A variable whose values the spec gives."""
    return {
        "name": name,
        "label": label,
        "type": "custom",
        "query": ",".join(values),
        "includeAll": True,
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def dashboard(
    uid: str,
    title: str,
    source: str,
    panels: Sequence[Panel],
    variables: Sequence[Json] = (),
    *,
    tags: Sequence[str],
    hours: int = 6,
) -> Json:
    """A whole dashboard; its uid never changes, so that links stay good."""
    return {
        "uid": uid[:40],
        "title": title,
        "tags": list(tags),
        "editable": False,
        "schemaVersion": 41,
        "time": {"from": f"now-{hours}h", "to": "now"},
        "refresh": "1m",
        "timezone": "",
        "templating": {"list": [_sources(source), *variables]},
        "panels": _placed(panels),
    }


def _sources(source: str) -> Json:
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {"text": source, "value": source},
    }


def _placed(panels: Sequence[Panel]) -> list[Json]:
    """From left to right, then from top to bottom."""
    placed: list[Json] = []
    left = top = height = 0
    for number, panel in enumerate(panels, 1):
        if left + panel.width > _WIDTH:
            left, top, height = 0, top + height, 0
        place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
        placed.append({"id": number, "gridPos": place, **_body(panel)})
        left, height = left + panel.width, max(height, panel.height)
    return placed


def _body(panel: Panel) -> Json:
    if panel.type == "row":
        return {"type": "row", "title": panel.title, "collapsed": False, "panels": []}
    return {
        "type": panel.type,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, **panel.defaults}, "overrides": []},
        "options": panel.options,
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": expression,
                "legendFormat": legend,
            }
            for index, (expression, legend) in enumerate(panel.queries)
        ],
    }
