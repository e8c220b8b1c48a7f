"""The templates of a chart and of its subcharts, as they were written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

_ACTION = re.compile(r"\{\{-?(?!-?\s*/\*)((?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^\"`])*?)-?\}\}")
_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|`[^`]*`")
_ASKED = re.compile(r"\.APIVersions\.Has\s+\"([^\"]+)\"")


class Action(NamedTuple):
    """One `{{ … }}` of a template: what stands between the braces, and where."""

    path: str  # relative to the project
    line: int
    col: int
    text: str

    @property
    def words(self) -> str:
        """The action without the texts in quotes."""
        return _TEXT.sub('""', self.text)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One template file."""

    path: str  # relative to the project
    charts: tuple[str, ...]  # the chart that it belongs to, after those that this one is in
    text: str = field(repr=False)
    foreign: str = ""  # the subchart that it belongs to, where that is a chart of others

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What names of helpers may begin with: the chart's name, or with those above it."""
        count = len(self.charts)
        return tuple(".".join(self.charts[start:]) + "." for start in reversed(range(count)))

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        return tuple(self._actions())

    def _actions(self) -> Iterator[Action]:
        # Blanks instead of comments, so that lines and columns stay.
        text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), self.text)
        for found in _ACTION.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            col = found.start() - text.rfind("\n", 0, found.start())
            yield Action(self.path, line, col, found[1].strip())


@dataclass(frozen=True, kw_only=True)
class ChartSources:
    """All templates of a chart and of the charts in it, sorted by path."""

    chart: str
    files: tuple[Source, ...]

    def holding(self, *words: str) -> Iterator[Source]:
        """The files that hold one of the words. To take the others apart would be for nothing."""
        return (file for file in self.files if any(word in file.text for word in words))

    @cached_property
    def by_path(self) -> Mapping[str, Source]:
        return {file.path: file for file in self.files}

    @cached_property
    def api_versions(self) -> tuple[str, ...]:
        """The foreign APIs that the templates ask the cluster for."""
        return tuple(sorted({name for file in self.files for name in _ASKED.findall(file.text)}))


def read_sources(
    folder: Path, shown: str, *, upstream: frozenset[str] = frozenset()
) -> ChartSources:
    """Read the templates below a chart's folder. `shown` is the folder as findings name it.

    `upstream` are its subcharts that are charts of others.
    """
    top = str(folder)
    files = [
        Source(
            path=f"{shown}/{inside}",
            charts=_charts_of(inside, folder.name),
            text=Path(top, inside).read_bytes().decode("utf-8", "replace"),
            foreign=next((n for n in _charts_of(inside, "")[1:2] if n in upstream), ""),
        )
        for inside in sorted(_templates(top), key=lambda path: path.split("/"))
    ]
    return ChartSources(chart=folder.name, files=tuple(files))


def _templates(top: str) -> Iterator[str]:
    """The files below any folder `templates`, as seen from the top. (Path.rglob: 60 ms more.)"""
    for base, _, names in os.walk(top):
        inside = base[len(top) + 1 :].replace(os.sep, "/")
        if "templates" in inside.split("/"):
            yield from (f"{inside}/{name}" for name in names)


def _charts_of(inside: str, name: str) -> tuple[str, ...]:
    """The names along `charts/backend/charts/cache/templates/…`."""
    names = [name]
    parts = inside.split("/")
    while parts[0] == "charts":
        names.append(parts[1])
        parts = parts[2:]
    return tuple(names)
