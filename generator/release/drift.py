"""Where the cluster is not what a release's manifest says: field by field, with who wrote it.

Only fields that the manifest sets are compared: what the server fills in and what controllers add
is theirs. So are the replicas of what an autoscaler scales.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.check.objects import Object, mapping, maps
from generator.release.difference import Change, Step, compare, named, names_of
from generator.release.dryrun import Key, live_key
from generator.release.history import told_history
from generator.release.target import Target
from generator.tools.kubectl import ClusterError, Json, Kubectl

MISSING, CHANGED, UNKNOWN = "missing", "changed", "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field that is not as the release says: `change.before` there, `change.after` here.

    `owner` is the program that wrote it last, `at` when; both are None where nobody knows.
    """

    change: Change
    owner: str | None = None
    at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drifted:
    """One object that is not as the release says."""

    kind: str
    name: str
    namespace: str
    state: str  # missing, changed; unknown: it may not be read, or its kind is not served
    fields: tuple[Field, ...] = ()
    reason: str | None = None

    @property
    def title(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """A release against the cluster. `revision` is None where it is not installed."""

    release: str
    namespace: str
    revision: int | None
    objects: tuple[Drifted, ...]
    same: int


def read_drift(target: Target, kubectl: Kubectl) -> Drift:
    """Compare the revision that runs with the cluster. Only reads."""
    revision = told_history(target, kubectl).deployed
    if revision is None:
        return Drift(
            release=target.release, namespace=target.namespace, revision=None, objects=(), same=0
        )
    wanted = revision.objects
    live, unread = _live(kubectl, [_asked(one) for one in wanted])
    scalers = _autoscalers(kubectl, target.namespace)
    scaled = frozenset(_scaled([*scalers, *(one.data for one in wanted)]))
    found = [_drifted(one, live, unread, scaled) for one in wanted]
    return Drift(
        release=target.release,
        namespace=target.namespace,
        revision=revision.number,
        objects=tuple(one for one in found if one),
        same=sum(one is None for one in found),
    )


def drift_of(wanted: Json, live: Json, *, scaled: bool = False) -> tuple[Field, ...]:
    """The fields of one object. With `scaled` its replicas are an autoscaler's."""
    told = _told(wanted)
    if scaled:
        told = {**told, "spec": {k: v for k, v in told["spec"].items() if k != "replicas"}}
    changes = compare(told, _only(_told(live), told, ""))
    entries = maps(mapping(live.get("metadata")).get("managedFields"))
    fields = (
        Field(change=change, owner=owner, at=at)
        for change in changes
        for owner, at in [_writer(entries, change.steps)]
    )
    return tuple(one for one in fields if not _filled_in(one))


def _filled_in(field: Field) -> bool:
    """Whether the manifest left it to the server, as `clusterIP: ""` does, and no hand wrote it."""
    return field.change.before == "" and (field.owner or "helm").startswith("helm")


def _told(data: Json) -> dict[str, Any]:
    """An object as it is compared: without nulls, a Secret's text as the server keeps it."""
    told: dict[str, Any] = _bare({key: data[key] for key in data if key != "status"})
    if text := mapping(told.pop("stringData", None)):
        import base64

        kept = {k: base64.b64encode(str(v).encode()).decode() for k, v in text.items()}
        told["data"] = {**mapping(told.get("data")), **kept}
    return told


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if inner is not None}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _only(live: Any, wanted: Any, key: str) -> Any:
    """Of what is there, the fields that are wanted. What is the same in other words is wanted."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        return {k: _only(live[k], inner, k) for k, inner in wanted.items() if k in live} | {
            k: inner for k, inner in wanted.items() if k not in live and _is_default(inner)
        }
    if isinstance(live, list) and isinstance(wanted, list):
        return _only_items(live, wanted, key)
    return wanted if _same(live, wanted) else live


def _only_items(live: list[Any], wanted: list[Any], key: str) -> list[Any]:
    names = names_of(key, wanted) if wanted else None
    if names and names_of(key, live) == names:
        there = {named(item, names): item for item in live}
        pairs = ((item, there.get(named(item, names))) for item in wanted)
        return [_only(found, item, "") for item, found in pairs if found is not None]
    if len(live) == len(wanted):
        return [_only(a, b, "") for a, b in zip(live, wanted, strict=True)]
    return live


def _is_default(value: Any) -> bool:
    """What the server does not keep: it is the same as not to be written."""
    return value in ("", False) or value == 0 or value == {} or value == []


def _same(live: Any, wanted: Any) -> bool:
    """Whether two words mean one: quantities above all, `1` and `1000m`."""
    if live == wanted or (not live and not wanted):
        return True
    from generator.check.quantity import parse

    if isinstance(live, (str, int, float)) and isinstance(wanted, (str, int, float)):
        one, other = parse(live), parse(wanted)
        return one is not None and one == other and str in (type(live), type(wanted))
    return False


def _live(kubectl: Kubectl, manifests: Sequence[Json]) -> tuple[dict[Key, Json], dict[Key, str]]:
    """What is there, and what could not be asked for, with the reason: one call, or halves."""
    try:
        return {live_key(one): one for one in kubectl.present(manifests)}, {}
    except ClusterError as error:
        if error.reason not in ("forbidden", "unknown-kind", "missing"):
            raise
        if len(manifests) == 1:
            return {}, {live_key(manifests[0]): _WHY[error.reason]}
    half = len(manifests) // 2
    parts = [_live(kubectl, some) for some in (manifests[:half], manifests[half:])]
    (first, hidden), (second, more) = parts
    return {**first, **second}, {**hidden, **more}


_WHY = {
    "forbidden": "you may not read it",
    "unknown-kind": "the cluster does not serve its kind any more",
    "missing": "the cluster does not serve its kind any more",
}


def _asked(one: Object) -> Json:
    metadata = {"name": one.name, **({"namespace": one.namespace} if one.namespace else {})}
    return {"apiVersion": one.api_version, "kind": one.kind, "metadata": metadata}


def _autoscalers(kubectl: Kubectl, namespace: str) -> tuple[Json, ...]:
    """Those that the release did not make, too: by hand, or by KEDA."""
    try:
        return kubectl.list("horizontalpodautoscalers.autoscaling", namespace=namespace)
    except ClusterError as error:
        if error.reason != "forbidden":
            raise
        return ()


def _scaled(objects: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for one in objects:
        if one.get("kind") in ("HorizontalPodAutoscaler", "ScaledObject"):
            aim = mapping(mapping(one.get("spec")).get("scaleTargetRef"))
            yield str(aim.get("kind", "Deployment")), str(aim.get("name"))


def _drifted(
    one: Object,
    live: Mapping[Key, Json],
    unread: Mapping[Key, str],
    scaled: frozenset[tuple[str, str]],
) -> Drifted | None:
    key = live_key(_asked(one))
    base = Drifted(kind=one.kind, name=one.name, namespace=one.namespace, state=CHANGED)
    if key in unread:
        return replace(base, state=UNKNOWN, reason=unread[key])
    if key not in live:
        return replace(base, state=MISSING)
    fields = drift_of(one.data, live[key], scaled=(one.kind, one.name) in scaled)
    return replace(base, fields=fields) if fields else None


def _writer(
    entries: Sequence[Mapping[str, Any]], steps: Sequence[Step]
) -> tuple[str | None, str | None]:
    """Who wrote a field last, and when: `kubectl-edit`, `kubectl (scale)`."""
    owners = [one for one in entries if _owns(mapping(one.get("fieldsV1")), steps)]
    owners = [one for one in owners if one.get("subresource") != "status"]
    last = max(owners, key=lambda one: str(one.get("time", "")), default=None)
    if last is None:
        return None, None
    part = last.get("subresource")
    return f"{last.get('manager')}{f' ({part})' if part else ''}", last.get("time")


def _owns(fields: Mapping[str, Any], steps: Sequence[Step]) -> bool:
    """Whether a manager's fields have this one, or stop above it: then all below is the owner's."""
    for step in steps:
        if isinstance(step, tuple):
            fits = [key for key in fields if key.startswith("k:") and _item(key, step)]
            found = fields[fits[0]] if fits else None
        else:
            found = fields.get(f"f:{step}")
        if found is None:
            return False
        if not found:
            return True
        fields = mapping(found)
    return True


def _item(key: str, step: tuple[tuple[str, Any], ...]) -> bool:
    names = json.loads(key.removeprefix("k:"))
    return all(names.get(name, value) == value for name, value in step)
