"""Who wrote a field: what an object's managedFields say, and whose fields an upgrade would take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.tools.kubectl import Json


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Owner:
    """Who wrote fields: a program's name for itself, and how: `kubectl` by `scale`."""

    manager: str
    subresource: str = ""

    def __str__(self) -> str:
        return f"{self.manager} {self.subresource}".strip()


def taken(live: Json, after: Json, ours: str) -> Mapping[Owner, tuple[str, ...]]:
    """The fields that others own in `live` and no longer would in `after`, by owner.

    `after` is what a forced apply by `ours` would leave: what is lost there is what an apply
    without force stops at. The status is nobody's business here.
    """
    before, later = _owned(live), _owned(after)
    lost = {
        owner: tuple(sorted(fields - later.get(owner, frozenset())))
        for owner, fields in before.items()
        if owner.manager != ours and owner.subresource != "status"
    }
    # A field that is gone is nobody's any more: taking it away from a list is no theft, but what
    # is still there and another's now is.
    mine = frozenset().union(*(v for k, v in later.items() if k.manager == ours))
    stolen = {owner: tuple(f for f in fields if f in mine) for owner, fields in lost.items()}
    return {owner: fields for owner, fields in stolen.items() if fields}


def _owned(data: Json) -> Mapping[Owner, frozenset[str]]:
    fields: dict[Owner, frozenset[str]] = {}
    for entry in data["metadata"].get("managedFields") or ():
        owner = Owner(
            manager=str(entry.get("manager", "")), subresource=str(entry.get("subresource", ""))
        )
        found = frozenset(_leaves(entry.get("fieldsV1") or {}, ""))
        fields[owner] = fields.get(owner, frozenset()) | found
    return fields


def _leaves(fields: Mapping[str, Any], at: str) -> Iterator[str]:
    for key, inner in fields.items():
        if key == ".":
            continue
        here = at + _step(key)
        below = list(_leaves(inner or {}, here))
        yield from below or (here,)


def _step(key: str) -> str:
    kind, _, rest = key.partition(":")
    if kind == "f":
        return f".{rest}" if "." not in rest and "/" not in rest else f"[{rest}]"
    if kind == "k":
        names = json.loads(rest)
        return "[" + ",".join(f"{name}={value}" for name, value in names.items()) + "]"
    return f"[{rest}]"
