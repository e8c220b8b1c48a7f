"""A chart's folder -> its Chart.yaml, values, schema and subcharts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from generator.check.kubeyaml import YamlError, load, positions
from generator.check.objects import mapping, maps
from generator.check.schema import Schema
from generator.errors import GeneratorError, InputError
from generator.findings import Finding

#: The annotation of Chart.yaml that names what must be there before the chart is installed:
#: `Secret/backend-secrets, ConfigMap/company-ca`.
EXISTING = "generator.dev/existing"
#: The one that names its subcharts that are charts of others: `keydb, ingress`.
UPSTREAM = "generator.dev/upstream"


@dataclass(frozen=True, kw_only=True, eq=False)
class YamlFile:
    """A YAML file and what it says."""

    shown: str  # its path, relative to the project
    text: str = field(repr=False)
    data: Any = field(repr=False)

    def place(self, path: tuple[str | int, ...]) -> tuple[int, int] | None:
        """Line and column of a key or an item, None if the file does not have it."""
        return self._positions.get(path)

    @cached_property
    def _positions(self) -> Mapping[tuple[str | int, ...], tuple[int, int]]:
        return positions(self.text)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChartFiles:
    """What a chart's folder holds besides templates."""

    folder: Path
    shown: str
    chart: YamlFile  # Chart.yaml
    values: YamlFile
    schema: Schema | None
    schema_bytes: bytes = field(repr=False)
    subcharts: tuple[ChartFiles, ...]
    packed: tuple[str, ...]  # subcharts that lie there as archives
    foreign: bool = False  # a chart of others, which only Helm judges

    @cached_property
    def name(self) -> str:
        return str(mapping(self.chart.data).get("name") or self.folder.name)

    @property
    def all(self) -> Iterator[ChartFiles]:
        """This chart, then those in it."""
        yield self
        for each in self.subcharts:
            yield from each.all

    @cached_property
    def existing(self) -> frozenset[tuple[str, str]] | None:
        """What it says must be there already, None if it says nothing."""
        annotations = mapping(mapping(self.chart.data).get("annotations"))
        if EXISTING not in annotations:
            return None
        words = (word.strip().partition("/") for word in str(annotations[EXISTING]).split(","))
        return frozenset((kind, name) for kind, _, name in words if name)

    @cached_property
    def upstream(self) -> frozenset[str]:
        """The folders of its subcharts that are charts of others."""
        return upstream_of(self.chart.data)

    def subchart_key(self, subchart: ChartFiles) -> tuple[str, str | None]:
        """Where its values lie in this chart's, and the value that switches it off."""
        named = [key for key in self._subchart_keys if key[0] == subchart.name]
        # Of several dependencies on charts of one name, it is the one that its folder is named for.
        for key in sorted(named, key=lambda key: key[1] != subchart.folder.name):
            return key[1], self._subchart_keys[key]
        return subchart.name, None

    @cached_property
    def _subchart_keys(self) -> Mapping[tuple[str, str], str | None]:
        """The condition of each dependency, by the chart's name and the key of its values."""
        keys: dict[tuple[str, str], str | None] = {}
        for dependency in maps(mapping(self.chart.data).get("dependencies")):
            name, condition = str(dependency.get("name")), dependency.get("condition")
            key = str(dependency.get("alias") or name)
            keys.setdefault((name, key), str(condition) if condition else None)
        return keys


def upstream_of(chart_yaml: Any) -> frozenset[str]:
    """The subcharts that a Chart.yaml calls charts of others."""
    annotations = mapping(mapping(chart_yaml).get("annotations"))
    names = (name.strip() for name in str(annotations.get(UPSTREAM, "")).split(","))
    return frozenset(name for name in names if name)


def read_chart(folder: Path, shown: str, *, foreign: bool = False) -> ChartFiles:
    """Read a chart. Raises `InputError` for YAML or JSON that cannot be read.

    Of a `foreign` one neither the schema nor mistakes that Helm lets pass are of interest.
    """
    if not (folder / "Chart.yaml").is_file():
        raise GeneratorError(
            f"no chart in {shown}", hint="`python -m generator build` writes the charts"
        )
    schema_bytes = _bytes(folder / "values.schema.json") or b""
    inside = sorted((folder / "charts").iterdir()) if (folder / "charts").is_dir() else []
    read = _leniently if foreign else read_yaml
    chart = read(folder / "Chart.yaml", f"{shown}/Chart.yaml")
    upstream = upstream_of(chart.data)
    judged = schema_bytes and not foreign
    return ChartFiles(
        folder=folder,
        shown=shown,
        chart=chart,
        values=read(folder / "values.yaml", f"{shown}/values.yaml"),
        schema=_schema(schema_bytes, f"{shown}/values.schema.json") if judged else None,
        schema_bytes=schema_bytes,
        subcharts=tuple(
            read_chart(
                path, f"{shown}/charts/{path.name}", foreign=foreign or path.name in upstream
            )
            for path in inside
            if (path / "Chart.yaml").is_file()
        ),
        packed=tuple(path.name for path in inside if path.suffix == ".tgz"),
        foreign=foreign,
    )


def _leniently(path: Path, shown: str) -> YamlFile:
    """A file of a chart of others: what Helm makes of a duplicate key in it is Helm's to say."""
    try:
        return read_yaml(path, shown)
    except InputError:
        return YamlFile(shown=shown, text="", data={})


def read_yaml(path: Path, shown: str) -> YamlFile:
    """Read a YAML file, which may be missing: then it is empty."""
    try:
        text = (_bytes(path) or b"").decode("utf-8-sig")
        data = load(text)
    except YamlError as error:
        raise InputError([_unreadable(shown, error.message, *error.mark)]) from None
    except UnicodeDecodeError as error:
        raise InputError([_unreadable(shown, f"is not UTF-8: {error.reason}", 1, 1)]) from None
    return YamlFile(shown=shown, text=text, data={} if data is None else data)


def _bytes(path: Path) -> bytes | None:
    """What a file holds, None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _schema(content: bytes, shown: str) -> Schema:
    try:
        return _checked(content)
    except json.JSONDecodeError as error:
        raise InputError([_unreadable(shown, error.msg, error.lineno, error.colno)]) from None
    except ValueError as error:
        message = f"is no JSON Schema: {str(error).splitlines()[0]}"
        raise InputError([_unreadable(shown, message, 1, 1)]) from None


@cache
def _checked(content: bytes) -> Schema:
    """Subcharts of one kind often have the same schema; compiling it takes a millisecond."""
    return Schema(json.loads(content), check=True)


def _unreadable(shown: str, message: str, line: int, col: int) -> Finding:
    return Finding(path=shown, line=line, col=col, rule="unreadable", message=message)
