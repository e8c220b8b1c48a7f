"""What the cluster warns of: events by the object that they are about, the newest last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from generator.tools.kubectl import Json


def by_object(events: Iterable[Json]) -> Mapping[tuple[str, str], Sequence[Json]]:
    """The events of a namespace by kind and name; what was never warned of has none."""
    found: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for event in sorted(events, key=_time):
        about = event.get("involvedObject") or {}
        found[about.get("kind", ""), about.get("name", "")].append(event)
    return found


def _time(event: Json) -> str:
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )
