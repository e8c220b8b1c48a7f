"""One definition (`Knob`) written three times: values.yaml, values.schema.json, README table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from generator.kinds.api import Knob

Tree = dict[str, Any]

_PLAIN = re.compile(r"[A-Za-z/][-A-Za-z0-9_./ ()]*[A-Za-z0-9)]|[A-Za-z]")
_MISREAD = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf")
)
#: Characters that JSON writes as they are, and YAML reads as line breaks or not at all.
_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WIDTH = 100


def scalar(value: Any) -> str:
    """A YAML scalar or an empty collection, quoted only where YAML would misread it."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _MISREAD:
        return value
    return _SPECIAL.sub(_escaped, orjson.dumps(value).decode())


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}"


def dump(value: Any, indent: int) -> list[str]:
    """The lines of a mapping or a list, at a column."""
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping | list) and item:
                lines.append(f"{pad}{scalar(key)}:")
                lines += dump(item, indent + 2)
            else:
                lines.append(f"{pad}{scalar(key)}: {scalar(item)}")
        return lines
    for item in value:
        if isinstance(item, Mapping) and item:
            first, *rest = dump(item, indent + 2)
            lines.append(f"{pad}- {first.lstrip()}")
            lines += rest
        else:
            lines.append(f"{pad}- {scalar(item)}")
    return lines


def values_yaml(title: str, knobs: Sequence[Knob]) -> str:
    """values.yaml: a comment above every value, a blank line between groups."""
    lines = [f"# {line}" for line in title.splitlines()]
    open_path: tuple[str, ...] = ()
    last_group = None
    for knob in knobs:
        *parents, leaf = knob.path.split(".")
        group = knob.path.partition(".")[0]
        if group != last_group:
            lines.append("")
        last_group = group
        common = _common(open_path, parents)
        for depth in range(common, len(parents)):
            lines.append("  " * depth + f"{parents[depth]}:")
        open_path = tuple(parents)
        pad = "  " * len(parents)
        lines += [
            f"{pad}# {'-- ' if n == 0 else ''}{line}" for n, line in _wrap(knob.doc, len(pad))
        ]
        if isinstance(knob.default, Mapping | list) and knob.default:
            lines.append(f"{pad}{leaf}:")
            lines += dump(knob.default, len(pad) + 2)
        else:
            lines.append(f"{pad}{leaf}: {scalar(knob.default)}")
    return "\n".join(lines) + "\n"


def schema_tree(knobs: Iterable[Knob], *, subchart: bool, whole: bool = True) -> Tree:
    """The schema of a chart's values: closed where we own the map.

    A subchart declares `global`, which Helm passes down, and `enabled`, its condition in the
    umbrella: a closed schema without them breaks every umbrella.

    A value may be taken away with null: it must be there unless it may be empty as well. In the
    umbrella a subchart's values are not `whole`: Helm leaves out those of one that is off.
    """
    root: Tree = {"type": "object", "additionalProperties": False, "properties": {}}
    for knob in knobs:
        *parents, leaf = (knob.pattern or knob.path).split(".")
        node = root
        for part in parents:
            inner: Tree = {"type": "object", "additionalProperties": False, "properties": {}}
            if part == "*":
                if node["additionalProperties"] is False:
                    node["additionalProperties"] = inner
                node = node["additionalProperties"]
            else:
                if whole and part not in node["properties"]:
                    node.setdefault("required", []).append(part)
                node = node["properties"].setdefault(part, inner)
        if whole and leaf not in node["properties"] and not may_be_empty(knob.schema):
            node.setdefault("required", []).append(leaf)
        node["properties"][leaf] = {"description": knob.doc, **knob.schema}
    shared = root["properties"].setdefault("global", {"type": "object"})
    shared["description"] = "Values that the umbrella and all its subcharts see alike."
    shared["additionalProperties"] = True
    if subchart:
        root["properties"]["enabled"] = {
            "description": "Set by the umbrella: whether this subchart is part of the release.",
            "type": "boolean",
        }
        if not whole:
            root["required"] = ["enabled"]
    return root


def may_be_empty(schema: Mapping[str, Any]) -> bool:
    """Whether an empty value is legal, which null then means, too."""
    kinds = schema.get("type", "null")
    if "null" in kinds or "object" in kinds:
        return not schema.get("minProperties")
    if "array" in kinds:
        return not schema.get("minItems")
    if "string" not in kinds or schema.get("minLength"):
        return False
    if "enum" in schema:
        return "" in schema["enum"]
    return re.search(schema.get("pattern", ""), "") is not None


def schema_json(tree: Tree, title: str) -> bytes:
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return orjson.dumps({**head, **tree}, option=orjson.OPT_INDENT_2) + b"\n"


def readme_table(knobs: Iterable[Knob]) -> str:
    """The values as a Markdown table."""
    lines = ["| Value | Default | What it does |", "| --- | --- | --- |"]
    for knob in knobs:
        default = orjson.dumps(knob.default).decode().replace("|", "\\|")
        lines.append(f"| `{knob.path}` | `{default}` | {knob.doc.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def group(knobs: Sequence[Knob]) -> list[Knob]:
    """The same knobs, with those of one parent side by side, in order of first appearance."""
    return [knobs[index] for index in _order(tuple(knob.path for knob in knobs))]


@lru_cache(maxsize=256)  # subcharts of one kind mostly have the same values
def _order(paths: tuple[str, ...]) -> list[int]:
    seen: dict[str, int] = {}
    keys = []
    for path in paths:
        ends = [index for index, letter in enumerate(path) if letter == "."]
        keys.append([seen.setdefault(path[:end], len(seen)) for end in (*ends, len(path))])
    return sorted(range(len(paths)), key=keys.__getitem__)


@lru_cache(maxsize=4096)
def _wrap(doc: str, indent: int) -> tuple[tuple[int, str], ...]:
    words, lines, width = doc.split(), [""], _WIDTH - indent - 6
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(enumerate(lines))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
