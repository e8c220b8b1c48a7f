"""The text around a syntax error: what stands where, how it is indented, how to quote it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from generator.spec.place import cut, plural

#: Line and column (from 0), message, hint.
Told = tuple[int, int, str, str]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The text around a syntax error. `opened` is where the unfinished thing began."""

    lines: list[str]
    problem: str
    context: str
    line: int
    col: int
    opened: tuple[int, int]

    @property
    def text(self) -> str:
        return self.lines[self.line]

    @property
    def char(self) -> str:
        return self.text[self.col : self.col + 1]

    @property
    def before(self) -> str:
        """What stands before the error on its line."""
        return self.text[: self.col].strip()

    @property
    def at_end(self) -> bool:
        return not any(
            line.strip() for line in [self.text[self.col :], *self.lines[self.line + 1 :]]
        )


#: As libyaml counts lines, so that its marks fit.
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def scene_of(error: yaml.MarkedYAMLError, text: str) -> Scene:
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark or mark
    lines = _LINE_END.split(text)
    return Scene(
        lines=lines,
        problem=str(error.problem),
        context=str(error.context),
        line=min(mark.line, len(lines) - 1) if mark else 0,
        col=mark.column if mark else 0,
        opened=(opened.line, opened.column) if opened else (0, 0),
    )


def indentation(scene: Scene) -> Told:
    """The line lies between the levels of the lines above it."""
    own = len(indent_of(scene.text))
    levels = _levels(scene)
    if own in levels:
        return scene.line, own, "expected a line like `key: value`", ""
    message = f"the indentation of {plural(own, 'space')} does not fit the lines above"
    near = sorted(levels, key=lambda level: abs(level - own))[:2]
    fitting = [f"{plural(level, 'space')} like line {levels[level]}" for level in near]
    hint = f"indent it by {' or '.join(fitting)}" if fitting else ""
    return scene.line, own, message, hint


def fits(scene: Scene) -> bool:
    """The line is indented like one of the maps or lists that it could continue."""
    return len(indent_of(scene.text)) in _levels(scene)


def _levels(scene: Scene) -> dict[int, int]:
    """How the open maps and lists above are indented, each with its nearest line."""
    levels: dict[int, int] = {}
    for number in range(scene.line - 1, -1, -1):
        if content_of(scene.lines[number]):
            level = len(indent_of(scene.lines[number]))
            if not levels or level < min(levels):
                levels[level] = number + 1
    return levels


def indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def content_of(line: str) -> str:
    """The line without indentation and comment, as far as no quotes are involved."""
    text = line.strip()
    return "" if text.startswith("#") else text.split(" #", 1)[0].rstrip()


def quote_hint(line: str) -> str:
    """`put the value in quotes: key: "value"`, with the author's own line."""
    text = content_of(line)
    head = re.match(r"(?:- )*[\w./-]+:\s+|(?:- )+", text)
    lead = head[0] if head else ""
    value = text[len(lead) :]
    if not value or (value[0] in "[{" and not value.startswith("{{")):
        return "put it in quotes"
    return f"put the value in quotes: {cut(lead + quoted(value))}"


def quoted(text: str) -> str:
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'
