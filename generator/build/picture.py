"""A picture of the platform, drawn from the spec: components as boxes, edges as arrows, SVG.

A frame is a chart's namespace. Left of it are the addresses that lead in, right of it what the
components reach outside, so an arrow through the frame is a hole in the network policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import ceil

from generator.build.layout import Layout, Pair, arrange
from generator.spec.model import Chart, Component, Edge, Platform

_HEIGHT, _GAP_X, _GAP_Y = 46, 76, 18
_LEAST, _MOST = 120, 260
_LETTER, _SMALL, _BOLD = 7.9, 6.6, 8.9
_MARGIN, _TITLE, _PADDING, _WAYPOINT = 20, 34, 22, 16

_FILL = {
    "address": "#eef2ff",
    "outside": "#f4f4f5",
    "web": "#e0f2fe",
    "worker": "#e0f2fe",
    "cron": "#e0f2fe",
    "job": "#e0f2fe",
    "postgres": "#dcfce7",
    "redis": "#dcfce7",
    "prometheus": "#fef9c3",
    "alertmanager": "#fef9c3",
    "exporter": "#fef9c3",
    "grafana": "#fef9c3",
}
_STYLE = (
    'text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#18181b}'
    ".kind{font-size:11px;fill:#52525b}.title{font-weight:600}"
    ".edge{stroke:#71717a;stroke-width:1.3;fill:none}.box{stroke:#a1a1aa}"
    ".chart{fill:#fafafa;stroke:#a1a1aa;stroke-dasharray:5 4}"
)


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A node of the picture: two lines of text, and what colour it has."""

    name: str
    about: str
    sort: str


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One chart's part of the picture: boxes by key, columns, arrows with what they say."""

    chart: Chart
    boxes: Mapping[str, _Box]
    layout: Layout
    arrows: Mapping[Pair, str]
    widths: tuple[int, ...]
    first: int
    last: int
    title: str

    @property
    def height(self) -> int:
        heights = self.layout.heights.values()
        return _TITLE + max(heights) + _HEIGHT // 2 + _PADDING

    def left(self, column: int) -> int:
        """Where a column starts, from the frame's first one, which all panels share."""
        sign = 1 if column > self.first else -1
        between = self.widths[min(self.first, column) : max(self.first, column)]
        return sign * (sum(between) + len(between) * _GAP_X)

    @property
    def right(self) -> int:
        return self.left(len(self.widths) - 1) + self.widths[-1]


def draw(platform: Platform, only: str | None = None) -> str:
    """The platform, or one of its charts, as an SVG document."""
    panels = [_panel(chart) for chart in platform.charts if only in (None, chart.name)]
    origin = _MARGIN + _PADDING - min(panel.left(0) for panel in panels)
    width = origin + max(panel.right for panel in panels) + _PADDING + _MARGIN
    height = sum(panel.height + _MARGIN for panel in panels) + _MARGIN
    title = escape(only or platform.name)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{title}">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#71717a"/></marker></defs>',
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
    ]
    top = _MARGIN
    for panel in panels:
        lines.append(f'<g transform="translate({origin} {top})">')
        lines += _draw_panel(panel)
        lines.append("</g>")
        top += panel.height + _MARGIN
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(chart: Chart) -> _Panel:
    """Addresses first, then each component right of all that connect to it, then the outside."""
    columns = _columns(chart)
    last = max(columns.values()) + 1
    boxes = {c.name: _Box(name=c.name, about=_about(c), sort=c.kind) for c in chart.components}
    arrows: dict[Pair, str] = {}
    for route in chart.routes:
        if route.to is not None:
            key = f"address {route.host}"
            boxes[key] = _Box(name=route.host, about="address", sort="address")
            columns[key] = 0
            arrows[key, route.to.name] = f"{route.host} leads to {route.to.name}"
    for edge in chart.edges:
        key, box = _end(edge)
        if box is not None:
            boxes[key] = box
            columns[key] = last
        arrows[edge.source.name, key] = f"{edge.source.name} connects to {boxes[key].name}"
    layout = arrange(columns, list(arrows), lambda key: _HEIGHT + _GAP_Y if key else _WAYPOINT)
    inside = [columns[component.name] for component in chart.components]
    title = f"{chart.name} {chart.version}, namespace {chart.namespace}"
    return _Panel(
        chart=chart,
        boxes=boxes,
        layout=layout,
        arrows=arrows,
        widths=_widths(boxes, columns, range(min(inside), max(inside) + 1), title),
        first=min(inside),
        last=max(inside),
        title=title,
    )


