"""The part of a platform that its schema accepts, so that all problems of a file are told at once.

A component with a wrong setting is left out, and so is a wrong dependency or route. What else is
wrong in a chart marks the chart as damaged: only what does not depend on its settings is judged
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.spec.place import Path_
from generator.spec.source import Source

#: What of a chart is left out one by one.
_SINGLE = (("components",), ("dependencies",), ("routes",))

#: What a platform and a chart must have, for those that lack it.
_PLATFORM: Mapping[str, Any] = {"name": "platform", "environments": ["production"]}
_VERSION = "0.0.0"


@dataclass(frozen=True, kw_only=True)
class Intact:
    """A source that its schema accepts, and what had to be left out of it for that."""

    source: Source
    missing: Mapping[tuple[str, str], Any] = field(default_factory=dict)  # components, as written
    damaged: frozenset[str] = frozenset()  # charts, those that are left out among them

    def left_out(self, chart: str, name: str) -> bool:
        """Whether there may be such a component, though nobody knows what it is."""
        gone = chart in self.damaged and chart not in self.source.data["charts"]
        return gone or (chart, name) in self.missing

    def without(self, components: Iterable[tuple[str, str]]) -> Intact:
        """The same without components that their kind could not read."""
        paths = [("charts", chart, "components", name) for chart, name in components]
        return _cut(self, paths) if paths else self


def intact(source: Source, refused: Iterable[Path_]) -> Intact | None:
    """What is left of a source without the paths that its schema refused; None if too little is."""
    whole = Intact(source=source)
    units = {_unit(path) for path in refused}
    if () in units and not isinstance(source.data.get("charts"), dict):
        return None
    if ("charts",) in units:
        return None
    return _cut(whole, units - {()}) if units else whole


def _unit(path: Path_) -> Path_:
    """What is left out for a wrong value: a component, a route, a setting of a chart."""
    if path[:1] != ("charts",):
        return path[:1]
    return path[:4] if path[2:3] in _SINGLE else path[:3]


def _cut(found: Intact, units: Iterable[Path_]) -> Intact:
    data = found.source.data
    missing, damaged = dict(found.missing), set(found.damaged)
    for unit in sorted(units, key=len, reverse=True):
        match unit:
            case ("charts", chart, "components" | "dependencies" as part, name):
                missing[str(chart), str(name)] = data["charts"][chart][part][name]
            case ("charts", chart, "routes", _):
                pass
            case ("charts", chart, *_):
                damaged.add(str(chart))
        if unit[:1] != ("charts",) or len(unit) > 2:
            data = _without(data, unit)
    charts = {
        name: {"version": _VERSION, "namespace": name, **chart}
        for name, chart in data["charts"].items()
        if isinstance(chart, dict) and isinstance(chart.get("components"), dict)
    }
    source = replace(found.source, data={**_PLATFORM, **data, "charts": charts})
    return Intact(source=source, missing=missing, damaged=frozenset(damaged))


def _without(tree: Any, path: Path_) -> Any:
    """A copy of the maps along a path, without what it leads to: aliases may share the others."""
    if not isinstance(tree, dict) or path[0] not in tree:
        return tree
    if len(path) == 1:
        return {key: value for key, value in tree.items() if key != path[0]}
    return {**tree, path[0]: _without(tree[path[0]], path[1:])}
