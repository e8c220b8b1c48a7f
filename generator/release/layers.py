"""The steps of a deployment: a first installation goes layer by layer, a later one in one step.

A layer is held back by values that switch it off, and only as long as it has never been on: what
runs is never switched off. What is on already is read from the values of the release itself, so
that an interrupted first installation goes on where it stands, whoever began it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.check.objects import mapping
from generator.release.history import History, Revision
from generator.release.target import Target

#: What no layer names comes first.
FIRST = "infra"

IsOn = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One upgrade. `off` are the paths of the values that hold later layers back."""

    name: str = ""
    number: int = 1
    count: int = 1
    off: tuple[str, ...] = ()

    @property
    def more(self) -> Mapping[str, Any]:
        """The values on top of the overlays."""
        values: dict[str, Any] = {}
        for path in self.off:
            *parents, last = path.split(".")
            inner = values
            for key in parents:
                inner = inner.setdefault(key, {})
            inner[last] = False
        return values

    @property
    def description(self) -> str | None:
        """What the release's history says of it; Helm's own words when there is one step."""
        return f"layer {self.number} of {self.count}: {self.name}" if self.name else None


def steps(target: Target, history: History) -> tuple[Step, ...]:
    """The upgrades that bring the release to what the target says, in their order."""
    runs = running(history)
    return arrange(target.layers, wanted=wanted(target), running=runs)


def arrange(
    layers: Sequence[tuple[str, tuple[str, ...]]], *, wanted: IsOn, running: IsOn | None
) -> tuple[Step, ...]:
    """The steps, from what is wanted and what is on. `running` is None before the first one."""
    asked = [(name, tuple(path for path in paths if wanted(path))) for name, paths in layers]
    asked = [(name, paths) for name, paths in asked if paths]
    if not asked:
        return (Step(),)
    count = len(asked) + 1
    numbered = [(number, *layer) for number, layer in enumerate(asked, start=2)]
    if running is None:
        numbered.insert(0, (1, FIRST, ()))
        missing = numbered
    else:
        missing = [
            (number, name, new)
            for number, name, paths in numbered
            if (new := tuple(path for path in paths if not running(path)))
        ]
    return tuple(
        Step(
            name=name,
            number=number,
            count=count,
            off=tuple(path for _, _, paths in missing[at:] for path in paths),
        )
        for at, (number, name, _) in enumerate(missing, start=1)
    ) or (Step(),)


def wanted(target: Target) -> IsOn:
    """Whether the chart's values with the target's overlays switch a path on."""
    return lambda path: _on(target.given, path)


def running(history: History) -> IsOn | None:
    """Whether a path is on in the release: in the revision that runs, or in the last attempt."""
    revisions = [one for one in (history.deployed, history.last) if one is not None]
    if not revisions:
        return None
    return lambda path: any(_on(_values(one), path) for one in revisions)


def _values(revision: Revision) -> Sequence[Mapping[str, Any]]:
    chart = mapping(mapping(revision.record.get("chart")).get("values"))
    return (revision.values, chart)


def _on(values: Sequence[Any], path: str) -> bool:
    """By the first of the values that says something; Helm takes what nobody says as on."""
    for one in values:
        found: Any = one
        for key in path.split("."):
            found = mapping(found).get(key)
        if found is not None:
            return found is not False
    return True
