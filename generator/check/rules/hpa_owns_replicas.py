"""What an autoscaler scales says nothing of `replicas`.

Helm 3 would set the number back with each upgrade; Helm 4 fails the upgrade with a conflict over
the field, and its rollback too.

Good:

    kind: Deployment
    metadata: {name: a}
    spec: {}
    ---
    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec: {scaleTargetRef: {kind: Deployment, name: a}}

Bad:

    kind: Deployment
    metadata: {name: a}
    spec: {replicas: 2}
    ---
    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec: {scaleTargetRef: {kind: Deployment, name: a}}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "hpa-owns-replicas"
SEVERITY = ERROR


def check(rendering: Rendering) -> Iterator[Violation]:
    for scaler in rendering.autoscalers:
        target = rendering.find(scaler.kind, scaler.object.namespace, scaler.name)
        if target and target.spec.get("replicas") is not None:
            yield Violation(
                target,
                f"spec.replicas: {target.spec['replicas']} beside {scaler.object.title},"
                " which owns the number",
                "render replicas only while autoscaling is off",
            )
