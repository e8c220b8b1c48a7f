"""What of a release is not ready yet, and why: from objects, pods and events, as the API has them.

    Deployment/backend 1 of 2: backend-7d9f-x2x: image shop/backend:v3 can't be pulled: not found

Nothing is asked here: whoever watches a cluster brings what it saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.release.events import by_object
from generator.release.pods import pod_reason, ready, short, words
from generator.tools.kubectl import Json

#: How many pods of one trouble are named.
_NAMED = 2
_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One object of the release that takes time. `reasons` say why it is not `done` yet."""

    title: str
    ready: int
    wanted: int
    done: bool
    failed: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """`Deployment/backend 1 of 2: why`."""
        why = f": {'; '.join(self.reasons)}" if self.reasons else ""
        return f"{self.title} {self.ready} of {self.wanted}{why}"


def explain(objects: Sequence[Json], events: Sequence[Json]) -> tuple[Part, ...]:
    """The state of everything among `objects` that takes time, in their order.

    `objects` are workloads with their ReplicaSets, pods and claims, and custom resources with a
    Ready condition; `events` are the warnings of the namespace.
    """
    return tuple(_Scene(objects, events).parts())


class _Scene:
    def __init__(self, objects: Sequence[Json], events: Sequence[Json]) -> None:
        self._objects = objects
        self._below: dict[str, list[Json]] = defaultdict(list)
        self._claims: dict[str, Json] = {}
        self._events = by_object(events)
        for one in objects:
            for owner in one["metadata"].get("ownerReferences") or ():
                self._below[owner["uid"]].append(one)
            if one["kind"] == "PersistentVolumeClaim":
                self._claims[one["metadata"]["name"]] = one

    def parts(self) -> Iterator[Part]:
        for one in self._objects:
            kind = one["kind"]
            if kind in ("Pod", "ReplicaSet", "PersistentVolumeClaim"):
                if kind == "Pod" and not one["metadata"].get("ownerReferences"):
                    yield self._bare(one)
            elif kind == "Deployment":
                yield self._deployment(one)
            elif kind in ("StatefulSet", "DaemonSet"):
                yield self._set(one)
            elif kind == "Job":
                if not any(o["kind"] == "CronJob" for o in _owners(one)):
                    yield self._job(one)
            elif one.get("apiVersion", "").startswith("postgresql.cnpg.io/"):
                yield _database(one)
            elif part := _conditioned(one):
                yield part

    def _deployment(self, one: Json) -> Part:
        status, wanted = one.get("status") or {}, one["spec"].get("replicas", 1)
        updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
        sets = [o for o in self._below[one["metadata"]["uid"]] if o["kind"] == "ReplicaSet"]
        newest = max(sets, key=_revision, default=None)
        # The Deployment's own count of available pods has those of the old revision in it.
        there = (newest or one).get("status") or {}
        good = min(updated, there.get("availableReplicas", 0), wanted)
        done = _observed(one) and good >= wanted and total <= updated
        late = _condition(one, "Progressing").get("reason") == "ProgressDeadlineExceeded"
        reasons: list[str] = []
        if not done:
            reasons += self._refused(newest or one)
            reasons += self._pods(newest or one)
        if not done and not reasons:
            reasons += _deployment_rests(one, updated, total, wanted)
        return Part(
            title=_title(one),
            ready=good,
            wanted=wanted,
            done=done,
            failed=late and not done,
            reasons=tuple(reasons),
        )

    def _set(self, one: Json) -> Part:
        status = one.get("status") or {}
        if one["kind"] == "DaemonSet":
            wanted = status.get("desiredNumberScheduled", 0)
            updated, good = status.get("updatedNumberScheduled", 0), status.get("numberReady", 0)
        else:
            wanted = one["spec"].get("replicas", 1)
            updated, good = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
        if (one["spec"].get("updateStrategy") or {}).get("type") != "OnDelete":
            good = min(good, updated)
        done = _observed(one) and good >= wanted
        reasons: tuple[str, ...] = ()
        if not done:
            reasons = (*self._refused(one), *self._pods(one)) or tuple(
                _set_rests(one, updated, wanted)
            )
        return Part(
            title=_title(one), ready=min(good, wanted), wanted=wanted, done=done, reasons=reasons
        )

    def _job(self, one: Json) -> Part:
        wanted = one["spec"].get("completions") or 1
        good = (one.get("status") or {}).get("succeeded", 0)
        failed = _condition(one, "Failed")
        done = _condition(one, "Complete").get("status") == "True"
        reasons: tuple[str, ...] = ()
        if failed.get("status") == "True":
            reasons = (f"failed: {short(failed.get('message', ''))}", *self._pods(one))
        elif not done:
            reasons = (*self._refused(one), *self._pods(one))
        return Part(
            title=_title(one),
            ready=min(good, wanted),
            wanted=wanted,
            done=done,
            failed=failed.get("status") == "True",
            reasons=reasons,
        )

    def _bare(self, pod: Json) -> Part:
        done = ready(pod) or (pod.get("status") or {}).get("phase") == "Succeeded"
        why = None if done else self._pod(pod)
        return Part(
            title=_title(pod), ready=int(done), wanted=1, done=done, reasons=(why,) if why else ()
        )

    def _refused(self, one: Json) -> tuple[str, ...]:
        """Why the API server does not take the pods of a controller."""
        failure = _condition(one, "ReplicaFailure")
        if failure.get("status") == "True":
            return (f"its pods are refused: {words(failure.get('message', ''))}",)
        if one["kind"] == "ReplicaSet":  # its condition would say so
            return ()
        found = [e for e in self._of(one) if e.get("reason") == "FailedCreate"]
        return (f"its pods are refused: {words(found[-1].get('message', ''))}",) if found else ()

    def _pods(self, owner: Json) -> tuple[str, ...]:
        """The reasons of its pods, those of the same trouble together."""
        by_reason: dict[str, list[str]] = defaultdict(list)
        for pod in self._below[owner["metadata"]["uid"]]:
            if pod["kind"] == "Pod" and (why := self._pod(pod)):
                by_reason[why].append(pod["metadata"]["name"])
        return tuple(f"{_named(names)}: {why}" for why, names in by_reason.items())

    def _pod(self, pod: Json) -> str | None:
        return pod_reason(pod, self._of(pod), self._claim_trouble(pod))

    def _claim_trouble(self, pod: Json) -> str | None:
        """Why a volume of the pod is not there."""
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            claim = self._claims.get(name) if name else None
            if claim is None or (claim.get("status") or {}).get("phase") != "Pending":
                continue
            if found := self._of(claim):
                return f"volume {name} is not there yet: {words(found[-1].get('message', ''))}"
        return None

    def _of(self, one: Json) -> Sequence[Json]:
        return self._events[one["kind"], one["metadata"]["name"]]


