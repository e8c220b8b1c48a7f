"""How messages speak of places and values: `path:line:col`, `charts.shop.version`, `'text'`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Path_ = tuple[str | int, ...]

#: Longer values are cut in messages.
MAX_SHOWN = 60


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where something was written: a path relative to the spec's folder, 1-based line, column."""

    path: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}"


def dotted(path: Path_) -> str:
    """A path as people write it: `charts.shop.components.web.connects[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return one_line(text)


def shown(value: Any) -> str:
    """A value for a message, on one line and short. Text stands in single quotes."""
    if isinstance(value, dict):
        return "a map" if value else "an empty map"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return cut(str(value))
    if not value:
        return "empty text"
    quote = '"' if "'" in value and '"' not in value else "'"
    return f"{quote}{cut(one_line(value))}{quote}"


def cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def one_line(text: str) -> str:
    """Line ends and characters that a terminal would obey, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
