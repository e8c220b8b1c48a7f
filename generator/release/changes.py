"""What an upgrade would do to the cluster: objects made, changed, removed, or refused.

The API server itself says what each object would be, in a dry run as the manager that Helm is.
Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.check.objects import Object
from generator.release import immutable
from generator.release.difference import Change, compare
from generator.release.dryrun import HELM, Key, dry_run, live_key, spoken
from generator.release.facts import Apis
from generator.release.history import History
from generator.release.ownership import Owner, taken
from generator.release.target import Target, World
from generator.release.threeway import overlaid, without
from generator.tools.kubectl import ClusterError, Json

CREATED, CHANGED, REMOVED, REPLACED, KEPT = "created", "changed", "removed", "replaced", "kept"
#: The order in which they are told.
ACTIONS = (CREATED, CHANGED, REPLACED, REMOVED, KEPT)

#: The manager that `deploy` is when it applies the namespace.
MANAGER = "generator"

_POLICY = "helm.sh/resource-policy"


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectChange:
    """What would happen to one object.

    `refused` is what the API server said to it. `taken` are fields that others wrote and that the
    upgrade writes. `kept` objects are no part of the release any more, but are left alone.
    """

    action: str
    api_version: str
    kind: str
    namespace: str
    name: str
    path: str
    fields: tuple[Change, ...] = ()
    taken: Mapping[Owner, tuple[str, ...]] = field(default_factory=dict)
    refused: str | None = None
    recipe: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Changes:
    """All that an upgrade would do, and what it was compared with.

    `asked` is false where the namespace is not there yet: then nobody can know whether the API
    server would take the objects.
    """

    objects: tuple[ObjectChange, ...]
    unchanged: int
    server_side: bool
    asked: bool
    live: Mapping[Key, Json] = field(repr=False)
    strangers: tuple[Object, ...] = ()  # live, yet not in the last revision

    def of(self, action: str) -> tuple[ObjectChange, ...]:
        return tuple(one for one in self.objects if one.action == action)

    @property
    def pending(self) -> bool:
        return any(one.action != KEPT for one in self.objects)


def key_of(one: Object) -> Key:
    return (one.group, one.kind, one.namespace, one.name)


def server_side(world: World, history: History) -> bool:
    """Whether Helm will apply server-side: Helm 4, unless the release was made otherwise."""
    last = history.deployed or history.last
    return world.helm.version >= (4, 0, 0) and (last is None or last.server_side)


def find_changes(
    target: Target,
    world: World,
    history: History,
    objects: Sequence[Object],
    apis: Apis,
    *,
    absent: frozenset[str],
) -> Changes:
    """Compare what is wanted with what is there. `objects` come without hooks.

    Kinds that the cluster does not serve are left out: a check of their own tells of them. The
    API server cannot be asked about objects in namespaces that are `absent`.
    """
    old = _old(history)
    known = [_sendable(one, target, apis) for one in objects if _served(one, apis)]
    before = [one for one in old.values() if _served(one, apis)]
    every = {key_of(one): one for one in (*before, *known)}
    live = {live_key(one): one for one in world.kubectl.present([_name(o) for o in every.values()])}
    reach = [one for one in known if one.namespace not in absent]
    after = dry_run(world.kubectl, [one.data for one in reach])
    ssa = server_side(world, history)
    scene = _Scene(live=live, old=old, after=after, server_side=ssa)
    judged = [scene.judge(one) for one in known]
    gone = [scene.gone(one) for key, one in old.items() if key not in {key_of(o) for o in known}]
    found = [one for one in (*judged, *gone) if one is not None]
    return Changes(
        objects=tuple(sorted(found, key=lambda o: (ACTIONS.index(o.action), o.kind, o.name))),
        unchanged=sum(one is None for one in judged),
        server_side=ssa,
        asked=target.namespace not in absent,
        live=live,
        strangers=tuple(o for o in known if key_of(o) in live and key_of(o) not in old),
    )


def namespace_change(target: Target, world: World, live: Json | None) -> ObjectChange | None:
    """What `deploy` would do to the namespace before the release; None if nothing."""
    wanted = target.namespace_manifest
    fields: tuple[Change, ...] = ()
    refused = None
    if live is not None:
        try:
            after = world.kubectl.apply(wanted, manager=MANAGER, dry_run=True, force=True)
        except ClusterError as error:
            if error.reason == "forbidden":
                return None  # `deploy` then works in the namespace as it is
            after, refused = live, spoken(error)
        fields = compare(live, after)
        if not fields and refused is None:
            return None
    return ObjectChange(
        action=CREATED if live is None else CHANGED,
        api_version="v1",
        kind="Namespace",
        namespace="",
        name=target.namespace,
        path=f"charts/{target.chart.name}/files/namespace.yaml",
        fields=fields,
        refused=refused,
    )


@dataclass(frozen=True, kw_only=True)
class _Scene:
    live: Mapping[Key, Json]
    old: Mapping[Key, Object]
    after: Mapping[Key, Json | ClusterError]
    server_side: bool

    def judge(self, one: Object) -> ObjectChange | None:
        """What becomes of a wanted object; None if nothing."""
        key = key_of(one)
        live, answer = self.live.get(key), self.after.get(key)
        if live is None:
            message = spoken(answer) if isinstance(answer, ClusterError) else None
            return _change(one, CREATED, refused=message)
        old = self.old.get(key)
        if answer is None or isinstance(answer, ClusterError):
            after: Json = overlaid(live, one.data)
        else:
            after = answer
        if old is not None and (not self.server_side or answer is not after):
            after = without(after, old.data, one.data)
        fields = compare(live, after)
        if isinstance(answer, ClusterError):
            return self._refused(one, live, fields, spoken(answer))
        if not fields:
            return None
        return _change(one, CHANGED, fields=fields, taken=taken(live, after, HELM))

    def _refused(
        self, one: Object, live: Json, fields: tuple[Change, ...], message: str
    ) -> ObjectChange:
        if not immutable.refused(message):
            return _change(one, CHANGED, fields=fields, refused=message)
        return _change(
            one,
            REPLACED,
            fields=fields,
            refused=message,
            recipe=immutable.recipe(live, fields),
        )

    def gone(self, one: Object) -> ObjectChange | None:
        """What becomes of an object that is wanted no more; None if it is not there."""
        live = self.live.get(key_of(one))
        if live is None:
            return None
        notes = live["metadata"].get("annotations") or {}
        keep = "keep" in (notes.get(_POLICY), one.annotations.get(_POLICY))
        return _change(one, KEPT if keep else REMOVED)


def _change(
    one: Object,
    action: str,
    *,
    fields: tuple[Change, ...] = (),
    taken: Mapping[Owner, tuple[str, ...]] | None = None,
    refused: str | None = None,
    recipe: tuple[str, ...] = (),
) -> ObjectChange:
    return ObjectChange(
        action=action,
        api_version=one.api_version,
        kind=one.kind,
        namespace=one.namespace,
        name=one.name,
        path=one.path,
        fields=fields,
        taken=taken or {},
        refused=refused,
        recipe=recipe,
    )


def _old(history: History) -> dict[Key, Object]:
    """The objects that the upgrade starts from: Helm looks at no others."""
    last = history.deployed or history.last
    return {key_of(one): one for one in last.objects} if last else {}


def _served(one: Object, apis: Apis) -> bool:
    return one.kind in (apis.get(one.api_version) or {})


def _name(one: Object) -> Json:
    metadata = {"name": one.name, **({"namespace": one.namespace} if one.namespace else {})}
    return {"apiVersion": one.api_version, "kind": one.kind, "metadata": metadata}


def _sendable(one: Object, target: Target, apis: Apis) -> Object:
    """As Helm sends it: with its marks, and with a namespace where the kind has one."""
    namespaced = (apis[one.api_version] or {})[one.kind].namespaced
    metadata = {key: value for key, value in one.metadata.items() if key != "namespace"}
    if namespaced:
        metadata["namespace"] = one.namespace or target.namespace
    metadata["labels"] = {**one.labels, "app.kubernetes.io/managed-by": "Helm"}
    metadata["annotations"] = {
        **one.annotations,
        "meta.helm.sh/release-name": target.release,
        "meta.helm.sh/release-namespace": target.namespace,
    }
    return Object(
        api_version=one.api_version,
        kind=one.kind,
        name=one.name,
        namespace=metadata.get("namespace", ""),
        path=one.path,
        data={**one.data, "metadata": metadata},
    )
