"""The few shapes that the dashboards are made of, built with Grafana's own library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import orjson
from grafana_foundation_sdk.builders import common, prometheus, stat, statetimeline, timeseries
from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as words
from grafana_foundation_sdk.models import dashboard as model

from generator.kinds.grafana.uids import uid_of

#: The viewer may choose another data source; the first Prometheus is the default.
SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")

_WIDTH = 24

#: (PromQL, legend)
Query = tuple[str, str]
Variable = Builder[model.VariableModel]


class Panel(Protocol):
    """What every panel and row becomes."""

    def build(self) -> model.Panel | model.RowPanel: ...


class _Shape(Protocol):
    """What the builders of all panels have in common: the library has no name for it."""

    def title(self, title: str) -> Any: ...
    def description(self, description: str) -> Any: ...
    def datasource(self, datasource: model.DataSourceRef) -> Any: ...
    def span(self, w: int) -> Any: ...
    def height(self, h: int) -> Any: ...
    def unit(self, unit: str) -> Any: ...
    def with_target(self, target: Any) -> Any: ...


def graph(
    title: str,
    unit: str,
    *queries: Query,
    about: str = "",
    top: float | None = None,
    width: int = 12,
) -> Panel:
    """Lines over time, from zero; `top` fixes the upper end."""
    panel = (
        timeseries.Panel()
        .min(0)
        .fill_opacity(10)
        .show_points(words.VisibilityMode.NEVER)
        .legend(_legend())
        .tooltip(
            common.VizTooltipOptions()
            .mode(words.TooltipDisplayMode.MULTI)
            .sort(words.SortOrder.DESCENDING)
        )
    )
    if top is not None:
        panel.max(top)
    _fill(panel, title, unit, queries, about, width, 8)
    return panel


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
    once: bool = False,
) -> Panel:
    """The newest value of each series, red on the wrong side of a bound.

    `once` asks for that value alone: what looks back over days is too dear for a line below it.
    """
    panel = (
        stat.Panel()
        .color_mode(words.BigValueColorMode.VALUE)
        .graph_mode(words.BigValueGraphMode.NONE if once else words.BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
        .thresholds(_thresholds(bad_above, bad_below))
    )
    _fill(panel, title, unit, ((query, legend),), about, width, 6, once=once)
    return panel


def states(title: str, *queries: Query, names: Sequence[str], about: str = "") -> Panel:
    """A bar for each series that changes its colour with its value: 0, 1, … have names."""
    colors = ("blue", "green", "orange", "red")
    meanings = {
        str(value): model.ValueMappingResult(text=name, color=color, index=value)
        for value, (name, color) in enumerate(zip(names, colors, strict=False))
    }
    panel = (
        statetimeline.Panel()
        .show_value(words.VisibilityMode.NEVER)
        .merge_values(True)
        .fill_opacity(70)
        .line_width(0)
        .mappings([model.ValueMap(options=meanings)])
        .legend(_legend())
    )
    _fill(panel, title, "none", queries, about, 12, 8)
    return panel


def row(title: str) -> Panel:
    return grafana.Row(title)


def choice(name: str, label: str, query: str) -> Variable:
    """A variable whose values are those of a label. All of them is also none, and short."""
    return (
        grafana.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": query, "refId": name})
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .include_all(True)
        .all_value(".*")
        .multi(True)
        .current(_all())
    )


def listed(name: str, label: str, values: Iterable[str]) -> Variable:
    """A variable whose values the spec gives."""
    return (
        grafana.CustomVariable(name)
        .label(label)
        .values(",".join(values))
        .include_all(True)
        .multi(True)
        .current(_all())
    )


def dashboard(
    platform: str,
    name: str,
    title: str,
    source: str,
    panels: Sequence[Panel],
    variables: Sequence[Variable] = (),
    *,
    about: str = "",
    hours: int = 6,
) -> str:
    """A whole dashboard as JSON."""
    board = (
        grafana.Dashboard(title)
        .uid(uid_of(platform, name))
        .tags([platform])
        .readonly()
        .refresh("1m")
        .time(f"now-{hours}h", "now")
        .timezone("browser")
        .variables([_sources(source), *variables])
        .link(_others(platform))
    )
    if about:
        board.description(about)
    found = board.build()
    found.panels = list(_placed(panels))
    return orjson.dumps(found, default=_plain, option=orjson.OPT_INDENT_2).decode()


def _plain(value: Any) -> Any:
    """What the library's encoder does, for a faster one."""
    return value.to_json()


def _sources(source: str) -> Variable:
    return (
        grafana.DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(model.VariableOption(text=source, value=source))
    )


def _others(platform: str) -> grafana.DashboardLink:
    """A menu of all dashboards of the platform, which keeps what was chosen."""
    return (
        grafana.DashboardLink(platform)
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([platform])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(True)
    )


def _placed(panels: Sequence[Panel]) -> Iterable[model.Panel | model.RowPanel]:
    """From left to right, then from top to bottom. (The library lets a panel stick out.)"""
    left = top = height = 0
    for identity, one in enumerate(panels, 1):
        panel = one.build()
        if isinstance(panel, model.RowPanel):
            panel.grid_pos = model.GridPos(h=1, w=_WIDTH)
        place = panel.grid_pos
        assert place is not None, "each shape has a width and a height"
        if left + place.w > _WIDTH:
            left, top, height = 0, top + height, 0
        place.x, place.y = left, top
        left, height = left + place.w, max(height, place.h)
        panel.id_val = identity
        yield panel


def _fill(
    panel: _Shape,
    title: str,
    unit: str,
    queries: Sequence[Query],
    about: str,
    width: int,
    height: int,
    *,
    once: bool = False,
) -> None:
    """What all panels have."""
    panel.title(title).unit(unit).datasource(SOURCE).span(width).height(height)
    if about:
        panel.description(about)
    for index, (expression, legend) in enumerate(queries):
        target = prometheus.Dataquery().ref_id(chr(ord("A") + index)).datasource(SOURCE)
        if once:
            target.instant()
        panel.with_target(target.expr(expression).legend_format(legend))


def _thresholds(above: float | None, below: float | None) -> grafana.ThresholdsConfig:
    steps = [model.Threshold(color="green")]
    if above is not None:
        steps.append(model.Threshold(color="red", value=above))
    if below is not None:
        steps = [model.Threshold(color="red"), model.Threshold(color="green", value=below)]
    return grafana.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(words.LegendDisplayMode.LIST)
        .placement(words.LegendPlacement.BOTTOM)
        .show_legend(True)
    )


def _all() -> model.VariableOption:
    return model.VariableOption(text=["All"], value=["$__all"])
