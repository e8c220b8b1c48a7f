"""Where each key and value was written: a view on libyaml's nodes, opened only where asked."""

from __future__ import annotations

from typing import Any

import yaml

from generator.spec.place import Place

#: The tags that the composer gives: an unquoted scalar without a tag, and anything else without.
PLAIN, TEXT = "plain", "text"


class Marks:
    """The marks of a key and its value; `child` leads to what the value holds."""

    __slots__ = ("_inside", "_node", "key")

    def __init__(self, key: Any, node: yaml.Node, inside: dict[str, Marks] | None = None) -> None:
        self.key = key
        self._node = node
        self._inside = inside

    @property
    def value(self) -> Any:
        return self._node.start_mark

    @property
    def text(self) -> str | None:
        """A scalar as its author wrote it, without quotes."""
        return self._node.value if type(self._node) is yaml.ScalarNode else None

    @property
    def inside(self) -> dict[str, Marks]:
        """The marks of a map's entries, those of merged maps included; empty for other values."""
        if self._inside is None:
            self._inside = _entries(self._node) if type(self._node) is yaml.MappingNode else {}
        return self._inside

    def child(self, part: str | int) -> Marks | None:
        """The marks of a key or of a list's item, None when there is none."""
        if isinstance(part, str):
            return self.inside.get(part)
        if type(self._node) is yaml.SequenceNode and part < len(self._node.value):
            return Marks(None, self._node.value[part])
        return None

    def with_inside(self, inside: dict[str, Marks]) -> Marks:
        """The same place, other entries: several files in one map."""
        return Marks(self.key, self._node, inside)


def place_of(mark: Any) -> Place:
    return Place(mark.name, mark.line + 1, mark.column + 1)


def _entries(node: yaml.Node) -> dict[str, Marks]:
    """The entries of a map that was read without findings, so merge keys lead to maps."""
    entries: dict[str, Marks] = {}
    merges: list[yaml.Node] = []
    for key, value in node.value:
        if key.value == "<<" and key.tag is PLAIN:
            merges.extend(value.value if type(value) is yaml.SequenceNode else [value])
        else:
            entries[key.value] = Marks(key.start_mark, value)
    for merged in merges:
        for name, marks in _entries(merged).items():
            entries.setdefault(name, marks)
    return entries
