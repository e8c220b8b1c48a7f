"""Read YAML into the values that Kubernetes sees: YAML 1.1 booleans and octals, but no dates.

Helm and the API server read YAML with sigs.k8s.io/yaml. There `yes` is true, `0777` is 511 and
`2026-01-01` is a string; keys are always strings. No Python library reads like that, so `load`
uses the fastest one (in Rust, six times faster than PyYAML's C loader) for texts in which no
scalar could be read differently, and for all others our own reading of what the parser composed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # compiled

Value = Any
Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in a text, both numbers 1-based."""

    line: int
    col: int


class YamlError(ValueError):
    """Why a text is no YAML that Kubernetes would take, and where."""

    def __init__(self, message: str, mark: Mark, *, duplicate: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.mark = mark
        self.duplicate = duplicate


# Words that the two libraries take for different things, or keys that are no strings. One too
# many costs time only.
_TRUE = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "off", "Off", "OFF")
_BOOLEANS = (*_TRUE, *_FALSE)
_CONSTANTS = ("true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL", "~")
_WORDS_IN_DOUBT = frozenset([*_BOOLEANS, *(f"{word}:" for word in _BOOLEANS + _CONSTANTS)])
_FIRST_IN_DOUBT = frozenset("0123456789+-.<!&*?\"'")
_IN_DOUBT = re.compile(
    r"[-+]?(?:0[0-9xXoObB]|[0-9]{17}|[0-9.]+[eE]|\.[iInN])"  # octals, big or exact numbers
    r"|[-+.0-9].*[_:]\Z|[-+]?[.0-9_]*_|<<|[!&*?]"  # keys; 1_000; merging; tags and aliases
    r"|[\"'].*[\"']:."  # {"a":yes}
)
_COMMENT = re.compile(r"^ *#.*$", re.MULTILINE)
_FLOW = str.maketrans("[]{},", "     ")


def load(text: str) -> Value:
    """The one document in the text. Raises `YamlError`."""
    if not _in_doubt(text):
        from ryaml import InvalidYamlError, loads  # type: ignore[attr-defined]  # no __all__

        try:
            return loads(text)
        except InvalidYamlError:
            pass  # the other reader says better what is wrong, and where
    return load_carefully(text)


def load_carefully(text: str) -> Value:
    """As `load`, always by our own reading."""
    node = _compose(text)
    return None if node is None else _build(node, {})


def positions(text: str) -> Mapping[Path, Mark]:
    """Where each key and each list item of a document was written."""
    places: dict[Path, Mark] = {}
    node = _compose(text)
    todo: list[tuple[Path, yaml.Node]] = [] if node is None else [((), node)]
    while todo:
        path, node = todo.pop()
        places.setdefault(path, _mark(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*path, _text(_build(key, {})))
                places[below] = _mark(key)
                todo.append((below, value))
        elif isinstance(node, yaml.SequenceNode):
            todo.extend(((*path, index), value) for index, value in enumerate(node.value))
    return places


def _in_doubt(text: str) -> bool:
    if "#" in text:  # comments are full of such words
        text = _COMMENT.sub("", text)
    words = set(text.translate(_FLOW).split())
    return not words.isdisjoint(_WORDS_IN_DOUBT) or any(
        _IN_DOUBT.match(word) for word in words if word[0] in _FIRST_IN_DOUBT
    )


class _Loader(CParser):
    """libyaml's composer; only asks of each scalar whether it was plain or quoted."""

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool] | bool) -> str:
        if kind is not yaml.ScalarNode:
            return "list" if kind is yaml.SequenceNode else "map"
        return "plain" if isinstance(implicit, tuple) and implicit[0] else "string"

    def descend_resolver(self, *_: object) -> None:
        """Paths play no part in how Kubernetes reads a scalar."""

    def ascend_resolver(self) -> None:
        """As above."""


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        raise YamlError(f"no valid YAML: {error.problem or error.context}", place) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(f"no valid YAML: {error.reason}", Mark(line, 1)) from None
    finally:
        loader.dispose()
    return node


def _build(node: yaml.Node, known: dict[int, Value]) -> Value:
    """The value of a node. An alias gives the very value of its anchor again."""
    if id(node) in known:
        return known[id(node)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        items: list[Value] = []
        known[id(node)] = items
        items.extend(_build(item, known) for item in node.value)
        return items
    fields: dict[str, Value] = {}
    known[id(node)] = fields
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.value == "<<" and key.tag == "plain":
            merged.append(value)
            continue
        name = _text(_build(key, known))
        if name in fields:
            message = f"{name!r} is written twice in one map"
            raise YamlError(message, _mark(key), duplicate=name)
        fields[name] = _build(value, known)
    for source in merged:
        _merge(source, fields, known)
    return fields


def _merge(source: yaml.Node, fields: dict[str, Value], known: dict[int, Value]) -> None:
    value = _build(source, known)
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise YamlError("`<<` needs a map or a list of maps", _mark(source))
        for name, inner in each.items():
            fields.setdefault(name, inner)


_WORDS: dict[str, bool | None] = {
    **{word: word in _TRUE for word in _BOOLEANS},
    **{word: None if word[:1] in "nN~" else word[0] in "tT" for word in (*_CONSTANTS, "")},
}
_INTEGER = re.compile(
    r"[-+]?(?:0[bB](?P<two>[01]+)|0[xX](?P<sixteen>[0-9a-fA-F]+)|0[oO]?(?P<eight>[0-7]+)"
    r"|(?P<ten>0|[1-9][0-9]*))"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"(?:(?P<sign>[-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))")
_BASES = {"two": 2, "eight": 8, "ten": 10, "sixteen": 16}
_STANDARD = "tag:yaml.org,2002:"


def _scalar(node: yaml.ScalarNode) -> Value:
    text: str = node.value
    if node.tag == "plain" or node.tag in (f"{_STANDARD}{t}" for t in ("int", "bool", "null")):
        return plain(text)
    if node.tag == f"{_STANDARD}float":
        value = plain(text)
        return float(value) if isinstance(value, int) else value
    if node.tag == f"{_STANDARD}binary":
        import base64

        return base64.b64decode(text).decode("utf-8", "replace")
    return text


def plain(text: str) -> Value:
    """What an unquoted scalar means, as in `resolve` of Go's yaml.v2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if special := _SPECIAL.fullmatch(text):
        number = float("nan") if special["sign"] is None else float("inf")
        return -number if special["sign"] == "-" else number
    digits = text if text[0] == "." else text.replace("_", "")
    if found := _INTEGER.fullmatch(digits):
        base = found.lastgroup or "ten"
        whole = int(found[base], _BASES[base]) * (-1 if digits[0] == "-" else 1)
        if -(2**63) <= whole < 2**64:
            return whole
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return text if value in (float("inf"), float("-inf")) else value
    return text


def _text(key: Value) -> str:
    """JSON's keys are strings; a null key is none in Go either, and becomes the word."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float):
        return f"{key:g}"
    return "null" if key is None else str(key)


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)
