"""Findings on generated files -> the lines of the spec that asked for those files.

`check` knows charts alone. Each chart's source map says which node of the spec a file was made
for, and the spec knows the line of each node. Where the problem shows in a field that follows from
one setting of a component, its place is that setting; else the component, or what else asked for
the file: a route, a raw manifest, the chart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from generator.findings import Finding, Made
from generator.spec.place import Path_
from generator.spec.source import Source, read_source

SOURCE_MAP = ".source-map.json"

#: The settings that a field of the main container or of the object follows from, the nearest first.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "args": ("args",),
    "command": ("command",),
    "env": ("env", "secrets"),
    "image": ("image",),
    "livenessProbe": ("probes",),
    "maxReplicas": ("scale",),
    "minReplicas": ("scale",),
    "ports": ("port",),
    "readinessProbe": ("probes",),
    "readOnlyRootFilesystem": ("writable",),
    "replicas": ("scale", "replicas", "nodes"),
    "resources": ("resources",),
    "runAsGroup": ("user",),
    "runAsUser": ("user",),
    "schedule": ("schedule",),
    "startupProbe": ("probes",),
    "storage": ("storage",),
    "terminationGracePeriodSeconds": ("grace",),
    "timeZone": ("timeZone",),
    "volumeClaimTemplates": ("storage",),
}
#: The same for what rules say without naming a field.
_RULES: Mapping[str, tuple[str, ...]] = {
    "hpa-needs-requests": ("resources",),
    "hpa-owns-replicas": ("scale",),
    "pdb-allows-drain": ("scale", "replicas", "nodes"),
    "probes-present": ("probes",),
    "quota-covers-workloads": ("quota",),
    "vpa-not-with-hpa": ("vpa",),
}
_FIELD = re.compile(r"[A-Za-z][\w.\[\]-]*(?=: )")
#: Of the containers of a pod the first is the component's own; others are not set by its settings.
_OTHER_CONTAINER = re.compile(r"initContainers|containers\[(?!0\])|ephemeralContainers")


def placed(findings: Iterable[Finding], spec: Path) -> tuple[Finding, ...]:
    """The findings, sorted, each on a generated file at the author's line.

    What no source map knows stays where it is.
    """
    places = _Places(spec)
    return tuple(sorted(places.of(finding) for finding in findings))


class _Origin(NamedTuple):
    """What the source map says of a file."""

    spec: str  # `charts.shop.components.front`
    template: str


class _Places:
    """The source maps beside a spec, and the lines of the spec, each read when first asked for."""

    def __init__(self, spec: Path) -> None:
        self._spec = spec
        self._map = cache(self._read_map)
        self._source = cache(lambda: read_source(spec, spec.parent))
        self._overlays = cache(self._read_overlays)

    def of(self, finding: Finding) -> Finding:
        top, _, rest = finding.path.partition("/")
        chart, _, inside = rest.partition("/")
        if top != "charts" or (origin := self._origin(chart, inside)) is None:
            return finding
        source = self._source()
        path = _path(source.data, origin.spec)
        if "patches" in path and not _patched(_at(source.data, path), finding):
            path = path[: path.index("patches")]
        if not self._overlaid(path):
            path = _closer(source, path, finding)
        place = source.where_key(path)
        return replace(
            finding,
            path=place.path,
            line=place.line,
            col=place.col,
            made=Made(
                path=finding.path,
                line=finding.line,
                col=finding.col,
                template=_template(origin, path, finding),
            ),
        )

    def _origin(self, chart: str, inside: str) -> _Origin | None:
        known = self._map(chart)
        if inside in known:
            return known[inside]
        declared = known.get(f"{inside}/Chart.yaml" if inside else "Chart.yaml")
        return declared._replace(template="") if declared else None  # said of a whole chart

    def _read_map(self, chart: str) -> Mapping[str, _Origin]:
        """Empty where there is none, or one that nobody can read: findings stay as they are."""
        try:
            content = (self._spec.parent / "charts" / chart / SOURCE_MAP).read_bytes()
            return {
                name: _Origin(str(entry["spec"]), str(entry["template"]))
                for name, entry in json.loads(content).items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _overlaid(self, path: Path_) -> bool:
        """Whether overlays say something of a component: that may be the reason, not the spec."""
        if path[2:3] != ("components",) or len(path) < 4:
            return False
        key = rf"^[\"']?{re.escape(str(path[3]))}[\"']?\s*:"
        return re.search(key, self._overlays(str(path[1])), re.MULTILINE) is not None

    def _read_overlays(self, chart: str) -> str:
        overlays = sorted(self._spec.parent.glob(f"values/*/{chart}.yaml"))
        return "\n".join(path.read_text("utf-8", "replace") for path in overlays)


def _path(data: Any, dotted: str) -> Path_:
    """The path that a source map names, as far as the spec has it. Keys may hold dots."""
    path: list[str | int] = []
    while dotted:
        known = data if isinstance(data, dict) else {}
        if isinstance(data, list):
            known = {str(index): item for index, item in enumerate(data)}
        keys = [key for key in known if dotted == key or dotted.startswith(f"{key}.")]
        if not keys:
            break
        key = max(keys, key=len)
        path.append(int(key) if isinstance(data, list) else key)
        data, dotted = known[key], dotted[len(key) + 1 :]
    return tuple(path)


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def _patched(patch: Any, finding: Finding) -> bool:
    """Whether a patch says something of the field that a finding speaks of, or of all fields."""
    field = _FIELD.match(finding.message)
    if field is None:
        return True
    last = re.split(r"[.\[\]]+", field[0].rstrip("]"))
    return any(name in last for name in _keys(patch) if name not in ("spec", "template"))


def _keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, inner in data.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _keys(inner)


def _closer(source: Source, path: Path_, finding: Finding) -> Path_:
    """The path of the setting that a problem follows from, where it was written; else the path."""
    data = _at(source.data, path)
    written = data if isinstance(data, dict) else {}
    return next(((*path, word) for word in _settings(finding) if word in written), path)


def _settings(finding: Finding) -> Iterator[str]:
    """The settings that may be the reason, the likeliest first."""
    inside = finding.path.rpartition("/templates/")[2]
    if inside.startswith("migration"):
        yield "migrate"
    if "/" in inside or inside.startswith("migration"):
        return  # a part beside the component's own workload
    field = _FIELD.match(finding.message)
    if field and not _OTHER_CONTAINER.search(field[0]):
        for word in re.split(r"[.\[\]]+", field[0]):
            yield from _FIELDS.get(word, ())
    if field is None or not _OTHER_CONTAINER.search(field[0]):
        yield from _RULES.get(finding.rule, ())


def _template(origin: _Origin, path: Path_, finding: Finding) -> str | None:
    """The author's own template; a raw manifest is copied, so its lines are the same."""
    if path[2:3] == ("manifests",):
        where = f":{finding.line}:{finding.col}" if finding.line else ""
        return f"{origin.template}{where}"
    return origin.template if origin.template.startswith("kinds/") else None
