"""Values that say how many pods run: replicas, autoscalers, disruption budgets."""

from __future__ import annotations

from generator.kinds.api import Knob
from generator.kinds.common import schemas as s
from generator.kinds.common.app import Scale


def scale(value: Scale) -> list[Knob]:
    """Replicas, and the autoscaler's range and targets where the spec has one."""
    replicas = Knob(
        path="replicas",
        doc="Replicas while the autoscaler is off." if value.auto else "Replicas.",
        default=value.least,
        schema=s.COUNT,
        needs={"autoscaling.enabled": False} if value.auto else {},
    )
    if not value.auto:
        return [replicas]
    on = {"autoscaling.enabled": True}
    return [
        replicas,
        Knob(
            path="autoscaling.enabled",
            doc="Let a HorizontalPodAutoscaler decide on the replicas.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="autoscaling.minReplicas",
            doc="Least replicas.",
            default=value.least,
            schema=s.POSITIVE,
            needs=on,
        ),
        Knob(
            path="autoscaling.maxReplicas",
            doc="Most replicas.",
            default=value.most,
            schema=s.POSITIVE,
            needs=on,
        ),
        Knob(
            path="autoscaling.cpu",
            doc="Target of the CPU use, percent of the request. 0 means that CPU does not count.",
            default=value.cpu or 0,
            schema=s.PERCENT,
            needs=on,
        ),
        Knob(
            path="autoscaling.memory",
            doc="Target of the memory use, percent of the request. 0 means that it does not count.",
            default=value.memory or 0,
            schema=s.PERCENT,
            needs=on,
        ),
    ]


def disruption(budget: int | str) -> list[Knob]:
    return [
        Knob(
            path="podDisruptionBudget.enabled",
            doc="Limit how many pods a drain of nodes may end at once.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="podDisruptionBudget.maxUnavailable",
            doc="How many pods may be away at once: a number or percent.",
            default=budget,
            schema=s.BUDGET,
            flip="34%",
        ),
    ]


def vertical() -> list[Knob]:
    return [
        Knob(
            path="verticalAutoscaling.enabled",
            doc="Recommend requests by a VerticalPodAutoscaler, which must be installed.",
            default=False,
            schema=s.BOOLEAN,
        )
    ]
