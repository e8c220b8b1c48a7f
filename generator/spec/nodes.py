"""YAML text -> plain data and the mark of each value, in one pass over libyaml's nodes.

Anchors, aliases and merge keys work; what they repeat is counted, and loops are refused. Tags,
keys that are no text and keys given twice are errors. Scalars are read as `scalars` says.
"""

from __future__ import annotations

import io
import re
from typing import Any

import yaml

from generator.errors import GeneratorError, InputError
from generator.findings import Finding
from generator.spec.marks import PLAIN, TEXT, Marks, place_of
from generator.spec.place import Path_, dotted, shown
from generator.spec.scalars import FIRST, Refused, resolve

#: How deep maps and lists may lie in each other. A platform needs about ten levels.
MAX_DEPTH = 64
#: How many values aliases may repeat. Nine short lines can ask for thousands of millions.
MAX_REPEATED = 100_000


def read_nodes(text: str, name: str) -> tuple[Any, Marks] | None:
    """Data and marks; None for a file that says nothing. Raises `InputError`."""
    named = _Named(io.BytesIO(text.encode()), name)
    try:
        node = yaml.compose(named, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        from generator.spec.syntax import explain

        raise InputError([explain(error, text, name)]) from None
    if node is None:
        return None
    reader = _Reader()
    data = reader.read(node, ())
    if reader.findings:
        raise InputError(reader.findings)
    return data, Marks(None, node)


class _Named:
    """A stream with the name that libyaml copies into each mark."""

    def __init__(self, stream: io.BytesIO, name: str) -> None:
        self.read = stream.read
        self.name = name


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
            return PLAIN if kind is yaml.ScalarNode and implicit[0] else TEXT

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
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._count = 0
        self._repeated = 0

    def read(self, node: yaml.Node, path: Path_) -> Any:
        """The data of a map or list. Aliases share the data of their anchor."""
        identity = id(node)
        if type(node) is yaml.ScalarNode:
            return self._scalar(node, path)
        if identity in self._done:
            data, size = self._done[identity]
            self._repeat(size, node)
            return data
        if identity in self._open:
            self._report(node.start_mark, path, *_LOOP)
            return None
        if node.tag is not TEXT:
            self._tag(node, path)
        self._open.add(identity)
        before = self._count + self._repeated
        self._count += len(node.value) + 1
        if type(node) is yaml.MappingNode:
            data = self._mapping(node, path)
        else:
            data = [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        self._open.discard(identity)
        self._done[identity] = (data, self._count + self._repeated - before)
        return data

    def _repeat(self, size: int, node: yaml.Node) -> None:
        self._repeated += size
        if self._repeated > MAX_REPEATED:
            self._report(node.start_mark, (), *_BOMB)
            raise InputError(self.findings)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merges: list[tuple[Any, yaml.Node]] = []
        for key_node, child in node.value:
            key = self._key(key_node, node, path)
            if key is None:
                continue
            if key == "<<" and key_node.tag is PLAIN:
                merges.append((key_node.start_mark, child))
            elif key in data:
                self._duplicate(key_node, node, (*path, key))
            elif type(child) is yaml.ScalarNode and _is_text(child):
                data[key] = child.value
            else:
                data[key] = self.read(child, (*path, key))
        for mark, merged in merges:
            self._merge(mark, merged, path, data)
        return data

    def _merge(self, mark: Any, node: yaml.Node, path: Path_, data: dict[str, Any]) -> None:
        """`<<`: the keys that are not there yet. Of several maps the first wins."""
        for each in node.value if type(node) is yaml.SequenceNode else [node]:
            values = self.read(each, path)
            if isinstance(values, dict):
                for key, value in values.items():
                    data.setdefault(key, value)
            elif id(each) not in self._open:
                self._report(mark, path, *_MERGE_OF_NO_MAP)

    def _key(self, node: yaml.Node, around: yaml.MappingNode, path: Path_) -> str | None:
        if type(node) is not yaml.ScalarNode:
            braces = type(node) is yaml.MappingNode and around.flow_style
            self._report(node.start_mark, path, *(_TEMPLATE if braces else _COMPLEX_KEY))
            return None
        key: str = node.value
        if node.tag is PLAIN:
            if key[:1] in FIRST and not isinstance(resolve(key), str):
                named = f"{shown(key)}, which is no text to YAML" if key else "nothing"
                message = f"expected a name as key, got {named}"
                self._report(node.start_mark, path, "key-not-text", message, f'write "{key}":')
                return None
        elif node.tag is not TEXT:
            self._tag(node, path)
        if not key.isascii():
            self._invisible(node, path)
        return key

    def _scalar(self, node: yaml.Node, path: Path_) -> Any:
        if node.tag is TEXT:
            return node.value
        if node.tag is not PLAIN:
            self._tag(node, path)
            return node.value
        value = resolve(node.value)
        if type(value) is Refused:
            self._report(node.start_mark, path, value.rule, value.message, value.hint)
            return node.value
        return value

    def _duplicate(self, node: yaml.Node, around: yaml.Node, path: Path_) -> None:
        first = next(key for key, _ in around.value if key.value == path[-1]).start_mark
        at = f"line {first.line + 1}, column {first.column + 1}"
        message = f"the key is given twice, first in {at}"
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


def _is_text(node: yaml.ScalarNode) -> bool:
    """Settles most scalars by one look. The others may still turn out to be text."""
    return node.tag is TEXT or (node.tag is PLAIN and node.value[:1] not in FIRST)


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
    "write a name before the colon",
)
_TEMPLATE = (
    "key-not-text",
    "`{{` opens a map whose key is a map, which is not allowed",
    'a template expression needs quotes: "{{ ... }}"',
)
_MERGE_OF_NO_MAP = (
    "merge-key",
    "`<<` merges maps, and what it names is none",
    "write <<: *anchor or <<: [*one, *two]",
)
