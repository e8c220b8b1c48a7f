"""Whose field an upgrade would take: what server-side apply said, as a person would say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(r'conflicts? with "(?P<manager>[^"]+)"(?: with subresource "(?P<sub>[^"]+)")?')
_OBJECT = re.compile(r"applying object (?P<where>\S+) (?P<api>\S+), Kind=(?P<kind>\w+)")
_FIELD = re.compile(r"\s*- (\.[^\s:]+)")
_WHO = {
    ("kubectl", "scale"): "somebody's `kubectl scale`",
    ("kubectl-set", ""): "somebody's `kubectl set`",
    ("kubectl-edit", ""): "somebody's `kubectl edit`",
    ("kubectl-patch", ""): "somebody's `kubectl patch`",
    ("kube-controller-manager", "scale"): "an autoscaler",
}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Conflict:
    """A field of an object that somebody else owns."""

    object: str  # Deployment/backend
    field: str
    manager: str
    subresource: str = ""

    @property
    def who(self) -> str:
        known = _WHO.get((self.manager, self.subresource))
        return known or f'"{self.manager} {self.subresource}"'.replace(' "', '"')


def read_conflicts(text: str) -> tuple[Conflict, ...]:
    """The conflicts that Helm or kubectl printed, each once."""
    return tuple(dict.fromkeys(_read(text)))


def _read(text: str) -> Iterator[Conflict]:
    where, manager, sub = "", "", ""
    for line in text.splitlines():
        if found := _OBJECT.search(line):
            where = f"{found['kind']}/{found['where'].rpartition('/')[2]}"
        heads = list(_HEAD.finditer(line))
        if (field := _FIELD.match(line)) and manager:
            yield Conflict(object=where, field=field[1], manager=manager, subresource=sub)
        if heads:
            manager, sub = heads[-1]["manager"], heads[-1]["sub"] or ""
            if single := re.search(r": (\.[^\s:]+)$", line):
                yield Conflict(object=where, field=single[1], manager=manager, subresource=sub)


def conflict_hint(text: str) -> str:
    """Whose fields, and the ways on."""
    found = read_conflicts(text)
    lines = [f"{one.object}: {one.field} was set by {one.who}" for one in found]
    if any(one.field.endswith(".image") for one in found):
        lines.append("keep the image that runs: the same command with --take-image")
    lines.append("set them back to what the chart says: the same command with --force-conflicts")
    return "\n".join(lines)
