"""Two states of one object -> what is different, field by field.

Lists are compared as Kubernetes merges them: containers by name, ports by number. What the server
writes by itself is left out, and of a Secret only the names of its keys are told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

ADDED, CHANGED, REMOVED, ORDER = "added", "changed", "removed", "order"

#: A step into an object: the key of a map, the number of an item, or the keys that name one.
Step = str | int | tuple[tuple[str, Any], ...]
Path = tuple[Step, ...]

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
#: What the API server or a controller writes, and nobody who deploys.
_SERVER = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_SERVER_NOTES = frozenset(
    {
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
#: The keys that name an item, by the list's own name. Lists of maps that are not here and whose
#: items all have another name are taken by `name`, the rest by number.
_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ephemeralContainers": (("name",),),
    "hostAliases": (("ip",),),
    "ownerReferences": (("uid",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol"), ("port",)),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "volumeDevices": (("devicePath",),),
    "volumeMounts": (("mountPath",),),
}
#: What Kubernetes takes where a key is not written.
_DEFAULTS = {"protocol": "TCP"}
_OF_SECRET = frozenset({"data", "stringData"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One field that is not the same. Both values are None where they must not be told."""

    steps: Path
    what: str  # added, changed, removed; order: the same items in another order
    before: Any = None
    after: Any = None
    secret: bool = False

    @property
    def path(self) -> str:
        """`spec.template.spec.containers[name=app].image`."""
        return shown(self.steps)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What makes `after` of `before`, in the order of the fields' names."""
    changes = _maps(compared(before), compared(after), ())
    if after.get("kind", before.get("kind")) == "Secret":
        return tuple(map(_masked, changes))
    return tuple(changes)


def compared(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object without what is no part of a comparison: its status and the server's notes."""
    metadata = {
        key: value for key, value in (data.get("metadata") or {}).items() if key not in _SERVER
    }
    notes = metadata.get("annotations")
    if isinstance(notes, dict):
        kept = {key: value for key, value in notes.items() if key not in _SERVER_NOTES}
        metadata["annotations"] = kept
        if not kept:
            del metadata["annotations"]
    return {**{key: value for key, value in data.items() if key != "status"}, "metadata": metadata}


def shown(steps: Path) -> str:
    """A path as people write it. Keys with dots or slashes stand in brackets."""
    text = ""
    for step in steps:
        if isinstance(step, str):
            text += f"{'.' if text else ''}{step}" if _PLAIN.fullmatch(step) else f"[{step}]"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f"[{','.join(f'{key}={value}' for key, value in step)}]"
    return text


def names_of(key: str, *lists: Sequence[Any]) -> tuple[str, ...] | None:
    """The keys that name the items of a list called `key`, None where only their place does."""
    items = [item for items in lists for item in items]
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    for names in (*_KEYS.get(key, ()), ("name",)):
        if all(isinstance(_name(item, names), tuple) for item in items) and all(
            len({_name(item, names) for item in one}) == len(one) for one in lists
        ):
            return names
    claims = [(item.get("metadata") or {}).get("name") for item in items]
    return ("metadata.name",) if key == "volumeClaimTemplates" and all(claims) else None


def named(item: Mapping[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """An item's name in its list, as a step of a path."""
    if names == ("metadata.name",):
        return (("name", item["metadata"]["name"]),)
    return tuple((name, item.get(name, _DEFAULTS.get(name))) for name in names)


def _name(item: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...] | None:
    values = tuple(item.get(name, _DEFAULTS.get(name)) for name in names)
    return values if all(isinstance(value, (str, int)) for value in values) else None


def _maps(before: Mapping[str, Any], after: Mapping[str, Any], at: Path) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        here = (*at, key)
        if key not in after:
            yield from _all_of(before[key], here, REMOVED)
        elif key not in before:
            yield from _all_of(after[key], here, ADDED)
        else:
            yield from _values(before[key], after[key], here)


def _values(before: Any, after: Any, at: Path) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _maps(before, after, at)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, at)
    elif not (_empty(before) and _empty(after)):
        yield Change(steps=at, what=CHANGED, before=before, after=after)


def _all_of(value: Any, at: Path, what: str) -> Iterator[Change]:
    """All that came or went with one field: a map of it leaf by leaf, a list as a whole."""
    if _empty(value):
        return
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _all_of(value[key], (*at, key), what)
    elif what == ADDED:
        yield Change(steps=at, what=what, after=value)
    else:
        yield Change(steps=at, what=what, before=value)


def _empty(value: Any) -> bool:
    """Kubernetes keeps no empty maps and lists apart from none."""
    return value is None or value == {} or value == []


def _lists(before: list[Any], after: list[Any], at: Path) -> Iterator[Change]:
    key = next((step for step in reversed(at) if isinstance(step, str)), "")
    names = names_of(key, before, after)
    if names:
        yield from _by_name(before, after, names, at)
    elif all(isinstance(item, dict) for item in (*before, *after)):
        yield from _by_place(before, after, at)
    elif before != after:
        yield Change(steps=at, what=CHANGED, before=before, after=after)


def _by_name(
    before: list[Any], after: list[Any], names: tuple[str, ...], at: Path
) -> Iterator[Change]:
    old = {named(item, names): item for item in before}
    new = {named(item, names): item for item in after}
    for name in (*old, *(name for name in new if name not in old)):
        here = (*at, name)
        if name not in new:
            yield Change(steps=here, what=REMOVED, before=old[name])
        elif name not in old:
            yield Change(steps=here, what=ADDED, after=new[name])
        else:
            yield from _values(old[name], new[name], here)
    first = [name for name in old if name in new]
    second = [name for name in new if name in old]
    if first != second:
        words = (["/".join(str(v) for _, v in name) for name in names] for names in (first, second))
        yield Change(steps=at, what=ORDER, before=next(words), after=next(words))


def _by_place(before: list[Any], after: list[Any], at: Path) -> Iterator[Change]:
    """Items that nothing names: those that are the same stay together, whatever came between."""
    texts = [[json.dumps(item, sort_keys=True) for item in items] for items in (before, after)]
    blocks = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False).get_opcodes()
    for _, a, b, c, d in blocks:
        if texts[0][a:b] == texts[1][c:d]:
            continue
        for number in range(max(b - a, d - c)):
            old, new = a + number, c + number
            if old >= b:
                yield Change(steps=(*at, new), what=ADDED, after=after[new])
            elif new >= d:
                yield Change(steps=(*at, old), what=REMOVED, before=before[old])
            else:
                yield from _values(before[old], after[new], (*at, new))


def _masked(change: Change) -> Change:
    if change.steps[0] not in _OF_SECRET:
        return change
    return Change(steps=change.steps, what=change.what, secret=True)
