"""What a client-side upgrade takes away: fields of the old manifest that the new one has no more.

Helm 3, and Helm 4 for a release that Helm 3 made, send each object the difference between the
manifests. A server-side dry run of the new one shows all but the removals; these are added here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from generator.check import quantity
from generator.release.difference import Path, Step, named, names_of


def without(
    after: Mapping[str, Any], old: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """`after`, less the fields that the old manifest had and the wanted one has not."""
    data: dict[str, Any] = copy.deepcopy(dict(after))
    for path in gone(old, wanted):
        _remove(data, path)
    return data


def gone(old: Any, new: Any, at: Path = ()) -> Iterator[Path]:
    """The places that are in `old` and not in `new`. Lists without names are taken as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if value is None:
                continue
            if key not in new or new[key] is None:
                yield (*at, key)
            else:
                yield from gone(value, new[key], (*at, key))
    elif isinstance(old, list) and isinstance(new, list):
        key = next((step for step in reversed(at) if isinstance(step, str)), "")
        names = names_of(key, old, new)
        if names is None:
            return
        there = {named(item, names): item for item in new}
        for item in old:
            name = named(item, names)
            if name in there:
                yield from gone(item, there[name], (*at, name))
            else:
                yield (*at, name)


def overlaid(live: Any, wanted: Any, key: str = "") -> Any:
    """`live` with all that is wanted written over it: what an apply would leave, undefaulted.

    For objects that the API server would not take: it cannot tell.
    """
    if isinstance(live, dict) and isinstance(wanted, dict):
        both = {one: overlaid(live.get(one), wanted[one], one) for one in wanted}
        return {**live, **both}
    if isinstance(live, list) and isinstance(wanted, list):
        names = names_of(key, live, wanted)
        if names:
            there = {named(item, names): item for item in live}
            new = {named(item, names): item for item in wanted}
            both = {name: overlaid(there.get(name), item) for name, item in new.items()}
            return [*both.values(), *(item for name, item in there.items() if name not in new)]
        if len(live) == len(wanted):
            return [overlaid(old, new, key) for old, new in zip(live, wanted, strict=True)]
    same = quantity.parse(live) if isinstance(live, (str, int)) else None
    if same is not None and isinstance(wanted, (str, int)) and same == quantity.parse(wanted):
        return live  # 1000m is 1
    return wanted


def _remove(data: Any, path: Path) -> None:
    for step in path[:-1]:
        data = _inside(data, step)
    last = path[-1]
    if isinstance(last, str) and isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(last, tuple) and isinstance(data, list):
        data[:] = [item for item in data if not _is(item, last)]


def _inside(data: Any, step: Step) -> Any:
    if isinstance(step, tuple):
        items = data if isinstance(data, list) else ()
        return next((item for item in items if _is(item, step)), None)
    return data.get(step) if isinstance(data, dict) else None


def _is(item: Any, name: tuple[tuple[str, Any], ...]) -> bool:
    return isinstance(item, dict) and named(item, tuple(key for key, _ in name)) == name