def _set_rests(one: Json, updated: int, wanted: int) -> Iterator[str]:
    if not _observed(one):
        yield "not looked at by its controller yet"
    elif updated < wanted:
        yield f"{wanted - updated} pods still to be made anew"


def _deployment_rests(one: Json, updated: int, total: int, wanted: int) -> Iterator[str]:
    status = one.get("status") or {}
    if not _observed(one):
        yield "not looked at by its controller yet"
    elif one["spec"].get("paused"):
        yield "its rollout is paused: kubectl rollout resume"
    elif updated < wanted:
        yield f"{wanted - updated} pods still to be made anew"
    elif status.get("readyReplicas", 0) > status.get("availableReplicas", 0):
        yield f"ready, and must stay so for {one['spec'].get('minReadySeconds', 0)} s"
    elif total > updated:
        yield f"{total - updated} old pods still to end"


def _conditioned(one: Json) -> Part | None:
    """A custom resource that says itself whether it is ready."""
    status = one.get("status") or {}
    if not status and one["kind"] == "Ingress":
        return None
    found = _condition(one, "Ready")
    done = found.get("status") == "True"
    why = found.get("message") or "its controller has not said anything yet"
    return Part(
        title=_title(one),
        ready=int(done),
        wanted=1,
        done=done,
        reasons=() if done else (short(str(why)),),
    )


def _database(one: Json) -> Part:
    """A Cluster of CloudNativePG: its members, and what its operator is about."""
    status, wanted = one.get("status") or {}, one["spec"].get("instances", 1)
    good = min(status.get("readyInstances", 0), wanted)
    done = _condition(one, "Ready").get("status") == "True" and good >= wanted
    said = [str(status[key]) for key in ("phase", "phaseReason") if status.get(key)]
    why = ": ".join(said) or "its operator has not said anything yet"
    return Part(
        title=_title(one),
        ready=good,
        wanted=wanted,
        done=done,
        reasons=() if done else (short(why),),
    )


def _title(one: Json) -> str:
    return f"{one['kind']}/{one['metadata']['name']}"


def _owners(one: Json) -> Sequence[Mapping[str, str]]:
    return one["metadata"].get("ownerReferences") or ()


def _revision(one: Json) -> int:
    return int((one["metadata"].get("annotations") or {}).get(_REVISION, 0))


def _observed(one: Json) -> bool:
    seen = (one.get("status") or {}).get("observedGeneration", 0)
    return bool(seen >= one["metadata"].get("generation", 0))


def _condition(one: Json, kind: str) -> Mapping[str, str]:
    conditions = (one.get("status") or {}).get("conditions") or ()
    return next((c for c in conditions if c.get("type") == kind), {})


def _named(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(sorted(names)[:_NAMED]) + more
