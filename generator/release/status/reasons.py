"""Why a workload is not ready, in the cluster's own words: the fewest that say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.check.objects import mapping, maps
from generator.release.status.facts import name_of
from generator.tools.kubectl import Json

#: More pods than this say nothing new.
_ENOUGH = 3


def reasons(live: Json, pods: Sequence[Json], events: Sequence[Json]) -> tuple[str, ...]:
    """What its own conditions say, what holds its pods up, or why it has none."""
    status = mapping(live.get("status"))
    found = [
        f"{one.get('reason')}: {one.get('message')}"
        for one in maps(status.get("conditions"))
        if _bad(one)
    ]
    if mapping(live.get("spec")).get("paused"):
        found.append("its rollout is paused: kubectl rollout resume")
    said = [(name_of(pod), text) for pod in pods if (text := _of_pod(pod, events))]
    found += [f"{name}: {text}" for name, text in said[:_ENOUGH]]
    if len(said) > _ENOUGH:
        found.append(f"and {len(said) - _ENOUGH} more pods")
    if not said:
        found += list(_warnings(events, live))[-1:] or _rolling(status)
    return tuple(dict.fromkeys(" ".join(text.split()) for text in found))


def _rolling(status: Mapping[str, Any]) -> list[str]:
    everything, new = int(status.get("replicas", 0)), int(status.get("updatedReplicas", 0))
    return [f"rolls out: {new} of {everything} pods are new"] if new < everything else []


def _bad(condition: Mapping[str, Any]) -> bool:
    good = condition.get("status") == "True"
    if condition.get("type") in ("ReplicaFailure", "Failed"):
        return good
    return condition.get("reason") == "ProgressDeadlineExceeded"


def _of_pod(pod: Json, events: Sequence[Json]) -> str | None:
    status = mapping(pod.get("status"))
    for one in maps(status.get("conditions")):
        if one.get("type") == "PodScheduled" and one.get("status") == "False":
            return str(one.get("message") or one.get("reason"))
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in maps(status.get(field)):
            if text := _of_container(container):
                return text
    if status.get("phase") == "Failed":
        return str(status.get("message") or status.get("reason") or "failed")
    if all(one.get("ready") for one in maps(status.get("containerStatuses"))):
        return None
    return next(iter(reversed(list(_warnings(events, pod)))), "runs, but is not ready")


def _of_container(container: Mapping[str, Any]) -> str | None:
    waiting = mapping(mapping(container.get("state")).get("waiting"))
    reason = waiting.get("reason")
    if not reason or reason in ("ContainerCreating", "PodInitializing"):
        return None
    last = mapping(mapping(container.get("lastState")).get("terminated"))
    if last:  # why it ended is worth more than that it waits to start anew
        why = last.get("message") or f"{last.get('reason')}, exit code {last.get('exitCode')}"
        return f"{container.get('name')}: {reason}, {str(why).strip()[-200:]}"
    return f"{container.get('name')}: {reason}: {waiting.get('message', '')}".rstrip(": ")


def _warnings(events: Sequence[Json], about: Json) -> Iterator[str]:
    """Warnings of an object and of what it owns (a Deployment's ReplicaSets), oldest first."""
    name = name_of(about)
    rest = [
        one
        for one in events
        if one.get("type") == "Warning"
        and (same := str(mapping(one.get("involvedObject")).get("name", "")))
        and (same == name or same.startswith(f"{name}-"))
    ]
    rest.sort(key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))
    yield from (f"{one.get('reason')}: {one.get('message')}" for one in rest)
