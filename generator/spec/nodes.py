"""YAML text -> plain data and the mark of each value, in one pass over libyaml's nodes.

Anchors, aliases and merge keys work; what they repeat is counted, and loops are refused. Tags,
keys that are no text and keys given twice are errors. Scalars are read as `scalars` says.
"""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple

import yaml

from generator.errors import GeneratorError, InputError
from generator.findings import Finding
from generator.spec.place import Path_, Place, dotted, shown
from generator.spec.scalars import Refused, resolve
from generator.spec.syntax import explain

#: How deep maps and lists may lie in each other. A platform needs about ten levels.
MAX_DEPTH = 64
#: How many values aliases may repeat. Nine short lines can ask for thousands of millions.
MAX_REPEATED = 100_000


class Marks(NamedTuple):
    """libyaml's marks of a key and its value. `inside` is parallel to the data: a dict or a
    list of `Marks`, or a scalar's text as the author wrote it."""

    key: Any
    value: Any
    inside: dict[str, Marks] | list[Marks] | str

    def child(self, part: str | int) -> Marks | None:
        """The marks of a key or of a list's item, None when there is none."""
        inside: Any = self.inside
        known = part in inside if isinstance(inside, dict) else _is_index(inside, part)
        child: Marks | None = inside[part] if known else None
        return child


def read_nodes(text: str, name: str) -> tuple[Any, Marks] | None:
    """Data and marks; None for a file that says nothing. Raises `InputError`."""
    stream = io.BytesIO(text.encode())
    named = _Named(stream, name)
    try:
        node = yaml.compose(named, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        raise InputError([explain(error, text, name)]) from None
    if node is None:
        return None
    reader = _Reader()
    read = reader.read(node, (), None)
    if reader.findings:
        raise InputError(reader.findings)
    return read


def _is_index(inside: object, part: str | int) -> bool:
    return isinstance(inside, list) and isinstance(part, int) and part < len(inside)


def place_of(mark: Any) -> Place:
    return Place(mark.name, mark.line + 1, mark.column + 1)


class _Named:
    """A stream with the name that libyaml copies into each mark."""

    def __init__(self, stream: io.BytesIO, name: str) -> None:
        self.read = stream.read
        self.name = name


_PLAIN, _TEXT = "plain", "text"


def _loader() -> Any:
    """libyaml's composer. While it runs, only this is decided: is a scalar plain?"""
    try:
        base = yaml.CSafeLoader
    except AttributeError:
        raise GeneratorError(
            "PyYAML is installed without its C library, which gives positions quickly",
            hint="pip install --force-reinstall --only-binary :all: PyYAML",
        ) from None

    class Loader(base):  # type: ignore[misc, valid-type]
        depth = 0

        def resolve(self, kind: type, value: object, implicit: Any) -> str:
            return _PLAIN if kind is yaml.ScalarNode and implicit[0] else _TEXT

        def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:
            self.depth += 1
            if self.depth > MAX_DEPTH and parent is not None:
                # Here, not later: libyaml's composer recurses on the C stack.
                problem = f"maps and lists lie more than {MAX_DEPTH} levels deep in each other"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=parent.start_mark)

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


