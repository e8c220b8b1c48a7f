"""How Helm shall wait for a chart's objects, and why so.

Helm 4 has two ways. `watcher` asks kstatus, which reads the conditions of any object, so it waits
for custom resources, too. `legacy` knows Kubernetes' own kinds only. A custom resource whose
readiness waits on somebody outside (a certificate authority, a store of secrets) would make a good
deployment fail and roll back; what really needs it, a pod, is waited for in any case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.check.objects import Object
from generator.tools.releases import LEGACY, WATCHER

#: Kinds that take effect as they are stored: they have no condition that kstatus would wait for.
AT_ONCE = frozenset(
    {
        "AuthorizationPolicy",
        "ClusterSecretStore",
        "DestinationRule",
        "GRPCRoute",
        "Gateway",
        "HTTPRoute",
        "ObjectStore",
        "PeerAuthentication",
        "PodMonitor",
        "Policy",
        "Probe",
        "PrometheusRule",
        "ReferenceGrant",
        "ScheduledBackup",
        "ServiceEntry",
        "ServiceMonitor",
        "Sidecar",
        "Telemetry",
        "VerticalPodAutoscaler",
        "VirtualServer",
        "VirtualService",
    }
)
#: Kinds that become ready when somebody outside the release has done something.
OUTSIDE = {
    "Certificate": "its authority",
    "Cluster": "its operator",
    "ExternalSecret": "its store",
    "Issuer": "its authority",
    "PushSecret": "its store",
    "ScaledJob": "its triggers",
    "ScaledObject": "its triggers",
    "SealedSecret": "its controller's key",
}
#: Those whose pods are no part of the release: only who connects waits for them.
_OPERATED = frozenset({"Cluster"})
#: Groups of Kubernetes itself; every other group with a dot in its name is of custom resources.
_OWN = (".k8s.io",)
_FOREIGN = frozenset(
    {"gateway.networking.k8s.io", "autoscaling.k8s.io", "policy.networking.k8s.io"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Helm's word for the way, and the reason to print."""

    how: str
    reason: str


def choose(objects: Iterable[Object], helm: tuple[int, int, int]) -> Wait:
    """The way for these objects with this Helm."""
    if helm < (4, 0, 0):
        return Wait(how=LEGACY, reason="Helm 3 has no other way")
    kinds = sorted({one.kind for one in objects if is_custom(one)})
    for kind in kinds:
        if kind in OUTSIDE:
            why = f"{kind} becomes ready only when {OUTSIDE[kind]} has answered"
            rest = "who connects waits for it" if kind in _OPERATED else "its pods are waited for"
            return Wait(how=LEGACY, reason=f"{why}; {rest}")
    for kind in kinds:
        if kind not in AT_ONCE:
            return Wait(how=LEGACY, reason=f"what makes a {kind} ready is not known")
    if kinds:
        return Wait(how=WATCHER, reason=f"{', '.join(kinds)} take effect at once")
    return Wait(how=WATCHER, reason="only kinds of Kubernetes' own")


def is_custom(one: Object) -> bool:
    """Whether the kind is no part of Kubernetes: a CRD brings it."""
    if "." not in one.group:
        return False
    return one.group in _FOREIGN or not one.group.endswith(_OWN)


def conditioned(objects: Iterable[Object]) -> tuple[str, ...]:
    """The custom kinds, as kubectl names them, whose Ready condition is worth showing."""
    found = {(one.kind, one.group) for one in objects if one.kind in OUTSIDE and is_custom(one)}
    return tuple(sorted(f"{kind.lower()}s.{group}" for kind, group in found))
