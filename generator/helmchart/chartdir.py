"""Read a Chart.yaml: the name and version that packing and publishing go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from generator.errors import InputError
from generator.findings import Finding

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
# https://semver.org: three numbers, then what may follow them. Helm takes a `v` before them.
_VERSION = re.compile(
    r"v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)
_TEXT = ("name", "version", "appVersion")


class Loader(yaml.CSafeLoader):
    """YAML without dates: Helm reads them as text, and an index repeats them as written."""

    yaml_implicit_resolvers = {  # noqa: RUF012 as PyYAML declares it
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """What a Chart.yaml says. `metadata` is all of it, as an index.yaml repeats it."""

    name: str
    version: str
    dependencies: tuple[str, ...]
    metadata: Mapping[str, Any]


def read(data: bytes, place: str) -> Chart:
    """The chart that the text of a Chart.yaml declares; `place` is named in findings."""
    try:
        metadata = yaml.load(data, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, col = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = f"no YAML: {getattr(error, 'problem', None) or error}"
        raise InputError([_finding(place, what, line=line, col=col)]) from None
    if not isinstance(metadata, dict):
        raise InputError([_finding(place, "expected a map")])
    if problems := _problems(metadata):
        raise InputError([_finding(place, problem) for problem in problems])
    return Chart(
        name=metadata["name"],
        version=metadata["version"],
        dependencies=tuple(each["name"] for each in metadata.get("dependencies") or ()),
        metadata=metadata,
    )


def _problems(metadata: Mapping[str, Any]) -> list[str]:
    # An unquoted 1.10 is the number 1.1 to YAML: what looks like it works would publish a lie.
    problems = [
        f"{key}: expected a string, got {metadata[key]!r}; put it in quotes"
        for key in _TEXT
        if key in metadata and not isinstance(metadata[key], str)
    ]
    problems += [f"{key}: missing" for key in ("name", "version") if key not in metadata]
    if problems:
        return problems
    if not _NAME.fullmatch(metadata["name"]):
        problems.append(f"name: {metadata['name']!r} is no chart name")
    if not _VERSION.fullmatch(metadata["version"]):
        problems.append(f"version: {metadata['version']!r} is no semantic version (like 1.2.3)")
    dependencies = metadata.get("dependencies") or []
    if not isinstance(dependencies, list) or not all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in dependencies
    ):
        problems.append("dependencies: expected a list of maps, each with a name")
    return problems


def _finding(place: str, message: str, *, line: int = 0, col: int = 0) -> Finding:
    return Finding(path=place, line=line, col=col, rule="chart-yaml", message=message)
