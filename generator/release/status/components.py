"""Workloads of a release, as they run: pods, restarts, autoscaler, disruption budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.check.objects import Object, mapping, maps
from generator.release.status.facts import Facts, labels_of, name_of, selected
from generator.release.status.model import (
    FAILED,
    MISSING,
    OFF,
    READY,
    WAITING,
    Autoscaler,
    Component,
    Restarts,
)
from generator.release.status.reasons import reasons
from generator.tools.kubectl import Json

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
#: What operators of databases call the member that takes writes, in the label `role`.
_PRIMARY = ("primary", "master")


def components(objects: tuple[Object, ...], facts: Facts) -> tuple[Component, ...]:
    """The workloads that a manifest has, in its order."""
    return tuple(_component(one, facts) for one in objects if one.kind in _KINDS)


def _component(one: Object, facts: Facts) -> Component:
    live = facts.named(one.kind, one.name)
    if live is None:
        hidden = f"{one.kind.lower()}s" in facts.unknown
        return Component(
            kind=one.kind,
            name=one.name,
            state=WAITING if hidden else MISSING,
            ready=0,
            wanted=int(one.spec.get("replicas", 1)),
            images=_images(one.data),
            restarts=Restarts(count=0),
            reasons=("you may not read it" if hidden else "not in the cluster",),
        )
    pods = _pods(live, facts)
    ready, wanted, state = _replicas(live)
    return Component(
        kind=one.kind,
        name=one.name,
        state=state,
        ready=ready,
        wanted=wanted,
        images=_images(live),
        restarts=_restarts(pods),
        autoscaler=_autoscaler(one, facts),
        disruptions=_disruptions(live, facts),
        primary=next((name_of(pod) for pod in pods if _is_primary(pod)), None),
        reasons=() if state in (READY, OFF) else reasons(live, pods, facts.of("Event")),
    )


def _replicas(live: Json) -> tuple[int, int, str]:
    """Ready, wanted, and the state that this makes."""
    spec, status = mapping(live.get("spec")), mapping(live.get("status"))
    if live["kind"] == "Job":
        return _job(spec, status)
    if live["kind"] == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
        new = status.get("updatedNumberScheduled", 0)
    else:
        wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
        new = status.get("updatedReplicas", 0)
    if _old_news(live):
        return ready, wanted, WAITING
    if wanted == 0:
        return ready, 0, OFF if not ready else WAITING
    if _on_delete(spec):  # its pods become new when somebody deletes them
        new = wanted
    old = live["kind"] == "Deployment" and int(status.get("replicas", 0)) > new
    if ready >= wanted and new >= wanted and not old:
        return ready, wanted, READY
    return ready, wanted, FAILED if _gave_up(status) else WAITING


def _job(spec: Mapping[str, Any], status: Mapping[str, Any]) -> tuple[int, int, str]:
    wanted, done = spec.get("completions") or 1, status.get("succeeded", 0)
    conditions = {one.get("type") for one in maps(status.get("conditions")) if _true(one)}
    if "Complete" in conditions:
        return done, wanted, READY
    if spec.get("suspend"):
        return done, wanted, OFF
    return done, wanted, FAILED if "Failed" in conditions else WAITING


def _old_news(live: Json) -> bool:
    """Whether the status is of what was wanted before."""
    generation = mapping(live.get("metadata")).get("generation", 0)
    return int(mapping(live.get("status")).get("observedGeneration", 0)) < int(generation)


def _on_delete(spec: Mapping[str, Any]) -> bool:
    return mapping(spec.get("updateStrategy")).get("type") == "OnDelete"


def _gave_up(status: Mapping[str, Any]) -> bool:
    reasons = {one.get("reason") for one in maps(status.get("conditions")) if not _true(one)}
    return "ProgressDeadlineExceeded" in reasons


def _true(condition: Mapping[str, Any]) -> bool:
    return condition.get("status") == "True"


def _pods(live: Json, facts: Facts) -> tuple[Json, ...]:
    """Its pods, without those that have ended well or are ending."""
    selector = mapping(mapping(live.get("spec")).get("selector"))
    return tuple(
        pod
        for pod in facts.of("Pod")
        if selected(selector, labels_of(pod))
        and "deletionTimestamp" not in pod["metadata"]
        and mapping(pod.get("status")).get("phase") != "Succeeded"
    )


def _is_primary(pod: Json) -> bool:
    return labels_of(pod).get("role") in _PRIMARY


def _images(live: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the containers that run beside each other, the first one first: `backend:v2.1.0`."""
    pod = mapping(mapping(mapping(live.get("spec")).get("template")).get("spec"))
    names = (str(one.get("image", "")) for one in maps(pod.get("containers")))
    return tuple(dict.fromkeys(_short(name) for name in names))


def _short(image: str) -> str:
    name, _, digest = image.partition("@")
    last = name.rpartition("/")[2]
    return last if ":" in last or not digest else f"{last}@{digest[:19]}"


def _restarts(pods: tuple[Json, ...]) -> Restarts:
    statuses = [
        status
        for pod in pods
        for field in ("containerStatuses", "initContainerStatuses")
        for status in maps(mapping(pod.get("status")).get(field))
    ]
    count = sum(int(status.get("restartCount", 0)) for status in statuses)
    ended = [mapping(mapping(one.get("lastState")).get("terminated")) for one in statuses]
    last = max((one for one in ended if one), key=lambda one: one.get("finishedAt", ""), default={})
    reason = last.get("reason")
    if reason == "Error":  # says nothing
        reason = f"exit code {last.get('exitCode')}"
    return Restarts(count=count, reason=reason, at=last.get("finishedAt"))


def _autoscaler(one: Object, facts: Facts) -> Autoscaler | None:
    for live in facts.of("HorizontalPodAutoscaler"):
        spec, status = mapping(live.get("spec")), mapping(live.get("status"))
        aim = mapping(spec.get("scaleTargetRef"))
        if (aim.get("kind"), aim.get("name")) != (one.kind, one.name):
            continue
        bad = [
            f"{each.get('reason')}: {each.get('message')}"
            for each in maps(status.get("conditions"))
            if each.get("type") in ("AbleToScale", "ScalingActive") and not _true(each)
        ]
        return Autoscaler(
            name=name_of(live),
            current=int(status.get("currentReplicas") or 0),
            desired=int(status.get("desiredReplicas") or 0),
            minimum=int(spec.get("minReplicas") or 1),
            maximum=int(spec.get("maxReplicas") or 1),
            problem=bad[0] if bad else None,
        )
    return None


def _disruptions(live: Json, facts: Facts) -> int | None:
    template = mapping(mapping(live.get("spec")).get("template"))
    labels = mapping(mapping(template.get("metadata")).get("labels"))
    for budget in facts.of("PodDisruptionBudget"):
        if selected(mapping(mapping(budget.get("spec")).get("selector")), labels):
            return int(mapping(budget.get("status")).get("disruptionsAllowed", 0))
    return None
