"""A dashboard as SVG: its panels where its JSON puts them, with what Prometheus answered."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from picturing.history import DAY, MIDNIGHT

Json = Mapping[str, Any]
Line = tuple[str, list[tuple[float, float]]]

_COLUMN, _ROW, _GAP, _HEAD = 50, 30, 6, 46
_COLORS = ("#3f8f3f", "#c9a227", "#2f7ebc", "#d9662b", "#c4314b", "#7b4fa3", "#2a9d8f", "#8a6d3b")
_STYLE = (
    'text{font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#18181b}'
    ".title{font-size:13px;font-weight:600}.small{font-size:10px;fill:#52525b}"
    ".name{font-size:17px;font-weight:600}.panel{fill:#fff;stroke:#d4d4d8}"
    ".grid{stroke:#e4e4e7}.line{fill:none;stroke-width:1.5}"
)


def draw(board: Json, ask: Callable[[Json, Json], list[Line]]) -> str:
    """`ask` gives the lines of a panel's query."""
    width = 24 * _COLUMN + 2 * _GAP
    panels = board["panels"]
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in panels) * _ROW + _HEAD + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{escape(board["title"])}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#f4f4f5"/>',
        f'<text class="name" x="14" y="29">{escape(board["title"])}</text>',
        f'<text class="small" x="{width - 14}" y="29" text-anchor="end">{_choices(board)}</text>',
    ]
    for panel in panels:
        parts += _panel(panel, ask)
    return "\n".join([*parts, "</svg>", ""])


def _choices(board: Json) -> str:
    found = [one["label"] for one in board["templating"]["list"] if one["type"] != "datasource"]
    return escape(" · ".join(f"{label}: All" for label in found))


def _panel(panel: Json, ask: Callable[[Json, Json], list[Line]]) -> Iterator[str]:
    place = panel["gridPos"]
    x, y = place["x"] * _COLUMN + _GAP, place["y"] * _ROW + _HEAD
    width, height = place["w"] * _COLUMN - _GAP, place["h"] * _ROW - _GAP
    yield f'<g transform="translate({x} {y})">'
    yield f'<rect class="panel" width="{width}" height="{height}" rx="3"/>'
    yield f'<text class="title" x="10" y="20">{escape(panel["title"])}</text>'
    lines = [line for target in panel["targets"] for line in ask(panel, target)]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    if not lines:
        yield f'<text class="small" x="{width // 2}" y="{height // 2}">No data</text>'
    elif panel["type"] == "stat":
        yield from _numbers(lines, unit, width, height)
    else:
        yield from _graph(lines, unit, width, height)
    yield "</g>"


def _numbers(lines: Sequence[Line], unit: str, width: int, height: int) -> Iterator[str]:
    each = width / len(lines)
    size = max(12, min(34, int(each / 6)))
    for index, (name, points) in enumerate(lines):
        middle = round(each * (index + 0.5))
        yield (
            f'<text x="{middle}" y="{height // 2 + 12}" text-anchor="middle" '
            f'style="font-size:{size}px;fill:#3f8f3f">{_shown(points[-1][1], unit)}</text>'
        )
        yield (
            f'<text class="small" x="{middle}" y="{height // 2 + 34}" text-anchor="middle">'
            f"{escape(name)}</text>"
        )


def _graph(lines: Sequence[Line], unit: str, width: int, height: int) -> Iterator[str]:
    left, top, right, bottom = 58, 34, width - 12, height - 44
    most = max((value for _, points in lines for _, value in points), default=0) or 1
    step = _step(most)
    most = step * math.ceil(round(most / step, 6))
    for number in range(round(most / step) + 1):
        y = round(bottom - (bottom - top) * number * step / most)
        yield f'<path class="grid" d="M{left} {y}H{right}"/>'
        label = _shown(number * step, unit)
        yield f'<text class="small" x="{left - 6}" y="{y + 3}" text-anchor="end">{label}</text>'
    for hour in range(0, 24, 4):
        x = round(left + (right - left) * hour / 24)
        yield (
            f'<text class="small" x="{x}" y="{bottom + 14}" text-anchor="middle">'
            f"{hour:02}:00</text>"
        )
    for index, (_, points) in enumerate(lines):
        path = "L".join(
            f"{round(left + (right - left) * (at - MIDNIGHT) / DAY)} "
            f"{round(bottom - (bottom - top) * value / most)}"
            for at, value in points
        )
        yield f'<path class="line" stroke="{_COLORS[index % len(_COLORS)]}" d="M{path}"/>'
    yield from _legend([name for name, _ in lines], left, width, height - 12)


def _legend(names: Sequence[str], left: int, width: int, y: int) -> Iterator[str]:
    x: float = left
    for index, name in enumerate(names):
        room = 22 + 5.4 * len(name)
        if x + room > width - 60:
            yield f'<text class="small" x="{round(x)}" y="{y}">and more</text>'
            return
        color = _COLORS[index % len(_COLORS)]
        yield f'<rect x="{round(x)}" y="{y - 5}" width="10" height="3" fill="{color}"/>'
        yield f'<text class="small" x="{round(x) + 14}" y="{y}">{escape(name)}</text>'
        x += room + 6


def named(legend: str, labels: Mapping[str, str]) -> str:
    """A line's name as Grafana makes it of the legend."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), legend).strip()


def _step(most: float) -> float:
    """1, 2 or 5 with zeros, so that there are at most five of them."""
    power = 10.0 ** math.floor(math.log10(most / 5))
    return next(power * each for each in (1, 2, 5, 10) if most / (power * each) <= 5)


def _shown(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s":
        return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"
    text = f"{value / 1000:.3g} K" if value >= 1000 else f"{value:.3g}"
    return {"cps": f"{text}/s", "reqps": f"{text}/s"}.get(unit, text)
