"""A YAML file as plain data, with the place of every key and value in it.

`decode` makes text of the bytes, `nodes` makes data and marks of the text, `include` adds what
other files say. Nothing of the outside is read: no tags, no files beyond the platform's folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import InputError
from generator.findings import Finding
from generator.spec.include import Reader, inside_root
from generator.spec.marks import Marks, place_of
from generator.spec.place import Path_, Place

__all__ = ["Path_", "Place", "Source", "read_source"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Plain data, and where each part of it was written. `files` were read, the spec first.

    Equal parts of the data may be one object (aliases): read it, never change it.
    """

    path: str
    data: Any
    files: tuple[str, ...]
    marks: Marks | None = field(repr=False)

    def where(self, path: Path_) -> Place:
        """Place of a value. What does not exist is where the nearest thing around it is named."""
        marks, exact = self._marks(path)
        if marks is None:
            return Place(self.path, 1, 1)
        return place_of(marks.value if exact or marks.key is None else marks.key)

    def where_key(self, path: Path_) -> Place:
        """Place of the key that holds a value; of the value itself in a list."""
        marks, _ = self._marks(path)
        if marks is None:
            return Place(self.path, 1, 1)
        return place_of(marks.value if marks.key is None else marks.key)

    def written(self, path: Path_) -> str | None:
        """A scalar as its author wrote it, without quotes: `1.10`, where the data say 1.1."""
        marks, exact = self._marks(path)
        return marks.text if marks and exact else None

    def finding(
        self, path: Path_, rule: str, message: str, hint: str | None = None, *, key: bool = False
    ) -> Finding:
        """A finding at the value of a path, or at its key."""
        place = self.where_key(path) if key else self.where(path)
        return Finding(
            path=place.path, line=place.line, col=place.col, rule=rule, message=message, hint=hint
        )

    def _marks(self, path: Path_) -> tuple[Marks | None, bool]:
        """The marks of a path or of its nearest parent, and which of the two it is."""
        found = self.marks
        for part in path:
            child = None if found is None else found.child(part)
            if child is None:
                return found, False
            found = child
        return found, True


def read_source(path: Path, root: Path, *, may_be_empty: bool = False) -> Source:
    """Read a file below the root and what it includes. Raises `InputError` with all problems.

    A file without content is an error, or an empty map where `may_be_empty` says so.
    """
    root = root.resolve()
    name = inside_root(path, root)
    if name is None:
        message = "the file, or what it links to, lies outside the folder of the platform"
        hint = f"keep it in {root}: a platform is what lies beside platform.yaml"
        finding = Finding(path=path.name, rule="outside", message=message, hint=hint)
        raise InputError([finding])
    reader = Reader(root)
    tree = reader.read(name, may_be_empty=may_be_empty)
    if reader.findings:
        raise InputError(reader.findings)
    data, marks = ({}, None) if tree is None else tree
    return Source(path=name, data=data, files=tuple(reader.files), marks=marks)
