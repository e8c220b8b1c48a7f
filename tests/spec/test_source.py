"""What is read, and where the source says that it was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from generator.errors import InputError
from generator.findings import Finding, text
from generator.spec.place import Place
from generator.spec.source import Source, read_source

SPEC = """\
# A comment first.
name: shop
environments:
  - dev
  - {name: production}
charts:
  shop:
    version: 1.10
    env: {MODE: 'fast', DEBUG: true}
    note: |
      Two
      lines
"""


def read(folder: Path, spec: str, **files: str) -> Source:
    (folder / "platform.yaml").write_text(spec, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return read_source(folder / "platform.yaml", folder)


def at(source: Source, *path: str | int) -> str:
    return str(source.where(path)).removeprefix("platform.yaml:")


def key_at(source: Source, *path: str | int) -> str:
    return str(source.where_key(path)).removeprefix("platform.yaml:")


def test_data_are_plain(tmp_path: Path) -> None:
    assert read(tmp_path, SPEC).data == {
        "name": "shop",
        "environments": ["dev", {"name": "production"}],
        "charts": {
            "shop": {
                "version": 1.1,
                "env": {"MODE": "fast", "DEBUG": True},
                "note": "Two\nlines\n",
            }
        },
    }


def test_values_have_places(tmp_path: Path) -> None:
    source = read(tmp_path, SPEC)
    assert at(source, "name") == "2:7"
    assert at(source, "environments", 0) == "4:5"
    assert at(source, "environments", 1, "name") == "5:12"
    assert at(source, "charts", "shop", "env", "DEBUG") == "9:32"
    assert at(source, "charts", "shop", "note") == "10:11"
    assert at(source) == "2:1"


def test_keys_have_places(tmp_path: Path) -> None:
    source = read(tmp_path, SPEC)
    assert key_at(source, "charts") == "6:1"
    assert key_at(source, "charts", "shop", "env", "DEBUG") == "9:25"
    assert key_at(source, "environments", 1) == "5:5", "an item has no key, so it is its own place"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("charts", "shop", "namespace"), "7:3"),
        (("charts", "shop", "env", "LEVEL", "x"), "9:5"),
        (("environments", 7), "3:1"),
        (("environments", "dev"), "3:1"),
        (("name", "x"), "2:1"),
        (("registry",), "2:1"),
    ],
)
def test_what_is_missing_lies_at_its_nearest_parent(
    tmp_path: Path, path: tuple[str | int, ...], place: str
) -> None:
    source = read(tmp_path, SPEC)
    assert at(source, *path) == place
    assert key_at(source, *path) == place


def test_scalars_are_kept_as_written(tmp_path: Path) -> None:
    source = read(tmp_path, SPEC)
    assert source.written(("charts", "shop", "version")) == "1.10"
    assert source.written(("charts", "shop", "env", "MODE")) == "fast"
    assert source.written(("charts", "shop")) is None
    assert source.written(("charts", "shop", "namespace")) is None


def test_columns_count_characters(tmp_path: Path) -> None:
    source = read(tmp_path, "größe: {länge: 1, höhe: 2}\n")
    assert at(source, "größe", "höhe") == "1:25"


def test_findings_lie_at_values_and_keys(tmp_path: Path) -> None:
    source = read(tmp_path, SPEC)
    path = ("charts", "shop", "version")
    assert source.finding(path, "a-rule", "wrong", "do this") == Finding(
        path="platform.yaml", line=8, col=14, rule="a-rule", message="wrong", hint="do this"
    )
    assert source.finding(path, "a-rule", "wrong", key=True).col == 5


def test_aliases_point_to_their_anchor(tmp_path: Path) -> None:
    source = read(tmp_path, "a: &a {x: 1}\nb: *a\n")
    assert source.data["b"] == {"x": 1}
    assert at(source, "b", "x") == "1:11"
    assert key_at(source, "b") == "2:1"


def test_merged_keys_point_to_where_they_were_written(tmp_path: Path) -> None:
    spec = (
        "one: &one\n  x: 1\n  y: 1\ntwo: &two\n  y: 2\n  z: 2\n"
        "all:\n  x: 3\n  <<: [*one, *two]\n  'w': 3\nnext:\n  <<: {<<: *two, y: 4}\n"
    )
    source = read(tmp_path, spec)
    assert source.data["all"] == {"x": 3, "y": 1, "z": 2, "w": 3}
    assert source.data["next"] == {"y": 4, "z": 2}
    assert at(source, "all", "x") == "8:6"
    assert at(source, "all", "y") == "3:6"
    assert at(source, "all", "z") == "6:6"
    assert at(source, "next", "y") == "12:21"
    assert at(source, "next", "z") == "6:6"


def test_a_quoted_merge_key_is_a_key(tmp_path: Path) -> None:
    source = read(tmp_path, "'<<': {x: 1}\n")
    assert source.data == {"<<": {"x": 1}}
    assert at(source, "<<", "x") == "1:11"


def test_many_aliases_of_small_things_are_fine(tmp_path: Path) -> None:
    items = "".join(f"  c{i}: {{<<: *base, n: {i}}}\n" for i in range(2000))
    source = read(tmp_path, f"base: &base {{a: 1, b: [x, y], c: {{d: e}}}}\nall:\n{items}")
    assert len(source.data["all"]) == 2000
    assert source.data["all"]["c1999"] == {"n": 1999, "a": 1, "b": ["x", "y"], "c": {"d": "e"}}


def test_the_deepest_that_is_read(tmp_path: Path) -> None:
    spec = "".join(f"{' ' * depth}a:\n" for depth in range(63))
    read(tmp_path, spec)
    with pytest.raises(InputError, match="1 problem"):
        read(tmp_path, spec + " " * 63 + "a: {b: 1}\n")


def test_includes_add_to_the_maps_of_the_platform(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        "name: shop\ninclude: [one.yaml, two.yaml]\ncharts:\n  shop: {components: {a: {}}}\n",
        one="charts:\n  shop:\n    version: 1.0.0\n    components:\n      b: {port: 1}\n",
        two="charts:\n  shop:\n    version: 1.0.0\n  monitoring: {}\n",
    )
    assert source.data["charts"] == {
        "shop": {"version": "1.0.0", "components": {"a": {}, "b": {"port": 1}}},
        "monitoring": {},
    }
    port = ("charts", "shop", "components", "b", "port")
    assert source.where(port) == Place("one.yaml", 5, 17)
    assert source.where_key(("charts", "monitoring")) == Place("two.yaml", 4, 3)
    assert source.where_key(("charts", "shop")) == Place("platform.yaml", 4, 3)
    assert source.finding(port, "r", "m").path == "one.yaml"
    assert source.files == ("platform.yaml", "one.yaml", "two.yaml")


def test_includes_of_includes_count_from_their_own_folder(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.yaml").write_text("include: [two.yaml]\na: 1\n")
    (tmp_path / "parts" / "two.yaml").write_text("b: 2\n")
    source = read(tmp_path, "include: [parts/one.yaml]\n")
    assert source.data == {"include": ["parts/one.yaml"], "a": 1, "b": 2}
    assert source.where(("b",)) == Place("parts/two.yaml", 1, 4)


def test_a_file_that_two_include_is_read_once(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        "include: [one.yaml, two.yaml]\n",
        one="include: [base.yaml]\n",
        two="include: [base.yaml]\n",
        base="a: [1]\n",
    )
    assert source.data["a"] == [1]
    assert source.files == ("platform.yaml", "one.yaml", "base.yaml", "two.yaml")


def test_an_include_does_not_change_what_an_alias_shares(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        "include: [more.yaml]\ncharts:\n  a: &a {x: {y: 1}}\n  b: *a\n",
        more="charts: {a: {x: {z: 2}}}\n",
    )
    assert source.data["charts"] == {"a": {"x": {"y": 1, "z": 2}}, "b": {"x": {"y": 1}}}


def test_true_is_not_one_when_files_disagree(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "include: [more.yaml]\na: true\n", more="a: 1\n")
    assert text(caught.value.findings).startswith(
        "more.yaml:1:1: a: given with another value in platform.yaml:2:1"
    )


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(
            tmp_path,
            "include: [one.yaml, gone.yaml]\n",
            one="a: 1\na: 2\nb: 017\ninclude: [two.yaml]\n",
            two="x: !tag y\n",
        )
    places = [finding.place for finding in caught.value.findings]
    assert places == ["one.yaml:2:1", "one.yaml:3:4", "platform.yaml:1:21"]


def test_an_empty_file_may_be_allowed(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("# nothing yet\n")
    source = read_source(tmp_path / "dev.yaml", tmp_path, may_be_empty=True)
    assert source.data == {}
    assert source.where(("a",)) == Place("dev.yaml", 1, 1)
    assert source.where_key(()) == Place("dev.yaml", 1, 1)
    assert source.written(("a",)) is None


def test_paths_count_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "values" / "dev").mkdir(parents=True)
    (tmp_path / "values" / "dev" / "shop.yaml").write_text("a: 1\n")
    source = read_source(tmp_path / "values" / "dev" / "shop.yaml", tmp_path)
    assert source.path == "values/dev/shop.yaml"
    assert source.where(("a",)) == Place("values/dev/shop.yaml", 1, 4)


def test_a_relative_path_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "platform.yaml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert read_source(Path("platform.yaml"), Path()).path == "platform.yaml"


def test_a_link_within_the_root_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "platform.yaml").symlink_to("real.yaml")
    source = read_source(tmp_path / "platform.yaml", tmp_path)
    assert source.where(("a",)) == Place("platform.yaml", 1, 4)


def test_an_unreadable_file_says_how_to_make_it_readable() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # tmp_path lies below a folder that only its owner may enter
        (folder / "platform.yaml").write_text("a: 1\n")
        (folder / "platform.yaml").chmod(0)
        with as_nobody(), pytest.raises(InputError) as caught:
            read_source(folder / "platform.yaml", folder)
    assert text(caught.value.findings) == (
        "platform.yaml: cannot be read: permission denied\n"
        "    hint: make it readable: chmod u+r platform.yaml"
    )


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so it puts its rights aside."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
