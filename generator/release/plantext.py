"""A plan as people read it: what stands in the way first, then what changes, the sum last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from generator.findings import ERROR, NOTE, WARNING, Finding
from generator.release.changes import CHANGED, CREATED, KEPT, REMOVED, REPLACED, ObjectChange
from generator.release.difference import ADDED, ORDER, Change
from generator.release.difference import REMOVED as FIELD_REMOVED
from generator.release.plan import BLOCKED, INSTALL, NOTHING, UPGRADE, Plan, ReleasePlan

#: A text and a colour's name, or "bold" or "dim", to the text as it is shown.
Paint = Callable[[str, str], str]

_SIGNS = {CREATED: "+", CHANGED: "~", REPLACED: "!", REMOVED: "-", KEPT: "="}
_COLOURS = {CREATED: "green", CHANGED: "yellow", REPLACED: "red", REMOVED: "red", KEPT: "dim"}
_TITLES = {
    CREATED: "created",
    CHANGED: "changed",
    REPLACED: "to replace by hand: these fields cannot be changed in place",
    REMOVED: "removed",
    KEPT: "no part of the release any more, but kept",
}
_LEVELS = {ERROR: ("error", "red"), WARNING: ("warning", "yellow"), NOTE: ("note", "dim")}
_WIDTH = 100
_VALUE = 76


def plain(text: str, colour: str) -> str:
    """Without colours."""
    return text


def text(plan: Plan, paint: Paint = plain) -> str:
    """All of a plan."""
    blocks = [block for one in plan.releases for block in _release(one, plan, paint)]
    return "\n\n".join((*blocks, summary(plan, paint)))


def difference(plan: Plan, paint: Paint = plain) -> str:
    """Only what would change, and the sum."""
    blocks = [
        "\n".join((_head(one, paint), *block))
        for one in plan.releases
        if (block := list(_changes(one, paint)))
    ]
    return "\n\n".join((*blocks, _sum(plan.counts)))


def summary(plan: Plan, paint: Paint = plain) -> str:
    """The last line: what there is to do, and whether something stands in its way."""
    errors = sum(one.severity == ERROR for one in plan.findings)
    told = _sum(plan.counts) if any(one.changes for one in plan.releases) else "nobody can tell"
    if errors:
        told += f"; {errors} error{'' if errors == 1 else 's'} to solve first"
    colour = "red" if errors else "yellow" if plan.pending else "green"
    return paint(told, colour)


def _sum(counts: Mapping[str, int]) -> str:
    if not any(counts[action] for action in _SIGNS if action != KEPT):
        return f"nothing to do: {counts['unchanged']} objects are as they should be"
    return (
        f"{counts[CREATED]} to create, {counts[CHANGED]} to change, {counts[REMOVED]} to remove,"
        f" {counts[REPLACED]} to replace"
    )


def _release(one: ReleasePlan, plan: Plan, paint: Paint) -> Iterator[str]:
    head = [_head(one, paint)]
    head += [line for found in _ordered(one.findings) for line in _finding(found, paint)]
    yield "\n".join(head)
    changes = "\n".join(_changes(one, paint))
    if changes:
        yield changes
    if one.hooks and one.pending and one.changes:
        names = ", ".join(
            f"{hook.title} ({hook.annotations['helm.sh/hook']})"
            for hook in one.hooks
            if hook.kind == "Job"
        )
        if names:
            yield paint(f"  runs beside it: {names}", "dim")


def _head(one: ReleasePlan, paint: Paint) -> str:
    target = one.target
    what = {
        INSTALL: "a first installation",
        UPGRADE: f"an upgrade of revision {one.revision}",
        NOTHING: f"as revision {one.revision} left it",
        BLOCKED: "a first installation"
        if one.revision == 0
        else f"an upgrade of revision {one.revision}",
    }[one.action]
    if one.revision is None:
        what = "its state cannot be read"
    name = paint(f"{target.release} {target.version}", "bold")
    return f"{name} into {target.namespace}, {target.environment}: {what}"


def _ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    rank = list(_LEVELS)
    return sorted(findings, key=lambda found: rank.index(found.severity))


def _finding(found: Finding, paint: Paint) -> Iterator[str]:
    level, colour = _LEVELS[found.severity]
    subject = f"{found.subject}: " if found.subject else ""
    first, *more = found.message.splitlines()
    yield f"  {paint(level, colour)}: {subject}{first}  {paint(f'[{found.rule}]', 'dim')}"
    yield from (f"    {line}" for line in more)
    for line in (found.hint or "").splitlines():
        yield f"      {line}"


def _changes(one: ReleasePlan, paint: Paint) -> Iterator[str]:
    yield from changes(one.objects, one.target.namespace, paint)


def changes(objects: Sequence[ObjectChange], namespace: str, paint: Paint = plain) -> Iterator[str]:
    """The lines of what changes, group by group."""
    for action, title in _TITLES.items():
        some = [each for each in objects if each.action == action]
        if some:
            yield paint(f"  {title}", "bold")
        if action == CREATED:
            yield from _created(some, namespace, paint)
            continue
        yield from _alike(some, namespace, paint)


def _created(some: list[ObjectChange], namespace: str, paint: Paint) -> Iterator[str]:
    """A line or two for each kind: of what is new, there is nothing more to tell."""
    kinds: dict[str, list[str]] = {}
    for one in some:
        kinds.setdefault(one.kind, []).append(f"{one.name}{_apart(one, namespace)}")
    width = max((len(kind) for kind in kinds), default=0)
    for kind, names in kinds.items():
        first, *rest = wrap(", ".join(names), _WIDTH - width, break_on_hyphens=False)
        yield f"    {paint(f'+ {kind.ljust(width)}', _COLOURS[CREATED])}  {first}"
        yield from (f"      {'':{width}}  {line}" for line in rest)


def _alike(some: list[ObjectChange], namespace: str, paint: Paint) -> Iterator[str]:
    """Objects of a kind to which the same happens are told together."""
    groups: dict[tuple[str, str], list[ObjectChange]] = {}
    for one in some:
        lines = "\n".join(
            f"        {line}" for change in one.fields for line in _field(change, paint)
        )
        groups.setdefault((one.kind, lines), []).append(one)
    for (kind, lines), group in groups.items():
        names = ", ".join(f"{one.name}{_apart(one, namespace)}" for one in group)
        first = group[0].action
        yield f"    {paint(f'{_SIGNS[first]} {kind}/{names}', _COLOURS[first])}"
        if lines:
            yield lines


def _apart(one: ObjectChange, namespace: str) -> str:
    return f" (in {one.namespace})" if one.namespace not in ("", namespace) else ""


def _field(change: Change, paint: Paint) -> Iterator[str]:
    path = change.path
    if change.secret:
        yield f"{path}: {change.what}, not shown"
    elif change.what == ORDER:
        yield f"{path}: in another order: {', '.join(change.after)}"
    elif change.what == ADDED:
        yield from _long(f"{path}:", paint, None, change.after)
    elif change.what == FIELD_REMOVED:
        yield from _long(f"{path}:", paint, change.before, None)
    else:
        yield from _long(f"{path}:", paint, change.before, change.after)


def _long(path: str, paint: Paint, before: Any, after: Any) -> Iterator[str]:
    """On one line where it fits; texts of several lines as a difference of their lines."""
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield path
        yield from (f"    {line}" for line in _lines(before, after, paint))
        return
    old = None if before is None else paint(value(before), "red")
    new = None if after is None else paint(value(after), "green")
    if old is None:
        yield f"{path} + {new}"
    elif new is None:
        yield f"{path} - {old}"
    elif len(path) + len(value(before)) + len(value(after)) < _WIDTH:
        yield f"{path} {old} -> {new}"
    else:
        yield path
        yield f"    - {old}"
        yield f"    + {new}"


def _lines(before: str, after: str, paint: Paint) -> Iterator[str]:
    from difflib import unified_diff

    found = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    for line in list(found)[2:]:
        colour = {"+": "green", "-": "red"}.get(line[:1], "dim")
        yield paint(line, colour)


def value(data: Any) -> str:
    """A value on one line, cut where it is too long for one."""
    told = data if isinstance(data, str) and data else json.dumps(data, ensure_ascii=False)
    told = " ".join(told.split())
    return told if len(told) <= _VALUE else f"{told[: _VALUE - 1]}…"
