"""A picture of the platform, drawn from the spec: components as boxes, edges as arrows, SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from generator.spec.model import Chart, Edge, Platform

_WIDTH, _HEIGHT = 170, 44
_GAP_X, _GAP_Y = 90, 22
_MARGIN, _TITLE = 24, 40

_FILL = {
    "route": "#e8f0fe",
    "outside": "#f3f4f6",
    "postgres": "#e6f4ea",
    "redis": "#fce8e6",
    "prometheus": "#fef7e0",
    "alertmanager": "#fef7e0",
    "grafana": "#fef7e0",
}
_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:13px;fill:#202124}"
    ".kind{font-size:11px;fill:#5f6368}.title{font-size:15px;font-weight:600}"
    ".edge{stroke:#5f6368;stroke-width:1.2;fill:none}"
    ".chart{fill:none;stroke:#dadce0;stroke-dasharray:4 3}"
)


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A node of the picture: what it says, and its column."""

    key: str
    name: str
    kind: str
    column: int


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One chart's part of the picture: its boxes by column, and the pairs they connect."""

    chart: Chart
    boxes: tuple[_Box, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> int:
        columns = [box.column for box in self.boxes]
        return max(columns.count(column) for column in columns)

    @property
    def height(self) -> int:
        return _TITLE + self.rows * (_HEIGHT + _GAP_Y) + _MARGIN

    @property
    def width(self) -> int:
        columns = max(box.column for box in self.boxes) + 1
        return columns * (_WIDTH + _GAP_X) - _GAP_X + 2 * _MARGIN


def draw(platform: Platform, only: str | None = None) -> str:
    """The platform, or one of its charts, as an SVG document."""
    panels = [_panel(chart) for chart in platform.charts if only in (None, chart.name)]
    width = max(panel.width for panel in panels) + 2 * _MARGIN
    height = sum(panel.height + _MARGIN for panel in panels) + _MARGIN
    title = escape(only or platform.name)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{title}">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5f6368"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    top = _MARGIN
    for panel in panels:
        lines += _draw_panel(panel, top, width)
        top += panel.height + _MARGIN
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(chart: Chart) -> _Panel:
    """Boxes in columns: routes first, then each component right of all that connect to it."""
    first = 1 if chart.routes else 0
    columns = dict.fromkeys((component.name for component in chart.components), first)
    for _ in chart.components:
        for edge in chart.edges:
            if edge.target is not None and edge.target.name in columns and not edge.namespace:
                least = columns[edge.source.name] + 1
                columns[edge.target.name] = max(columns[edge.target.name], least)
    boxes = [
        _Box(key=c.name, name=c.name, kind=c.kind, column=columns[c.name]) for c in chart.components
    ]
    pairs = []
    hosts: dict[str, None] = {}
    for route in chart.routes:
        if route.to is not None:
            hosts.setdefault(route.host)
            pairs.append((f"route {route.host}", route.to.name))
    boxes += [_Box(key=f"route {host}", name=host, kind="route", column=0) for host in hosts]
    last = max(columns.values()) + 1
    for edge in chart.edges:
        key, text = _target(edge)
        pairs.append((edge.source.name, key))
        if key not in {box.key for box in boxes}:
            boxes.append(_Box(key=key, name=text, kind="outside", column=last))
    return _Panel(chart=chart, boxes=tuple(boxes), pairs=tuple(dict.fromkeys(pairs)))


def _target(edge: Edge) -> tuple[str, str]:
    """Key and text of an edge's end: a component, one of another chart, or an address."""
    if edge.outside is not None:
        return f"outside {edge.outside.host}", edge.outside.host
    assert edge.target is not None
    if edge.namespace is not None:
        name = f"{edge.target.chart_name}/{edge.target.name}"
        return f"outside {name}", name
    return edge.target.name, edge.target.name


def _draw_panel(panel: _Panel, top: int, width: int) -> Iterator[str]:
    yield (
        f'<rect class="chart" x="{_MARGIN}" y="{top}" width="{width - 2 * _MARGIN}" '
        f'height="{panel.height}" rx="8"/>'
    )
    title = f"{panel.chart.name} {panel.chart.version} in namespace {panel.chart.namespace}"
    yield f'<text class="title" x="{2 * _MARGIN}" y="{top + 26}">{escape(title)}</text>'
    places = dict(_places(panel.boxes, top + _TITLE, panel.rows))
    for source, target in panel.pairs:
        (x1, y1), (x2, y2) = places[source], places[target]
        x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
        bend = max((x2 - x1) // 2, 30)
        yield (
            f'<path class="edge" marker-end="url(#tip)" '
            f'd="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'
        )
    for box in panel.boxes:
        x, y = places[box.key]
        fill = _FILL.get(box.kind, "#ffffff")
        yield (
            f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" '
            f'fill="{fill}" stroke="#9aa0a6"/>'
        )
        name = box.name if len(box.name) <= 23 else f"{box.name[:22]}…"
        yield f'<text x="{x + 12}" y="{y + 19}">{escape(name)}</text>'
        yield f'<text class="kind" x="{x + 12}" y="{y + 35}">{escape(box.kind)}</text>'


def _places(boxes: Iterable[_Box], top: int, rows: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Columns are centred, so that arrows stay short."""
    columns: dict[int, list[_Box]] = {}
    for box in boxes:
        columns.setdefault(box.column, []).append(box)
    for column, members in columns.items():
        x = 2 * _MARGIN + column * (_WIDTH + _GAP_X)
        offset = (rows - len(members)) * (_HEIGHT + _GAP_Y) // 2
        for row, box in enumerate(members):
            yield box.key, (x, top + offset + row * (_HEIGHT + _GAP_Y))
