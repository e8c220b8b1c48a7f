"""What stands around the workloads: volume claims and scheduled jobs, backups among them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.check.objects import Object, mapping, maps
from generator.release.events import by_object
from generator.release.pods import words
from generator.release.status.facts import Facts, labels_of, name_of
from generator.release.status.model import (
    FAILED,
    MISSING,
    OFF,
    READY,
    WAITING,
    Claim,
    Schedule,
)
from generator.tools.kubectl import Json

_BACKUP = re.compile(r"backup|dump", re.IGNORECASE)


def claims(objects: tuple[Object, ...], facts: Facts) -> tuple[Claim, ...]:
    """The claims of the manifest, those that its StatefulSets made, and those of its pods."""
    wanted = _claimed(objects, facts)
    events = by_object(facts.of("Event"))
    return tuple(
        _claim(one, events[one["kind"], name_of(one)])
        for one in facts.of("PersistentVolumeClaim")
        if name_of(one) in wanted
    )


def schedules(objects: tuple[Object, ...], facts: Facts) -> tuple[Schedule, ...]:
    """The CronJobs of the manifest."""
    return tuple(_schedule(one, facts) for one in objects if one.kind == "CronJob")


def _claimed(objects: tuple[Object, ...], facts: Facts) -> frozenset[str]:
    names = {one.name for one in objects if one.kind == "PersistentVolumeClaim"}
    makers = [
        re.compile(rf"{re.escape(str(mapping(each.get('metadata')).get('name')))}-{one.name}-\d+")
        for one in objects
        if one.kind == "StatefulSet"
        for each in maps(one.spec.get("volumeClaimTemplates"))
    ]
    there = (name_of(one) for one in facts.of("PersistentVolumeClaim"))
    return frozenset(names | {name for name in there if any(m.fullmatch(name) for m in makers)})


def _claim(one: Json, events: Sequence[Json]) -> Claim:
    spec, status = mapping(one.get("spec")), mapping(one.get("status"))
    phase = str(status.get("phase", "Pending"))
    wanted = mapping(mapping(spec.get("resources")).get("requests")).get("storage", "")
    return Claim(
        name=name_of(one),
        state={"Bound": READY, "Lost": FAILED}.get(phase, WAITING),
        phase=phase,
        size=str(mapping(status.get("capacity")).get("storage") or wanted),
        storage_class=spec.get("storageClassName"),
        reason=words(str(events[-1].get("message"))) if events and phase != "Bound" else None,
    )


def _schedule(one: Object, facts: Facts) -> Schedule:
    live = facts.named(one.kind, one.name)
    spec, status = mapping((live or one.data).get("spec")), mapping((live or {}).get("status"))
    success, run = status.get("lastSuccessfulTime"), status.get("lastScheduleTime")
    state, reason = READY, None
    if live is None:
        state, reason = MISSING, "not in the cluster"
    elif spec.get("suspend"):
        state, reason = OFF, "suspended"
    elif run and not status.get("active") and (not success or success < run):
        state, reason = FAILED, "its last run did not succeed"
    elif not run:
        reason = "has not run yet"
    return Schedule(
        name=one.name,
        state=state,
        schedule=str(spec.get("schedule", "")),
        backup=bool(_BACKUP.search(str(labels_of(one.data).get("app.kubernetes.io/component")))),
        last_success=success,
        last_run=run,
        reason=reason,
    )
