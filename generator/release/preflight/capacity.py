"""The nodes have room for what is to run, in the middle of its rollout.

Compared are sums of requests, and the largest pod with the roomiest node; the scheduler alone
knows the rest. What the autoscalers may come to want is told, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, mapping
from generator.check.quantity import amount, readable
from generator.check.rules.quota_covers_workloads import pod_needs
from generator.findings import NOTE, WARNING, Finding
from generator.release.needs import Sums, allocatable, least, most, requested, takes_pods
from generator.release.preflight.scene import Scene, finding

ID = "capacity"

_RESOURCES = ("requests.cpu", "requests.memory", "pods")


def check(scene: Scene) -> Iterator[Finding]:
    nodes, pods = scene.facts.nodes, scene.facts.pods
    if nodes is None or pods is None:
        if scene.facts.server.version and scene.objects:
            yield finding(
                ID,
                scene.chart,
                "you may not look at nodes and pods, so nobody can tell whether there is room",
                severity=NOTE,
            )
        return
    open_nodes = sum(takes_pods(node) for node in nodes)
    yield from _largest(scene)
    free = _free(scene)
    now = least(scene.rendering, scene.namespace, live=scene.replicas)
    lacking = _lacking(now, free)
    if lacking:
        yield finding(
            ID,
            scene.overlay,
            f"{open_nodes} nodes take pods, and have not the room: {lacking}",
            hint=f"more nodes, or less in {scene.overlay}: replicas, resources\n"
            "kubectl describe nodes | grep -A 8 'Allocated resources'",
            severity=WARNING,
        )
    elif more := _lacking(most(scene.rendering, scene.namespace), free):
        yield finding(
            ID,
            scene.overlay,
            f"there is room for now, but not for all that the autoscalers may want: {more}",
            hint="fine where a cluster autoscaler adds nodes",
            severity=NOTE,
        )


def _free(scene: Scene) -> Sums:
    """What others leave: pods of this namespace are counted anew by what is to run."""
    whole = allocatable(scene.facts.nodes or ())
    used = requested(scene.facts.pods or (), without=scene.namespace)
    return {resource: whole.get(resource, 0) - used.get(resource, 0) for resource in _RESOURCES}


def _lacking(wanted: Sums, free: Sums) -> str:
    return ", ".join(
        f"{readable(wanted[resource], resource)} {_word(resource)} wanted,"
        f" {readable(max(free[resource], 0), resource)} free"
        for resource in _RESOURCES
        if wanted.get(resource, 0) > free[resource]
    )


def _word(resource: str) -> str:
    return {"requests.cpu": "CPU", "requests.memory": "memory"}.get(resource, resource)


def _largest(scene: Scene) -> Iterator[Finding]:
    """A pod that is larger than every node waits for ever."""
    nodes = [node for node in scene.facts.nodes or () if takes_pods(node)]
    for workload in scene.rendering.workloads:
        needs = pod_needs(workload)
        for resource in ("cpu", "memory"):
            sizes = [
                amount(mapping(mapping(node.get("status")).get("allocatable")).get(resource))
                for node in nodes
            ]
            wanted = needs.get(f"requests.{resource}", 0)
            if wanted and sizes and wanted > max(sizes):
                yield _too_large(scene, workload.object, resource, wanted, max(sizes))


def _too_large(scene: Scene, obj: Object, resource: str, wanted: int, size: int) -> Finding:
    name = f"requests.{resource}"
    return finding(
        ID,
        scene.overlay,
        f"a pod asks for {readable(wanted, name)} {_word(name)}, and the largest node has"
        f" {readable(size, name)}",
        hint=f"less in {scene.overlay}, or larger nodes",
        subject=obj.title,
    )
