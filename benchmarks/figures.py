"""What was measured -> the tables of docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol

OURS = ("generation", "build", "build, nothing to do")


class Figures(Protocol):
    @property
    def cpu(self) -> float: ...
    @property
    def memory(self) -> float: ...


Rows = Mapping[int, Mapping[str, Figures]]


def measured(rows: Rows, *, runs: int, missing: Sequence[str]) -> str:
    """The table of all figures, by size."""
    without = f" Not found, and no part of the other pipeline: {', '.join(missing)}." * bool(
        missing
    )
    lines = [
        f"One run, the median of {runs} of each. Every fifth component differs between"
        f" environments.{without}",
        "",
        "| CPU seconds | " + " | ".join(str(size) for size in rows) + " |",
        "| --- |" + " ---: |" * len(rows),
    ]
    names = dict.fromkeys(name for row in rows.values() for name in row)
    for name in names:
        lines.append(_line(name, rows, lambda row, name=name: f"{row[name].cpu:.2f}"))
    if "build" in names:
        lines.append(_line("the other pipeline", rows, lambda row: f"{other(row):.2f}"))
        lines.append(_line("**build / other**", rows, lambda row: f"**{ratio(row):.2f}**"))
    for name in OURS[:2]:
        if name in names:
            lines.append(
                _line(f"{name}, MB", rows, lambda row, name=name: f"{row[name].memory:.0f}")
            )
    each = marginal(rows)
    if each:
        lines += ["", "| Generation, ms for each further component | |", "| --- | ---: |"]
        lines += [f"| from {low} to {high} | {cost:.2f} |" for (low, high), cost in each.items()]
    return "\n".join(lines)


def targets(rows: Rows, *, help_cpu: float) -> str:
    """The table of targets, those that these sizes say something of."""
    told = []
    if ratios := {size: ratio(rows[size]) for size in (8, 50, 200) if size in rows}:
        said = ", ".join(f"{value:.2f} at {size}" for size, value in ratios.items())
        text = (
            "The whole build in at most half the CPU of that pipeline at 8, 50 and 200 components"
        )
        told.append((text, max(ratios.values()) <= 0.5, said))
    for size, most, how in ((50, 0.30, ", cold,"), (500, 1.1, "")):
        if size in rows:
            cpu = rows[size]["generation"].cpu
            text = f"Generation alone below {most:.2f} CPU seconds{how} at {size} components"
            told.append((text, cpu < most, f"{cpu:.2f}"))
    if each := {pair: cost for pair, cost in marginal(rows).items() if pair[0] >= 50}:
        spread = max(each.values()) / min(each.values()) - 1
        said = f"{min(each.values()):.2f} to {max(each.values()):.2f} ms, {spread:.0%} apart"
        text = "Each further component costs the same from 50 to 1000, within 20 %"
        told.append((text, spread <= 0.2, said))
    if 500 in rows:
        memory = rows[500]["generation"].memory
        told.append(("Generation below 150 MB at 500 components", memory < 150, f"{memory:.0f}"))
    again = [row[OURS[2]].cpu for row in rows.values() if OURS[2] in row]
    if again:
        text = "A build with nothing to do below 0.15 CPU seconds"
        told.append((text, max(again) < 0.15, f"{max(again):.2f}"))
    told.append(("`--help` below 0.1 CPU seconds", help_cpu < 0.1, f"{help_cpu:.2f}"))
    lines = [f"| {text} | {'yes' if met else 'no'}: {said} |" for text, met, said in told]
    return "\n".join(["| Target | Reached |", "| --- | --- |", *lines])


def other(row: Mapping[str, Figures]) -> float:
    """The CPU of the other pipeline, a KeyError where it was not measured."""
    if "build" not in row:
        raise KeyError("build")
    return sum(figures.cpu for name, figures in row.items() if name not in OURS)


def ratio(row: Mapping[str, Figures]) -> float:
    return row["build"].cpu / other(row)


def marginal(rows: Rows) -> dict[tuple[int, int], float]:
    """What one more component costs the generation, in ms, between one size and the next.

    The start of Python and the imports cost the same for one component as for a thousand: a cost
    divided by the number of components would tell of these.
    """
    return {
        (low, high): 1000
        * (rows[high]["generation"].cpu - rows[low]["generation"].cpu)
        / (high - low)
        for low, high in pairwise(sorted(rows))
    }


def write(path: Path, tables: Mapping[str, str]) -> None:
    """Put each table between its marks."""
    text = path.read_text()
    for name, table in tables.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        text = marks.sub(lambda found, table=table: found[1] + table + found[2], text)
    path.write_text(text)


def _line(name: str, rows: Rows, show: Callable[[Mapping[str, Figures]], str]) -> str:
    cells = []
    for row in rows.values():
        try:
            cells.append(show(row))
        except KeyError:
            cells.append("")
    return f"| {name} | " + " | ".join(cells) + " |"
