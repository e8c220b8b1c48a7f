"""What a release takes of a cluster while it runs, in a rollout, and at its most: sums of pods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from generator.check.objects import Object, Workload, mapping, maps
from generator.check.quantity import ONE, amount
from generator.check.rendering import Rendering
from generator.check.rules.quota_covers_workloads import pod_needs, surge

Sums = Mapping[str, int]

_FROM_PARALLELISM = frozenset({"CronJob", "Job"})


def least(rendering: Rendering, namespace: str, *, live: Callable[[Object], int]) -> Sums:
    """What all pods of a namespace ask for in the middle of the rollout that is to come.

    Of a scaled workload there are as many as run now (`live`, 0 where it is not there yet), and
    at least as many as its autoscaler wants.
    """
    return _sum(
        rendering, namespace, lambda obj: max(rendering.least_replicas(obj), _now(obj, live))
    )


def most(rendering: Rendering, namespace: str) -> Sums:
    """What they ask for when every autoscaler is at its end, in a rollout."""
    return _sum(rendering, namespace, rendering.most_replicas)


def _now(obj: Object, live: Callable[[Object], int]) -> int:
    return 0 if "replicas" in obj.spec else live(obj)


def _sum(rendering: Rendering, namespace: str, replicas: Callable[[Object], int]) -> Sums:
    sums: dict[str, int] = defaultdict(int)
    for workload in rendering.workloads:
        if workload.object.namespace == namespace:
            count = _pods(workload, replicas)
            sums["pods"] += count * ONE
            for resource, value in pod_needs(workload).items():
                sums[resource] += value * count
    return sums


def _pods(workload: Workload, replicas: Callable[[Object], int]) -> int:
    obj = workload.object
    if obj.kind == "DaemonSet":
        return 0  # as many as there are nodes
    if obj.kind in _FROM_PARALLELISM:
        job = mapping(mapping(obj.spec.get("jobTemplate")).get("spec")) or obj.spec
        parallel = job.get("parallelism")
        return parallel if isinstance(parallel, int) else 1
    count = replicas(obj)
    return count + surge(workload, count)


def requested(pods: tuple[Mapping[str, Any], ...], *, without: str = "") -> Sums:
    """What running pods asked for, those of the namespace `without` left out."""
    sums: dict[str, int] = defaultdict(int)
    for pod in pods:
        if pod["metadata"].get("namespace") == without:
            continue
        sums["pods"] += ONE
        for resource, value in pod_needs(_workload(pod)).items():
            sums[resource] += value
    return sums


def _workload(pod: Mapping[str, Any]) -> Workload:
    found = Object(
        api_version="v1",
        kind="Pod",
        name=str(pod["metadata"].get("name")),
        namespace=str(pod["metadata"].get("namespace")),
        path="",
        data=pod,
    ).workload
    assert found is not None
    return found


def allocatable(nodes: tuple[Mapping[str, Any], ...]) -> Sums:
    """What the nodes that take pods have to give."""
    sums: dict[str, int] = defaultdict(int)
    for node in nodes:
        if takes_pods(node):
            found = mapping(mapping(node.get("status")).get("allocatable"))
            for resource in ("cpu", "memory"):
                sums[f"requests.{resource}"] += amount(found.get(resource))
            sums["pods"] += amount(found.get("pods"))
    return sums


def takes_pods(node: Mapping[str, Any]) -> bool:
    """Whether a node is ready and open to any pod."""
    spec = mapping(node.get("spec"))
    closed = any(
        taint.get("effect") in ("NoSchedule", "NoExecute") for taint in maps(spec.get("taints"))
    )
    conditions = maps(mapping(node.get("status")).get("conditions"))
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return ready and not closed and not spec.get("unschedulable")