def _widths(
    boxes: Mapping[str, _Box], columns: Mapping[str, int], inside: range, title: str
) -> tuple[int, ...]:
    """Each column as wide as its texts; those inside together as wide as the title."""
    widths = [_LEAST] * (max(columns.values()) + 1)
    for key, box in boxes.items():
        needed = ceil(max(len(box.name) * _LETTER, len(box.about) * _SMALL)) + 24
        widths[columns[key]] = min(max(widths[columns[key]], needed), _MOST)
    room = sum(widths[column] for column in inside) + (len(inside) - 1) * _GAP_X
    missing = ceil(len(title) * _BOLD) - room
    for column in inside:
        widths[column] += max(0, -(-missing // len(inside)))
    return tuple(widths)


def _columns(chart: Chart) -> dict[str, int]:
    """The longest way to each component, from those that nothing connects to. No circles exist."""
    first = 1 if chart.routed else 0
    columns = dict.fromkeys((component.name for component in chart.components), first)
    waiting = {name: len(chart.edges_to.get(name, ())) for name in columns}
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:
        for edge in chart.edges_from.get(name, ()):
            if edge.target is not None and edge.namespace is None:
                target = edge.target.name
                columns[target] = max(columns[target], columns[name] + 1)
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    return columns


def _about(component: Component) -> str:
    """The kind, and how many replicas it has."""
    running = component.kind_module.workloads(component)
    if not running or running[0].controller not in ("Deployment", "StatefulSet"):
        return component.kind
    least, most = running[0].replicas
    if running[0].controller == "StatefulSet":
        most = least  # scaled by hand, if at all
    return f"{component.kind} × {least}" + (f" to {most}" if most != least else "")


def _end(edge: Edge) -> tuple[str, _Box | None]:
    """Key of an edge's end, and its box where that is not a component of this chart."""
    if edge.outside is not None:
        host, port = edge.outside.host, edge.outside.port
        return f"outside {host}:{port}", _Box(name=host, about=f"port {port}", sort="outside")
    assert edge.target is not None
    if edge.namespace is None:
        return edge.target.name, None
    about = f"in chart {edge.target.chart_name}"
    box = _Box(name=edge.target.name, about=about, sort=edge.target.kind)
    return f"chart {edge.target.chart_name} {edge.target.name}", box


def _draw_panel(panel: _Panel) -> Iterator[str]:
    width = panel.left(panel.last) + panel.widths[panel.last] + 2 * _PADDING
    size = f'width="{width}" height="{panel.height}"'
    yield f'<rect class="chart" x="{-_PADDING}" y="0" {size} rx="8"/>'
    yield f'<text class="title" x="0" y="24">{escape(panel.title)}</text>'
    for pair, text in panel.arrows.items():
        yield (
            f'<path class="edge" marker-end="url(#tip)" d="{_way(panel, pair)}">'
            f"<title>{escape(text)}</title></path>"
        )
    for key, box in panel.boxes.items():
        column = panel.layout.columns[key]
        y = _TITLE + panel.layout.heights[key] - _HEIGHT // 2
        yield from _draw_box(box, panel.left(column), y, panel.widths[column])


def _draw_box(box: _Box, x: int, y: int, width: int) -> Iterator[str]:
    room = int((width - 24) / _LETTER)
    name = box.name if len(box.name) <= room else f"{box.name[: room - 1]}…"
    yield (
        f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{_HEIGHT}" rx="6" '
        f'fill="{_FILL.get(box.sort, "#ffffff")}"><title>{escape(box.name)}</title></rect>'
    )
    yield f'<text x="{x + 12}" y="{y + 20}">{escape(name)}</text>'
    yield f'<text class="kind" x="{x + 12}" y="{y + 36}">{escape(box.about)}</text>'


def _way(panel: _Panel, pair: Pair) -> str:
    """An arrow as a path: straight through the columns that it passes, bent between them."""
    trail = panel.layout.trails[pair]
    heights, columns = panel.layout.heights, panel.layout.columns
    y = _TITLE + heights[pair[0]] + _spread(panel, pair, out=True)
    x = panel.left(columns[pair[0]]) + panel.widths[columns[pair[0]]]
    way = f"M{x} {y}"
    for node in trail[1:]:
        next_x = panel.left(columns[node])
        next_y = _TITLE + heights[node]
        if node == pair[1]:
            next_y += _spread(panel, pair, out=False)
        bend = (next_x - x) // 2
        way += f"C{x + bend} {y} {next_x - bend} {next_y} {next_x} {next_y}"
        if node != pair[1]:
            next_x += panel.widths[columns[node]]
            way += f"H{next_x}"
        x, y = next_x, next_y
    return way


def _spread(panel: _Panel, pair: Pair, *, out: bool) -> int:
    """How far from the middle of a box's side an arrow starts or ends: in order, side by side."""
    end, step = (pair[0], 1) if out else (pair[1], -2)
    heights, trails = panel.layout.heights, panel.layout.trails
    beside = [other for other in panel.arrows if (other[0] if out else other[1]) == end]
    beside.sort(key=lambda other: (heights[trails[other][step]], other))
    gap = min(9, (_HEIGHT - 14) // max(len(beside) - 1, 1))
    return (2 * beside.index(pair) - len(beside) + 1) * gap // 2
