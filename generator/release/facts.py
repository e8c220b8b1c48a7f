"""What a plan must know of the cluster, asked at once: APIs, classes, nodes, quotas, Secrets.

What the user may not read is None: a check that needs it says so, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from generator.check.objects import Object
from generator.release.rights import Right, denied, needed
from generator.tools import pool
from generator.tools.kubectl import ClusterError, Json, Kubectl

#: Calls at once: the cluster has others to serve, and this machine often two cores.
WORKERS = 4

_RUNNING = "status.phase!=Succeeded,status.phase!=Failed"

_TOUCH = frozenset({"create", "get", "patch"})

Items = tuple[Json, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """One kind that the cluster serves: what its paths call it, and whether it has namespaces."""

    resource: str
    namespaced: bool


#: By apiVersion, then kind; None where the cluster does not serve the version.
Apis = Mapping[str, Mapping[str, Api] | None]


@dataclass(frozen=True, kw_only=True)
class Server:
    """Which cluster it is. `id` stays the same as long as the cluster lives."""

    version: str  # 1.37.2
    kubectl: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The answers for one release."""

    server: Server
    namespace: Json | None
    apis: Apis = field(default_factory=dict)
    served: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # versions, by group
    storage_classes: Items = None
    ingress_classes: Items = None
    gateway_classes: Items = None
    nodes: Items = None
    pods: Items = None  # of all namespaces
    quotas: Items = None  # of the release's namespace
    secrets: Items = None  # those that the release needs
    homeless: frozenset[str] = frozenset()  # namespaces of objects that nobody makes
    denied: tuple[Right, ...] = ()

    def permitted(self) -> Apis:
        """The kinds that the user may work with."""
        no = {(right.group, right.resource) for right in self.denied if right.verb in _TOUCH}
        return {
            version: None
            if kinds is None
            else {
                kind: api
                for kind, api in kinds.items()
                if (version.rpartition("/")[0], api.resource) not in no
            }
            for version, kinds in self.apis.items()
        }

    def serves(self, one: Object) -> Api | None:
        """How the cluster serves an object's kind, None if it does not."""
        return (self.apis.get(one.api_version) or {}).get(one.kind)


def read_server(kubectl: Kubectl) -> Server:
    """The first question: nothing else makes sense if the cluster does not answer it."""
    versions = kubectl.versions()
    system = _allowed(partial(kubectl.get, "namespace", "kube-system"))
    return Server(
        version=_number(versions.get("serverVersion")),
        kubectl=_number(versions.get("clientVersion")),
        id=str(system["metadata"]["uid"]) if system else "",
    )


def read_namespaces(kubectl: Kubectl, names: Sequence[str]) -> Mapping[str, Json | None]:
    """The namespaces by name; None for those that are not there.

    Who may not look at namespaces may still work in one: then it is taken to be there.
    """
    asked = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n}} for n in names]
    found = _allowed(partial(kubectl.present, asked))
    if found is None:
        return {name: {"metadata": {"name": name}} for name in names}
    there = {one["metadata"]["name"]: one for one in found}
    return {name: there.get(name) for name in names}


def read_apis(kubectl: Kubectl, objects: Iterable[Object]) -> Apis:
    """The kinds of every API version that the objects are written in."""
    wanted = sorted({one.api_version for one in objects})
    calls = [partial(_kinds, kubectl, version) for version in wanted]
    return dict(zip(wanted, pool.together(calls, workers=WORKERS), strict=True))


def read_facts(
    kubectl: Kubectl,
    server: Server,
    namespace: Json | None,
    name: str,
    objects: Sequence[Object],
    apis: Apis,
    secrets: Sequence[str],
) -> Facts:
    """All the rest, for the objects of one release in the namespace `name`."""
    kinds = {one.kind for one in objects}
    absent = sorted({version for version, known in apis.items() if known is None})
    groups = sorted({version.rpartition("/")[0] for version in absent})
    asked: dict[str, Callable[[], Any]] = {
        "storage_classes": partial(_list, kubectl, "storageclasses"),
        "nodes": partial(_list, kubectl, "nodes"),
        "pods": partial(kubectl.list, "pods", field=_RUNNING),
        "denied": partial(denied, kubectl, needed(name, objects, apis)),
    }
    if "Ingress" in kinds:
        asked["ingress_classes"] = partial(_list, kubectl, "ingressclasses")
    if "Gateway" in kinds and apis.get("gateway.networking.k8s.io/v1"):
        asked["gateway_classes"] = partial(_list, kubectl, "gatewayclasses")
    if namespace is not None:
        asked["quotas"] = partial(_list, kubectl, "resourcequotas", name)
        asked["secrets"] = partial(_secrets, kubectl, name, secrets)
    calls = [partial(_allowed, call) for call in asked.values()]
    calls += [partial(_allowed, partial(_served, kubectl, group)) for group in groups]
    answers = pool.together(calls, workers=WORKERS)
    known = dict(zip(asked, answers, strict=False))
    known["denied"] = known["denied"] or ()
    served = dict(zip(groups, answers[len(asked) :], strict=True))
    return Facts(
        server=server,
        namespace=namespace,
        apis=apis,
        served={group: versions or () for group, versions in served.items()},
        **known,
    )


def _number(version: Json | None) -> str:
    return str((version or {}).get("gitVersion", "")).removeprefix("v")


def _path(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def _kinds(kubectl: Kubectl, version: str) -> Mapping[str, Api] | None:
    try:
        answer = kubectl.raw(_path(version))
    except ClusterError as error:
        if error.reason in ("missing", "unknown-kind"):
            return None
        raise
    return {
        one["kind"]: Api(resource=one["name"], namespaced=one["namespaced"])
        for one in answer["resources"]
        if "/" not in one["name"]
    }


def _served(kubectl: Kubectl, group: str) -> tuple[str, ...]:
    answer = kubectl.raw(f"/apis/{group}")
    return tuple(one["groupVersion"] for one in answer["versions"])


def _list(kubectl: Kubectl, kind: str, namespace: str | None = None) -> tuple[Json, ...]:
    return kubectl.list(kind, namespace=namespace)


def _secrets(kubectl: Kubectl, namespace: str, names: Sequence[str]) -> tuple[Json, ...]:
    return kubectl.present(
        [
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": namespace},
            }
            for name in names
        ]
    )


def _allowed(call: Callable[[], Any]) -> Any:
    """What the call answers, None where the user may not ask or there is nothing to ask."""
    try:
        return call()
    except ClusterError as error:
        if error.reason in ("forbidden", "missing", "unknown-kind"):
            return None
        raise
