"""The status of releases as text for a terminal: what needs a look starts with a `✗`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from generator.release.status.model import (
    OFF,
    READY,
    Autoscaler,
    Certificate,
    Claim,
    Component,
    ReleaseStatus,
    Schedule,
)

#: So many revisions before the newest are listed.
_PASTS = 3
#: What the cluster says may be pages: the values that it quotes, above all.
_LONG = 300
_QUOTED = re.compile(r"(Invalid value: )[\[{].*?[\]}](?=: )", re.DOTALL)
_GOOD, _LOOK, _SOON = "✓", "✗", "!"
_MARKS = {READY: _GOOD, OFF: "-"}
_TITLES = ("", "COMPONENT", "READY", "IMAGE", "RESTARTS", "SCALE", "MAY LOSE")

Row = tuple[str, ...]


def text(status: ReleaseStatus, now: datetime) -> str:
    """One release. `✗` needs a look now, `!` soon; nothing is wanted of what has a `-`."""
    return "\n".join(_lines(status, now))


def age(time: str, now: datetime) -> str:
    """How long ago a time was, or how far it is: `4m ago`, `in 12d`."""
    try:
        seconds = int((now - datetime.fromisoformat(time)).total_seconds())
    except ValueError:
        return "at an unknown time"
    size = abs(seconds)
    units: Iterable[tuple[str, int]] = (("d", 86400), ("h", 3600), ("m", 60))
    shown = next((f"{size // n}{unit}" for unit, n in units if size >= 2 * n), f"{size}s")
    return f"in {shown}" if seconds < 0 else f"{shown} ago"


def _lines(status: ReleaseStatus, now: datetime) -> Iterator[str]:
    if status.revision is None:
        yield f"{_LOOK} {status.release} in {status.namespace}: not installed"
        yield f"    hint: python -m generator deploy -e {status.environment}"
        return
    yield (
        f"{_GOOD if status.ready else _LOOK} {status.release} in {status.namespace}: "
        f"{status.status}{'' if status.ready else ', not ready'}; revision {status.revision}, "
        f"chart {status.chart_version}, app {status.app_version}, {age(status.since, now)}"
    )
    yield from _unfinished(status)
    yield from _components(status.components, now)
    yield from _table(_claims(status.claims))
    yield from _table([_certificate(one, now) for one in status.certificates])
    yield from _table([_schedule(one, now) for one in status.schedules])
    if status.unknown:
        yield f"  {_SOON} not seen, for you may not read them: {', '.join(status.unknown)}"
    for past in status.history[1 : 1 + _PASTS]:
        yield (
            f"    before: revision {past.revision}, chart {past.chart_version}, {past.status}, "
            f"{age(past.at, now)}: {_short(past.description)}"
        )


def _unfinished(status: ReleaseStatus) -> Iterator[str]:
    if status.pending:
        yield f"  {_LOOK} {status.status}: it runs now, or was killed before it had finished"
        yield f"      hint: python -m generator plan -e {status.environment}"
    elif status.status != "deployed":
        yield f"  {_LOOK} {_short(status.history[0].description)}"


def _components(parts: Sequence[Component], now: datetime) -> Iterator[str]:
    rows = [_TITLES, *(_component(one, now) for one in parts)]
    kept = [n for n, _ in enumerate(_TITLES) if n == 0 or any(row[n] for row in rows[1:])]
    title, *rest = _table([tuple(row[n] for n in kept) for row in rows])
    yield title
    for one, line in zip(parts, rest, strict=True):
        yield line
        yield from (f"      {note}" for note in _notes(one))


def _table(rows: Sequence[Row]) -> list[str]:
    """Lines with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[:1] = [1] if widths else []
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )
    return [f"  {row[0] or ' '} {line}".rstrip() for row, line in zip(rows, padded, strict=True)]


def _component(one: Component, now: datetime) -> Row:
    restarts = str(one.restarts.count)
    if one.restarts.count and one.restarts.at:
        restarts += f" ({one.restarts.reason}, {age(one.restarts.at, now)})"
    scale = one.autoscaler
    mark = _MARKS.get(one.state, _LOOK)
    return (
        _SOON if mark == _GOOD and scale and (scale.problem or scale.at_maximum) else mark,
        one.title + (f" (primary {one.primary})" if one.primary else ""),
        f"{one.ready}/{one.wanted}",
        one.images[0] if one.images else "",
        "" if one.kind == "Job" else restarts,
        _scale(scale) if scale else "",
        "" if one.disruptions is None else str(one.disruptions),
    )


def _scale(one: Autoscaler) -> str:
    move = str(one.current) if one.current == one.desired else f"{one.current}→{one.desired}"
    return f"{move} of {one.minimum}..{one.maximum}"


def _notes(one: Component) -> Iterator[str]:
    yield from map(_short, one.reasons)
    if scale := one.autoscaler:
        if scale.problem:
            yield f"{scale.name} does not scale: {_short(scale.problem)}"
        elif scale.at_maximum:
            yield f"{scale.name} is at its maximum: raise it, or look where the load comes from"


def _claims(claims: Sequence[Claim]) -> list[Row]:
    """A row for each claim, but one for all of a StatefulSet that are bound alike."""

    def alike(one: Claim) -> tuple[str, ...]:
        made = re.sub(r"-\d+$", "-*", one.name) if one.state == READY else one.name
        return made, one.size, one.storage_class or "", one.phase, one.reason or ""

    rows: list[Row] = []
    for (name, size, storage, phase, reason), group in groupby(claims, key=alike):
        same = list(group)
        what = f"volume claim {name}" if len(same) > 1 else f"volume claim {same[0].name}"
        bound = f"{phase}, all {len(same)}" if len(same) > 1 else phase
        mark = _MARKS.get(same[0].state, _LOOK)
        rows.append((mark, what, size, storage, bound + (f": {reason}" if reason else "")))
    return rows


def _certificate(one: Certificate, now: datetime) -> Row:
    mark = _SOON if one.soon else _MARKS.get(one.state, _LOOK)
    ends = f"until {one.expires[:10]}, {age(one.expires, now)}" if one.expires else ""
    return (mark, f"certificate {one.secret}", ends, one.reason or "")


def _schedule(one: Schedule, now: datetime) -> Row:
    return (
        _MARKS.get(one.state, _LOOK),
        f"{'backup' if one.backup else 'schedule'} {one.name}",
        one.schedule,
        f"last success {age(one.last_success, now)}" if one.last_success else "no success yet",
        one.reason or "",
    )


def _short(text: str) -> str:
    text = _QUOTED.sub(r"\1…", " ".join(text.split()))
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"
