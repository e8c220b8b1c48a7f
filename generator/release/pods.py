"""Why one pod is not ready: from its status and the warnings about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.tools.kubectl import Json

#: A reason is a line or two of a terminal.
_LONGEST = 300
_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_CONFIG = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})


def pod_reason(pod: Json, events: Sequence[Json], volume: str | None) -> str | None:
    """Why the pod is not ready, None if it is. `volume` is why a claim of it is not bound."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp") or status.get("phase") == "Succeeded":
        return None
    if ready(pod):
        return None
    if status.get("phase") == "Failed":
        return f"failed: {short(_failure(status))}"
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return volume or f"can't be scheduled: {words(scheduled.get('message', ''))}"
    found = next(_container_reasons(status), None)
    if found:
        return found
    if mount := _last(events, "FailedMount", "FailedAttachVolume"):
        return f"a volume can't be mounted: {words(mount)}"
    if sandbox := _last(events, "FailedCreatePodSandBox"):
        return f"can't be started: {words(sandbox)}"
    if waiting := _init_waits(status):
        return waiting
    if probe := _last(events, "Unhealthy"):
        return words(probe)
    if status.get("phase") == "Running":
        return "runs, not ready yet"
    return volume or "being started"


def ready(pod: Json) -> bool:
    return _condition(pod.get("status") or {}, "Ready").get("status") == "True"


def short(text: str) -> str:
    """In one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def words(message: str) -> str:
    """What Kubernetes says, without what everybody knows already."""
    text = re.sub(r"^Error creating: ", "", message)
    text = re.sub(r"(create Pod \S+ in StatefulSet \S+ failed error: )", "", text)
    text = re.sub(r'pods? "[^"]*" is forbidden: ', "", text)
    text = re.sub(r"\.? ?(no new claims to deallocate, )?preemption: .*$", "", text)
    return short(text)


def _container_reasons(status: Mapping[str, Any]) -> Iterator[str]:
    """The troubles of its containers, those that run first first."""
    for key in ("initContainerStatuses", "containerStatuses"):
        for one in status.get(key) or ():
            waiting = (one.get("state") or {}).get("waiting") or {}
            reason, message = waiting.get("reason", ""), short(waiting.get("message", ""))
            if reason in _IMAGE:
                yield f"image {one.get('image')} can't be pulled" + (f": {message}" * bool(message))
            elif reason in _CONFIG:
                yield f"container {one['name']} can't be made: {message}"
            elif reason == "CrashLoopBackOff" or _ended_badly(one):
                yield _crash(one)


def _ended_badly(one: Mapping[str, Any]) -> bool:
    ended = (one.get("state") or {}).get("terminated") or {}
    return bool(ended) and ended.get("exitCode") != 0


def _crash(one: Mapping[str, Any]) -> str:
    ended = (one.get("state") or {}).get("terminated") or (one.get("lastState") or {}).get(
        "terminated"
    )
    text = f"container {one['name']} ended"
    if times := one.get("restartCount"):
        text += f" {times + 1} times"
    if ended:
        text += f", last with exit code {ended.get('exitCode')}"
        if (reason := ended.get("reason")) not in (None, "Error"):
            text += f" ({reason})"
        if message := ended.get("message"):
            text += f": {short(message)}"
    return text


def _init_waits(status: Mapping[str, Any]) -> str | None:
    for one in status.get("initContainerStatuses") or ():
        state = one.get("state") or {}
        if "running" in state and not one.get("started"):
            return f"init container {one['name']} is not done yet"
        if "running" in state and _initialized(status) is False and not one.get("ready"):
            return f"init container {one['name']} is not ready yet"
    return None


def _initialized(status: Mapping[str, Any]) -> bool:
    return _condition(status, "Initialized").get("status") == "True"


def _failure(status: Mapping[str, Any]) -> str:
    if text := status.get("message") or status.get("reason"):
        return str(text)
    return next(_container_reasons(status), "without a word")


def _last(events: Sequence[Json], *reasons: str) -> str | None:
    found = [str(e.get("message", "")) for e in events if e.get("reason") in reasons]
    return found[-1] if found else None


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, str]:
    return next((c for c in status.get("conditions") or () if c.get("type") == kind), {})