class _Reader:
    """Walks the nodes once. What is wrong with single keys and values is collected."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._done: dict[int, tuple[Any, Marks, int]] = {}
        self._open: set[int] = set()
        self._count = 0
        self._repeated = 0

    def read(self, node: yaml.Node, path: Path_, key: Any) -> tuple[Any, Marks]:
        """The data of a node, and its marks. Aliases share the data of their anchor."""
        self._count += 1
        if type(node) is yaml.ScalarNode:
            text = node.value
            value = text if node.tag is _TEXT else self._scalar(node, path)
            return value, Marks(key, node.start_mark, text)
        identity = id(node)
        if identity in self._done:
            data, marks, size = self._done[identity]
            self._repeat(size, node)
            return data, Marks(key, marks.value, marks.inside)
        if identity in self._open:
            self._report(node.start_mark, path, *_LOOP)
            return None, Marks(key, node.start_mark, "")
        if node.tag is not _TEXT:
            self._tag(node, path)
        self._open.add(identity)
        before = self._count + self._repeated
        if type(node) is yaml.MappingNode:
            data, inside = self._mapping(node, path)
        else:
            data, inside = self._sequence(node, path)
        self._open.discard(identity)
        marks = Marks(key, node.start_mark, inside)
        self._done[identity] = (data, marks, self._count + self._repeated - before + 1)
        return data, marks

    def _repeat(self, size: int, node: yaml.Node) -> None:
        self._repeated += size
        if self._repeated > MAX_REPEATED:
            self._report(node.start_mark, (), *_BOMB)
            raise InputError(self.findings)

    def _sequence(self, node: yaml.Node, path: Path_) -> tuple[Any, Any]:
        read = [self.read(child, (*path, index), None) for index, child in enumerate(node.value)]
        return [data for data, _ in read], [marks for _, marks in read]

    def _mapping(self, node: yaml.Node, path: Path_) -> tuple[Any, Any]:
        data: dict[str, Any] = {}
        inside: dict[str, Marks] = {}
        merges: list[yaml.Node] = []
        for key_node, child in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            if key == "<<" and key_node.tag is _PLAIN:
                merges.append(child)
            elif key in inside:
                self._duplicate(key_node, inside[key], (*path, key))
            else:
                data[key], inside[key] = self.read(child, (*path, key), key_node.start_mark)
        for merged in merges:
            self._merge(merged, path, data, inside)
        return data, inside

    def _merge(
        self, node: yaml.Node, path: Path_, data: dict[str, Any], inside: dict[str, Marks]
    ) -> None:
        """`<<`: the keys that are not there yet. Of several maps the first wins."""
        for each in node.value if type(node) is yaml.SequenceNode else [node]:
            values, marks = self.read(each, path, None)
            if not isinstance(values, dict) or not isinstance(marks.inside, dict):
                if id(each) not in self._open:
                    self._report(each.start_mark, path, *_MERGE_OF_NO_MAP)
                continue
            for key, mark in marks.inside.items():
                if key not in inside:
                    data[key], inside[key] = values[key], mark

    def _key(self, node: yaml.Node, path: Path_) -> str | None:
        if type(node) is not yaml.ScalarNode:
            self._report(node.start_mark, path, *_COMPLEX_KEY)
            return None
        key: str = node.value
        if node.tag is _PLAIN:
            if not isinstance(resolve(key), str):
                named = f"{shown(key)}, which is no text to YAML" if key else "nothing"
                message = f"expected a name as key, got {named}"
                self._report(node.start_mark, path, "key-not-text", message, f'write "{key}":')
                return None
        elif node.tag is not _TEXT:
            self._tag(node, path)
        if not key.isascii():
            self._invisible(node, path)
        return key

    def _scalar(self, node: yaml.Node, path: Path_) -> Any:
        if node.tag is not _PLAIN:
            self._tag(node, path)
            return node.value
        value = resolve(node.value)
        if type(value) is Refused:
            self._report(node.start_mark, path, value.rule, value.message, value.hint)
            return node.value
        return value

    def _duplicate(self, node: yaml.Node, first: Marks, path: Path_) -> None:
        line, col = first.key.line + 1, first.key.column + 1
        message = f"the key is given twice, first in line {line}, column {col}"
        self._report(node.start_mark, path, "duplicate-key", message, "keep one of the two")

    def _invisible(self, node: yaml.Node, path: Path_) -> None:
        found = _INVISIBLE.search(node.value)
        if found is not None:
            message = f"the key holds an invisible character (U+{ord(found.group()):04X})"
            hint = "type the line anew; such characters come with text from web pages and chats"
            self._report(node.start_mark, path, "invisible-character", message, hint)

    def _tag(self, node: yaml.Node, path: Path_) -> None:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        message = f"the tag {shown(tag)} is refused: a platform is plain data"
        self._report(
            node.start_mark, path, "tag", message, "remove the tag; quotes make text of any value"
        )

    def _report(self, mark: Any, path: Path_, rule: str, message: str, hint: str) -> None:
        at = place_of(mark)
        lead = f"{dotted(path)}: " if path else ""
        self.findings.append(
            Finding(
                path=at.path, line=at.line, col=at.col, rule=rule, message=lead + message, hint=hint
            )
        )


# No-break and other odd spaces, zero-width characters, direction marks, soft hyphen.
_INVISIBLE = re.compile("[\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000]")
_LOOP = (
    "alias-loop",
    "this value holds an alias of itself, which never ends",
    "write the inner value out instead of the alias",
)
_BOMB = (
    "alias-bomb",
    f"aliases repeat more than {MAX_REPEATED:,} values in all, at last those of this anchor",
    "repeat smaller parts, or write the values out",
)
_COMPLEX_KEY = (
    "key-not-text",
    "expected a name as key, got a map or a list",
    'put it in quotes, as in key: "{{ template }}"',
)
_MERGE_OF_NO_MAP = (
    "merge-key",
    "`<<` merges maps, and this is none",
    "write <<: *anchor or <<: [*one, *two]",
)
