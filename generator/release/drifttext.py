"""Drift as text for a terminal, and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from generator.release.difference import REMOVED, Change
from generator.release.drift import MISSING, UNKNOWN, Drift, Drifted, Field
from generator.release.status.text import age

#: Of longer values the start is shown.
_LONG = 100


def text(drift: Drift, now: datetime, environment: str) -> str:
    """One release: its objects that drifted, a line for each field."""
    return "\n".join(_lines(drift, now, environment))


def as_json(drift: Drift) -> dict[str, Any]:
    """All of it; of a Secret's values only that they differ."""
    return {
        "release": drift.release,
        "namespace": drift.namespace,
        "revision": drift.revision,
        "same": drift.same,
        "objects": [_object(one) for one in drift.objects],
    }


def _lines(drift: Drift, now: datetime, environment: str) -> Iterator[str]:
    where = f"{drift.release} in {drift.namespace}"
    if drift.revision is None:
        yield f"✗ {where}: not installed"
        yield f"    hint: python -m generator deploy -e {environment}"
        return
    if not drift.objects:
        yield f"✓ {where}: all {drift.same} objects are as revision {drift.revision} says"
        return
    count = len(drift.objects)
    yield (
        f"✗ {where}: {count} of {count + drift.same} objects "
        f"{'is' if count == 1 else 'are'} not as revision {drift.revision} says"
    )
    for one in drift.objects:
        if one.state == MISSING:
            yield f"  - {one.title} is missing"
        elif one.state == UNKNOWN:
            yield f"  ? {one.title}: {one.reason}"
        else:
            yield f"  ~ {one.title}"
        for field in one.fields:
            yield from _field(field, now)
    yield f"    hint: python -m generator plan -e {environment} shows what a deployment would undo"


def _field(field: Field, now: datetime) -> Iterator[str]:
    change = field.change
    yield f"      {change.path}: {_change(change)}"
    if field.owner:
        yield f"          by {field.owner}" + (f", {age(field.at, now)}" if field.at else "")


def _change(change: Change) -> str:
    if change.secret:
        return "another value (not shown)"
    if change.what == REMOVED:
        return f"release {_short(change.before)}, cluster has none"
    return f"release {_short(change.before)}, cluster {_short(change.after)}"


def _short(value: Any) -> str:
    words = json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _LONG else f"{words[:_LONG]} …"


def _object(one: Drifted) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "namespace": one.namespace,
        "state": one.state,
        "reason": one.reason,
        "fields": [
            {
                "path": field.change.path,
                "what": field.change.what,
                "secret": field.change.secret,
                "release": field.change.before,
                "cluster": field.change.after,
                "owner": field.owner,
                "at": field.at,
            }
            for field in one.fields
        ],
    }
