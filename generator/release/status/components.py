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
from generator.release.why import Part, explain
from generator.tools.kubectl import Json

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
#: The group of databases that CloudNativePG keeps, and its label of the member that takes writes.
_CNPG, _CNPG_ROLE = "postgresql.cnpg.io", "cnpg.io/instanceRole"
#: What says why they are not ready.
_BELOW = ("ReplicaSet", "Pod", "PersistentVolumeClaim")
#: What operators of databases call the member that takes writes, in the label `role`.
_PRIMARY = ("primary", "master")


def components(objects: tuple[Object, ...], facts: Facts) -> tuple[Component, ...]:
    """The workloads that a manifest has, in its order."""
    live = [one for one in facts.items if one.get("kind") in (*_KINDS, *_BELOW) or _kept(one)]
    warnings = [one for one in facts.of("Event") if one.get("type") != "Normal"]
    parts = {part.title: part for part in explain(live, warnings)}
    return tuple(
        _component(one, facts, parts)
        for one in objects
        if one.kind in _KINDS or (one.kind, one.group) == ("Cluster", _CNPG)
    )


def _kept(live: Json) -> bool:
    """A Cluster of CloudNativePG."""
    group = str(live.get("apiVersion", "")).partition("/")[0]
    return (live.get("kind"), group) == ("Cluster", _CNPG)


def _component(one: Object, facts: Facts, parts: Mapping[str, Part]) -> Component:
    live, part = facts.named(one.kind, one.name), parts.get(f"{one.kind}/{one.name}")
    if live is None or part is None:
        hidden = f"{one.kind.lower()}s" in facts.unknown
        return Component(
            kind=one.kind,
            name=one.name,
            state=WAITING if hidden else MISSING,
            ready=0,
            wanted=int(one.spec.get("replicas", one.spec.get("instances", 1))),
            images=_images(one.data),
            restarts=Restarts(count=0),
            reasons=("you may not read it" if hidden else "not in the cluster",),
        )
    pods = _pods(live, facts)
    ready = _ready(live, part)
    state = _state(live, part, ready)
    return Component(
        kind=one.kind,
        name=one.name,
        state=state,
        ready=ready,
        wanted=part.wanted,
        images=_images(live),
        restarts=_restarts(pods),
        autoscaler=_autoscaler(one, facts),
        disruptions=_disruptions(live, facts),
        primary=next((name_of(pod) for pod in pods if _is_primary(pod)), None),
        reasons=() if state == OFF else part.reasons,
    )


def _ready(live: Json, part: Part) -> int:
    """How many serve, those of an old revision among them: unlike a deployment, users count."""
    if live["kind"] == "Job" or _kept(live):
        return part.ready
    field = "numberReady" if live["kind"] == "DaemonSet" else "readyReplicas"
    return int(mapping(live.get("status")).get(field, 0))


def _state(live: Json, part: Part, ready: int) -> str:
    if part.done:
        return OFF if part.wanted == ready == 0 else READY
    if live["kind"] == "Job" and mapping(live.get("spec")).get("suspend"):
        return OFF
    return FAILED if part.failed else WAITING


def _pods(live: Json, facts: Facts) -> tuple[Json, ...]:
    """Its pods, without those that have ended well or are ending."""
    selector = mapping(mapping(live.get("spec")).get("selector"))
    if _kept(live):
        selector = {
            "matchLabels": {"cnpg.io/cluster": name_of(live), "cnpg.io/podRole": "instance"}
        }
    return tuple(
        pod
        for pod in facts.of("Pod")
        if selected(selector, labels_of(pod))
        and "deletionTimestamp" not in pod["metadata"]
        and mapping(pod.get("status")).get("phase") != "Succeeded"
    )


def _is_primary(pod: Json) -> bool:
    labels = labels_of(pod)
    return labels.get("role", labels.get(_CNPG_ROLE)) in _PRIMARY


def _images(live: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the containers that run beside each other, the first one first: `backend:v2.1.0`."""
    if _kept(live):
        return (_short(str(mapping(live.get("spec")).get("imageName", ""))),)
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
            if each.get("type") in ("AbleToScale", "ScalingActive") and each.get("status") != "True"
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
