"""The bytes of a packed chart of others -> `Upstream`, or why it can't be part of a chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.errors import InputError
from generator.helmchart import chartdir, helmignore, vendored
from generator.spec.model import Upstream
from generator.spec.place import Path_, shown

Files = Mapping[str, bytes]


class RefusedError(Exception):
    """What is wrong with a dependency, where below its key, and what to do."""

    def __init__(self, path: Path_, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.path, self.what, self.hint = path, what, hint


def read_upstream(archive: bytes) -> Upstream:
    """The chart in an archive. Raises `RefusedError`."""
    try:
        unpacked = vendored.unpack(archive, "archive")
        own = {path.partition("/")[2]: data for path, data in unpacked.items()}
        files = _kept(vendored.unpack_all(own, "archive"))
        declared = chartdir.read(_chart_yaml(files), "Chart.yaml")
    except InputError as error:
        what = "; ".join(f"{each.path}: {each.message}" for each in error.findings)
        raise _refused(what.removeprefix("archive: ")) from None
    _usable(declared, files)
    return Upstream(
        name=declared.name,
        version=declared.version,
        description=str(declared.metadata.get("description") or ""),
        files=dict(sorted(files.items())),
    )


def _refused(what: str, hint: str | None = None) -> RefusedError:
    return RefusedError(("archive",), what, hint)


def _kept(files: Files) -> Files:
    """Without what the chart's own .helmignore leaves out, as `helm package` would have."""
    text = files.get(".helmignore", b"").decode("utf-8", "surrogateescape")
    rules = helmignore.parse(text, ".helmignore")
    return {path: data for path, data in files.items() if not _ignored(rules, path)}


def _ignored(rules: tuple[helmignore.Rule, ...], path: str) -> bool:
    parts = path.split("/")
    folders = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return any(
        helmignore.ignored(rules, folder, is_directory=True) for folder in folders
    ) or helmignore.ignored(rules, path, is_directory=False)


def _chart_yaml(files: Files) -> bytes:
    if "Chart.yaml" not in files:
        raise _refused("no chart: there is no Chart.yaml in it")
    return files["Chart.yaml"]


def _usable(declared: chartdir.Chart, files: Files) -> None:
    metadata: Mapping[str, Any] = declared.metadata
    if metadata.get("apiVersion") != "v2":
        what = f"Chart.yaml: expected apiVersion v2, got {shown(metadata.get('apiVersion'))}"
        raise _refused(what, "that is the form of Helm 2: take a newer version of the chart")
    if metadata.get("type", "application") != "application":
        what = f"{declared.name} is a chart of the type {shown(metadata['type'])}"
        raise _refused(what, "it installs nothing: name a chart that uses it")
    there = {
        chartdir.read(data, path).name
        for path, data in files.items()
        if path.startswith("charts/") and path.count("/") == 2 and path.endswith("/Chart.yaml")
    }
    if missing := [name for name in declared.dependencies if name not in there]:
        what = f"{declared.name} depends on {', '.join(missing)}, which is not in its charts/"
        raise _refused(what, "unpack it, run `helm dependency build` and `helm package`")
