"""Where the boxes of a layered drawing stand: few crossings, short and straight arrows.

Nodes come with their columns. An arrow that passes a column gets a waypoint there, so that it runs
between the boxes. Each column is then ordered by the mean place of the neighbours (Sugiyama's
barycentre), and moved to the heights that keep arrows straight. The same graph gives the same
drawing everywhere.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Pair = tuple[str, str]

_SWEEPS = 12


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Heights of the centres, from 0 down, and each arrow's nodes: source, waypoints, target."""

    heights: Mapping[str, int]
    trails: Mapping[Pair, tuple[str, ...]]
    columns: Mapping[str, int]


def arrange(
    columns: Mapping[str, int], pairs: Sequence[Pair], size: Callable[[str], int]
) -> Layout:
    """Place nodes by column. Arrows lead to the right; `size` is the room a node takes, "" that
    of a waypoint."""
    everywhere = dict(columns)
    trails = {}
    for source, target in pairs:
        between = range(columns[source] + 1, columns[target])
        waypoints = {f"{source} > {target} @ {column}": column for column in between}
        everywhere |= waypoints
        trails[source, target] = (source, *waypoints, target)
    steps = [step for trail in trails.values() for step in pairwise(trail)]
    levels = _ordered(everywhere, steps)
    sizes = {node: size(node if node in columns else "") for node in everywhere}
    heights = _heights(levels, steps, sizes)
    top = min((heights[node] - sizes[node] / 2 for node in everywhere), default=0)
    moved = {node: round(height - top) for node, height in heights.items()}
    return Layout(heights=moved, trails=trails, columns=everywhere)


def crossings(levels: Sequence[Sequence[str]], steps: Sequence[Pair]) -> int:
    """How many pairs of steps cross, when the columns stand in this order."""
    place = {node: (c, row) for c, level in enumerate(levels) for row, node in enumerate(level)}
    count = 0
    passed: dict[int, list[int]] = {}
    for source, target in sorted(steps, key=lambda step: (place[step[0]], place[step[1]])):
        below = passed.setdefault(place[source][0], [])
        row = place[target][1]
        count += len(below) - bisect_right(below, row)
        insort(below, row)
    return count


def _ordered(columns: Mapping[str, int], steps: Sequence[Pair]) -> list[list[str]]:
    """The nodes of each column, in the best order that some sweeps to and fro have met."""
    left, right = _neighbours(steps)
    levels: list[list[str]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for node, column in columns.items():
        levels[column].append(node)
    best, fewest = [list(level) for level in levels], crossings(levels, steps)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        near = left if forth else right
        row = {node: float(i) for level in levels for i, node in enumerate(level)}
        for level in levels if forth else reversed(levels):
            level.sort(key=lambda node: _mean([row[n] for n in near.get(node, ())], row[node]))
            row.update((node, float(i)) for i, node in enumerate(level))
        count = crossings(levels, steps)
        if count < fewest:
            best, fewest = [list(level) for level in levels], count
    return best


def _heights(
    levels: Sequence[Sequence[str]], steps: Sequence[Pair], sizes: Mapping[str, int]
) -> dict[str, float]:
    left, right = _neighbours(steps)
    heights: dict[str, float] = {}
    for level in levels:
        heights.update(_apart(level, dict.fromkeys(level, 0.0), sizes))
    for sweep in range(_SWEEPS):
        for level in levels if sweep % 2 == 0 else reversed(levels):
            wanted = {
                node: _mean(
                    [heights[n] for n in (*left.get(node, ()), *right.get(node, ()))], heights[node]
                )
                for node in level
            }
            heights.update(_apart(level, wanted, sizes))
    return heights


def _apart(
    level: Sequence[str], wanted: Mapping[str, float], sizes: Mapping[str, int]
) -> dict[str, float]:
    """The heights nearest to those that are wanted which leave every node its room.

    Nodes that would overlap become one block around the mean of what they want.
    """
    offsets: dict[str, float] = {}
    offset = 0.0
    for node in level:
        offsets[node] = offset + sizes[node] / 2
        offset += sizes[node]
    blocks: list[tuple[float, list[str]]] = []
    for node in level:
        blocks.append((wanted[node] - offsets[node], [node]))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, after), (high, before) = blocks.pop(), blocks.pop()
            total = low * len(after) + high * len(before)
            blocks.append((total / (len(after) + len(before)), before + after))
    return {node: base + offsets[node] for base, members in blocks for node in members}


def _neighbours(steps: Sequence[Pair]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    left: dict[str, list[str]] = {}
    right: dict[str, list[str]] = {}
    for source, target in steps:
        left.setdefault(target, []).append(source)
        right.setdefault(source, []).append(target)
    return left, right


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
