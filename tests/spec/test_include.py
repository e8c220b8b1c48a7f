"""Merging: every value of every file arrives once, unchanged, with its own place; nothing wins."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.findings import Finding
from generator.spec.include import inside_root
from generator.spec.nodes import read_nodes
from generator.spec.source import Source, read_source

Path_ = tuple[str, ...]
KEYS = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.sampled_from([None, False, 0, True, 1, 1.0, "x", ""])
VALUES = LEAVES | st.lists(LEAVES, max_size=2)
TREES = st.dictionaries(
    KEYS,
    st.recursive(VALUES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merged")


def read(folder: Path, spec: dict[str, Any], *included: dict[str, Any]) -> Source:
    """A spec that includes others, each with its lines: `spec.yaml`, `0.yaml`, `1.yaml`, …"""
    names = [f"{number}.yaml" for number in range(len(included))]
    spec = {"include": names, **spec}
    for name, data in zip(["spec.yaml", *names], [spec, *included], strict=True):
        (folder / name).write_text(json.dumps(data, indent=1), encoding="utf-8")
    return read_source(folder / "spec.yaml", folder)


def conflicts(folder: Path, *trees: dict[str, Any]) -> tuple[Finding, ...]:
    try:
        read(folder, *trees)
    except InputError as error:
        return error.findings
    return ()


def leaves(tree: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """The values of a tree: all that is no map, and maps with nothing in them."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, tree


def same(one: Any, other: Any) -> bool:
    """As JSON has it: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def at(tree: Any, path: Path_) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def disagree(one: Any, other: Any) -> bool:
    """Whether two trees say different things of one key."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(disagree(one[key], other[key]) for key in one.keys() & other.keys())
    return not same(one, other)


@given(TREES)
def test_including_the_same_again_changes_nothing(folder: Path, tree: dict[str, Any]) -> None:
    source = read(folder, tree, tree)
    assert same({key: source.data[key] for key in tree}, tree)
    for path, _ in leaves(tree):
        assert source.where(path).path == "spec.yaml", "the first to say it"


@given(st.lists(TREES, min_size=2, max_size=3))
@example([{"a": True}, {"a": 1}])
@example([{"a": [True]}, {"a": [1]}])
@example([{"a": [{"b": 1, "c": 2}]}, {"a": [{"c": 2, "b": 1}]}])
def test_everything_of_every_file_arrives(folder: Path, trees: list[dict[str, Any]]) -> None:
    found = conflicts(folder, *trees)
    clash = any(disagree(one, other) for i, one in enumerate(trees) for other in trees[:i])
    assert bool(found) == clash
    assume(not clash)
    source = read(folder, *trees)
    for tree in trees:
        for path, value in leaves(tree):
            merged = at(source.data, path)
            assert same(merged, value) or (value == {} and isinstance(merged, dict))
    written = {path for tree in trees for path, _ in leaves(tree)}
    assert {path for path, _ in leaves(source.data)} <= {*written, ("include",)}


@given(st.lists(TREES, min_size=2, max_size=3))
def test_the_order_of_files_does_not_matter(folder: Path, trees: list[dict[str, Any]]) -> None:
    first, *others = trees
    backwards = conflicts(folder, first, *reversed(others))
    assert bool(conflicts(folder, *trees)) == bool(backwards)
    assume(not backwards)
    one, other = read(folder, *trees).data, read(folder, first, *reversed(others)).data
    assert one.pop("include") == other.pop("include")
    assert same(one, other)


@given(st.lists(TREES, min_size=2, max_size=3))
def test_every_value_keeps_its_place(folder: Path, trees: list[dict[str, Any]]) -> None:
    """The line that a place names is the line on which the key stands in that file."""
    assume(not conflicts(folder, *trees))
    source = read(folder, *trees)
    for path, _ in leaves(source.data):
        place = source.where_key(path)
        line = (folder / place.path).read_text(encoding="utf-8").split("\n")[place.line - 1]
        assert line[place.col - 1 :].startswith(f'"{path[-1]}"')


@given(st.lists(TREES, min_size=2, max_size=3))
def test_a_conflict_names_both_places(folder: Path, trees: list[dict[str, Any]]) -> None:
    found = conflicts(folder, *trees)
    assume(found)
    for finding in found:
        assert finding.rule == "include-conflict"
        path, _, first = finding.message.partition(": given with another value in ")
        name, line, _ = first.split(":")
        assert name != finding.path
        for file, number in ((finding.path, finding.line), (name, int(line))):
            text = (folder / file).read_text(encoding="utf-8").split("\n")[number - 1]
            assert text.strip().startswith(f'"{path.rpartition(".")[2]}"')


@given(st.lists(TREES, min_size=1, max_size=3), TREES)
def test_merge_keys_give_what_is_not_there(anchors: list[dict[str, Any]], own: Any) -> None:
    """YAML's `<<`: what is written wins, then the first map of the list; nothing goes deeper."""
    named = "".join(f"m{i}: &m{i} {json.dumps(one)}\n" for i, one in enumerate(anchors))
    entries = "".join(f" {key}: {json.dumps(value)}\n" for key, value in own.items())
    merges = ", ".join(f"*m{i}" for i in range(len(anchors)))
    expected: dict[str, Any] = {}
    for one in (own, *anchors):
        expected = {**one, **expected}
    for text in (f" <<: [{merges}]\n{entries}", f"{entries} <<: [{merges}]\n"):
        found = read_nodes(f"{named}all:\n{text}", "spec.yaml")
        assert found is not None
        assert same(found[0]["all"], expected), "wherever the merge key stands"
        inside = found[1].inside["all"].inside
        assert inside.keys() == expected.keys(), "each has a place"
        assert {key for key, mark in inside.items() if mark.key.line > len(anchors)} == own.keys()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.yaml", "a.yaml"),
        ("parts/../a.yaml", "a.yaml"),
        ("parts/./b.yaml", "parts/b.yaml"),
        ("gone/c.yaml", "gone/c.yaml"),
        ("link.yaml", "link.yaml"),
        ("..", None),
        ("../out.yaml", None),
        ("parts/../../out.yaml", None),
        ("away.yaml", None),
        ("away/a.yaml", None),
        ("/etc/hostname", None),
    ],
)
def test_what_lies_inside_of_the_root(tmp_path: Path, path: str, name: str | None) -> None:
    root = tmp_path / "root"
    (root / "parts").mkdir(parents=True)
    for file in ("root/a.yaml", "root/parts/b.yaml", "out.yaml"):
        (tmp_path / file).write_text("a: 1\n")
    (root / "link.yaml").symlink_to("parts/b.yaml")
    (root / "away.yaml").symlink_to("../out.yaml")
    (root / "away").symlink_to(os.pardir)
    assert inside_root(root / path, root) == name
