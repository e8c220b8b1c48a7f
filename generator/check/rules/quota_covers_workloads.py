"""The namespace's quota has room for all workloads at their most, in the middle of a rollout.

Else the autoscaler stops half-way, or a rollout hangs: pods are refused, and only the events of a
ReplicaSet say why. What a LimitRange would refuse is a finding too.

Good:

    kind: Deployment
    metadata: {name: a}
    spec:
      replicas: 2
      strategy: {rollingUpdate: {maxSurge: 1}}
      template: {spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}}
    ---
    kind: ResourceQuota
    metadata: {name: a}
    spec: {hard: {requests.cpu: "3", pods: "3"}}

Bad:

    kind: Deployment
    metadata: {name: a}
    spec:
      replicas: 2
      strategy: {rollingUpdate: {maxSurge: 1}}
      template: {spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}}
    ---
    kind: ResourceQuota
    metadata: {name: a}
    spec: {hard: {requests.cpu: "2"}}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from generator.check.objects import Object, Workload, mapping, maps
from generator.check.quantity import ONE, amount, readable
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "quota-covers-workloads"
SEVERITY = ERROR

_SIDES = ("requests", "limits")
#: `cpu` in a quota means `requests.cpu`.
_SHORT = ("cpu", "memory", "ephemeral-storage")
_STORAGE = "requests.storage"

Needs = defaultdict[str, int]


def check(rendering: Rendering) -> Iterator[Violation]:
    by_namespace: dict[str, Needs] = {}
    for quota in rendering.of("ResourceQuota"):
        if quota.spec.get("scopes") or quota.spec.get("scopeSelector"):
            continue  # for some of the pods only
        if quota.namespace not in by_namespace:
            by_namespace[quota.namespace] = _needed(rendering, quota.namespace)
        needed = by_namespace[quota.namespace]
        for name, hard in sorted(mapping(quota.spec.get("hard")).items()):
            need = needed[f"requests.{name}" if name in _SHORT else name]
            if need > amount(hard):
                message = f"spec.hard[{name}]: {hard} where all need {readable(need, name)}"
                yield Violation(quota, message, f"{name}: {readable(need, name)}, or fewer pods")
    for limits in rendering.of("LimitRange"):
        yield from _refused(limits, rendering)


def _needed(rendering: Rendering, namespace: str) -> Needs:
    needed = Needs(int)
    for workload in rendering.workloads:
        if workload.object.namespace == namespace:
            replicas = _replicas(workload, rendering)
            count = replicas + surge(workload, replicas)
            needed["pods"] += count * ONE
            for name, value in pod_needs(workload).items():
                needed[name] += value * count
            claims = maps(workload.object.spec.get("volumeClaimTemplates"))
            for spec in (mapping(claim.get("spec")) for claim in claims):
                _add_claim(needed, spec, replicas)
    for claim in rendering.of("PersistentVolumeClaim"):
        if claim.namespace == namespace:
            _add_claim(needed, claim.spec, 1)
    for service in rendering.of("Service"):
        if service.namespace == namespace:
            kind = service.spec.get("type")
            needed["services"] += ONE
            needed["services.loadbalancers"] += ONE if kind == "LoadBalancer" else 0
            if kind in ("LoadBalancer", "NodePort"):
                needed["services.nodeports"] += ONE * len(maps(service.spec.get("ports")))
    return needed


def pod_needs(workload: Workload) -> dict[str, int]:
    """What one pod counts for: its containers, or an init container that wants more.

    Sidecars start one after the other before the rest, and stay.
    """
    needs: dict[str, int] = {}
    for side in _SIDES:
        for name in _SHORT:
            main = [amount(mapping(c.resources.get(side)).get(name)) for c in workload.main]
            beside = most = 0
            for container in workload.containers:
                value = amount(mapping(container.resources.get(side)).get(name))
                if container.sidecar:
                    beside += value
                    most = max(most, beside)
                elif container.init:
                    most = max(most, beside + value)
            if total := max(sum(main, beside), most):
                needs[f"{side}.{name}"] = total
    return needs


def _replicas(workload: Workload, rendering: Rendering) -> int:
    obj = workload.object
    if obj.kind in ("Deployment", "ReplicaSet", "StatefulSet"):
        return rendering.most_replicas(obj)
    if obj.kind == "DaemonSet":
        return 0  # as many as there are nodes: nobody here can know
    job = mapping(mapping(obj.spec.get("jobTemplate")).get("spec"))
    spec = job if obj.kind == "CronJob" else obj.spec
    parallel = spec.get("parallelism")
    return parallel if isinstance(parallel, int) else 1


def surge(workload: Workload, replicas: int) -> int:
    """The pods that a rollout adds for its time."""
    strategy = mapping(workload.object.spec.get("strategy"))
    if workload.object.kind != "Deployment" or strategy.get("type") == "Recreate":
        return 0
    surge = str(mapping(strategy.get("rollingUpdate")).get("maxSurge", "25%"))
    if surge.endswith("%") and surge[:-1].isdigit():
        return ceil(replicas * int(surge[:-1]) / 100)
    return int(surge) if surge.isdigit() else 0


def _add_claim(needed: Needs, spec: Mapping[str, Any], count: int) -> None:
    requests = mapping(mapping(spec.get("resources")).get("requests"))
    storage = amount(requests.get("storage")) * count
    needed["persistentvolumeclaims"] += count * ONE
    needed[_STORAGE] += storage
    if name := spec.get("storageClassName"):
        kind = f"{name}.storageclass.storage.k8s.io/"
        needed[f"{kind}{_STORAGE}"] += storage
        needed[f"{kind}persistentvolumeclaims"] += count * ONE


def _refused(limits: Object, rendering: Rendering) -> Iterator[Violation]:
    """Containers that ask for more than a LimitRange lets one have."""
    rows = [row for row in maps(limits.spec.get("limits")) if row.get("type") == "Container"]
    most = {name: value for row in rows for name, value in mapping(row.get("max")).items()}
    for workload in rendering.workloads if most else ():
        if workload.object.namespace != limits.namespace:
            continue
        for container in workload.containers:
            wanted = mapping(container.resources.get("limits"))
            for name in sorted(wanted.keys() & most.keys()):
                if amount(wanted[name]) > amount(most[name]):
                    yield Violation(
                        workload.object,
                        f"{container.path}.resources.limits.{name}: {wanted[name]} is more than"
                        f" {limits.title} allows, {most[name]}",
                    )
