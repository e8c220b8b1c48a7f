"""`include:`: more files of one platform, each a map that is merged into the including one.

Maps are merged key by key, at every depth. Anything else that is given twice must be equal, for
there is no order in which one file could win. Every value keeps its place in its own file.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from generator.errors import InputError
from generator.findings import Finding
from generator.spec.decode import read_text
from generator.spec.marks import Marks, place_of
from generator.spec.nodes import read_nodes
from generator.spec.place import Path_, Place, dotted, shown

#: Data and marks of one file, or of several merged ones.
Tree = tuple[Any, Marks]


class Reader:
    """Reads a file and what it includes into one tree. Problems of all files are collected."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = []
        self.findings: list[Finding] = []
        self._open: list[str] = []

    def read(self, name: str, *, may_be_empty: bool = False) -> Tree | None:
        """The tree of a file below the root; None when there are findings instead."""
        self.files.append(name)
        try:
            text = read_text(self.root / name, name)
            tree = read_nodes(text, name)
        except InputError as error:
            self.findings.extend(error.findings)
            return None
        if tree is None:
            if not may_be_empty:
                says = "only comments" if text.strip() else "nothing"
                self._report(Place(name, 1, 1), "empty", f"the file holds {says}", self._start())
            return None
        data, marks = tree
        if not isinstance(data, dict):
            self._no_map(data, marks)
            return None
        self._open.append(name)
        merged = self._with_includes(tree, name)
        self._open.pop()
        return merged

    def _with_includes(self, tree: Tree, name: str) -> Tree:
        data, marks = tree
        named = marks.child("include")
        if named is None:
            return tree
        listed = data["include"]
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            message = f"include: expected a list of files, got {_listed(listed)}"
            hint = "include: [shop.yaml, monitoring.yaml]"
            self._report(place_of(named.value), "include", message, hint)
            return tree
        for index, other in enumerate(listed):
            item = named.child(index)
            place = place_of(item.value if item else named.value)
            more = self._include(other, name, place, f"include[{index}]")
            if more is not None:
                tree = self._merge(tree, more, ())
        return tree

    def _include(self, other: str, name: str, place: Place, lead: str) -> Tree | None:
        """The tree of an included file. A file that two others include is read once."""
        path = self.root / Path(name).parent / other
        inside = inside_root(path, self.root)
        if inside is None:
            message = f"{lead}: {shown(other)} lies outside the folder of the platform"
            hint = "move the file below that folder: a platform is one repository"
            self._report(place, "outside", message, hint)
        elif inside in self._open:
            circle = " -> ".join([*self._open[self._open.index(inside) :], inside])
            message = f"{lead}: the files include each other in a circle: {circle}"
            self._report(place, "include-cycle", message, "remove one of these includes")
        elif inside not in self.files:
            before = len(self.findings)
            tree = self.read(inside)
            self.findings[before:] = [
                _at_include(finding, place, lead) for finding in self.findings[before:]
            ]
            if tree is not None:
                return _without_include(tree)
        return None

    def _merge(self, into: Tree, more: Tree, path: Path_) -> Tree:
        """Both maps in one; neither is changed, since aliases may share them."""
        (data, marks), (other, other_marks) = into, more
        merged, inside = dict(data), dict(marks.inside)
        for key, value in other.items():
            mark = other_marks.inside[key]
            if key not in merged:
                merged[key], inside[key] = value, mark
            elif isinstance(merged[key], dict) and isinstance(value, dict):
                both = self._merge((merged[key], inside[key]), (value, mark), (*path, key))
                merged[key], inside[key] = both
            elif not _equal(merged[key], value):
                first = place_of(inside[key].key)
                message = f"{dotted((*path, key))}: given with another value in {first}"
                hint = "keep one of the two: includes add to a platform, they override nothing"
                self._report(place_of(mark.key), "include-conflict", message, hint)
        return merged, marks.with_inside(inside)

    def _no_map(self, data: Any, marks: Marks) -> None:
        hint = self._start()
        if isinstance(data, str) and ":" in data and ": " not in data:
            key, _, value = data.partition(":")
            hint = f"write a space after the colon: {key}: {value}".rstrip()
        message = f"expected a map of keys, got {shown(data)}"
        self._report(place_of(marks.value), "not-a-map", message, hint)

    def _start(self) -> str:
        return _START_OF_PART if self._open else _START

    def _report(self, place: Place, rule: str, message: str, hint: str) -> None:
        self.findings.append(
            Finding(
                path=place.path,
                line=place.line,
                col=place.col,
                rule=rule,
                message=message,
                hint=hint,
            )
        )


def inside_root(path: Path, root: Path) -> str | None:
    """The path as seen from the root, None when it or what it links to lies elsewhere."""
    written = Path(os.path.normpath(path.absolute()))
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # links in a circle: reading tells what is wrong
        real = written
    if not real.is_relative_to(root):
        return None
    return (written if written.is_relative_to(root) else real).relative_to(root).as_posix()


_START = "a platform begins with these keys:\nname: shop\nenvironments: [production]\ncharts: {}"
_START_OF_PART = "an included file holds keys of the platform, for example:\ncharts: {}"


def _at_include(finding: Finding, place: Place, lead: str) -> Finding:
    """What is wrong with a file as a whole is told where the file is named."""
    if finding.line:
        return finding
    return dataclasses.replace(
        finding,
        path=place.path,
        line=place.line,
        col=place.col,
        message=f"{lead}: {finding.path}: {finding.message}",
    )


def _without_include(tree: Tree) -> Tree:
    data, marks = tree
    if "include" not in data:
        return tree
    inside = {key: mark for key, mark in marks.inside.items() if key != "include"}
    data = {key: value for key, value in data.items() if key != "include"}
    return data, marks.with_inside(inside)


def _equal(one: Any, other: Any) -> bool:
    """As the author has it, not as Python: true is not 1, nor is [true] the same as [1]."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return next(shown(one) for one in value if not isinstance(one, str)) + " in it"
    return shown(value)
