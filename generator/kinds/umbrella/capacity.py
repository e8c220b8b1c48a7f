"""How much the components need at the most: quotas are computed, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from generator.kinds.api import Container, Workload
from generator.spec.model import Chart
from generator.spec.quantity import format_bytes, format_cpu

#: Spare room in percent, and the steps that sums are rounded up to.
_SPARE = 5
_CPU_STEP = 1000
_MEMORY_STEP = 1024**3


#: What Istio asks for each sidecar and for a Gateway's pod.
_PROXY = Container(
    cpu_request=100, cpu_limit=2000, memory_request=128 * 1024**2, memory_limit=1024**3
)

#: The pods that an implementation of the Gateway API may run beside the Gateway: Istio's.
_GATEWAY = Workload(
    name="gateway",
    controller="Deployment",
    replicas=(1, 2),
    surge=1,
    containers=(_PROXY,),
)


#: A pod that does one small thing and ends: the check of the Secrets, a `helm test`.
_ERRAND = Container(
    cpu_request=10, cpu_limit=100, memory_request=16 * 1024**2, memory_limit=32 * 1024**2
)


def workloads(chart: Chart) -> Iterator[Workload]:
    """All that runs in the namespace, with a test of each component and the preflight."""
    yield Workload(
        name="errands",
        controller="Pod",
        replicas=(0, len(chart.components) + 1),
        containers=(_ERRAND,),
    )
    for component in chart.components:
        for workload in component.kind_module.workloads(component):
            if chart.mesh == "sidecar":
                workload = replace(workload, containers=(*workload.containers, _PROXY))
            yield workload
    if has_gateway(chart):
        yield _GATEWAY


def has_gateway(chart: Chart) -> bool:
    return bool(chart.routes) and chart.ingress.mode != "ingress"


def quota(chart: Chart) -> dict[str, str]:
    """`hard` of the ResourceQuota: every workload at its most, in the middle of a rollout."""
    sums = dict.fromkeys(("cpu_request", "cpu_limit", "memory_request", "memory_limit"), 0)
    pods = claims = storage = 0
    for workload in workloads(chart):
        count = workload.replicas[1] + workload.surge
        pods += count
        claims += workload.replicas[1] * len(workload.claims)
        storage += workload.replicas[1] * sum(claim.size for claim in workload.claims)
        for container in workload.containers:
            for name in sums:
                sums[name] += count * getattr(container, name)
    hard = {
        "requests.cpu": format_cpu(_up(sums["cpu_request"], _CPU_STEP)),
        "requests.memory": format_bytes(_up(sums["memory_request"], _MEMORY_STEP)),
        "limits.cpu": format_cpu(_up(sums["cpu_limit"], _CPU_STEP)),
        "limits.memory": format_bytes(_up(sums["memory_limit"], _MEMORY_STEP)),
        "pods": str(_up(pods, 1)),
        "services.loadbalancers": "1" if has_gateway(chart) else "0",
        "services.nodeports": "5" if has_gateway(chart) else "0",
    }
    if claims:
        hard["persistentvolumeclaims"] = str(_up(claims, 1))
        hard["requests.storage"] = format_bytes(_up(storage, _MEMORY_STEP))
    return hard


#: Limits of a container that names none: 500m, 512Mi.
_CPU, _MEMORY = 500, 512 * 2**20


def limit_range(chart: Chart) -> dict[str, Any]:
    """Defaults for containers that name nothing, as injected ones; most is twice the largest.

    Most is no less than the defaults: the API server refuses a LimitRange where it is.
    """
    containers = [c for workload in workloads(chart) for c in workload.containers]
    cpu = max((c.cpu_limit for c in containers), default=1000)
    memory = max((c.memory_limit for c in containers), default=_MEMORY_STEP)
    return {
        "default": {"cpu": format_cpu(_CPU), "memory": format_bytes(_MEMORY)},
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        "max": {
            "cpu": format_cpu(max(2 * cpu, _CPU)),
            "memory": format_bytes(max(2 * memory, _MEMORY)),
        },
    }


def _up(value: int, step: int) -> int:
    """With the spare room, up to the next step."""
    return -(-value * (100 + _SPARE) // (100 * step)) * step
