"""A PodDisruptionBudget selects some pods and always lets at least one of them go.

With as many pods required as there are, draining a node waits for ever; so it does where two
budgets hold the same pod. A budget that selects nothing protects nothing.

Good:

    kind: Deployment
    metadata: {name: a}
    spec: {replicas: 2, template: {metadata: {labels: {app: a}}}}
    ---
    kind: PodDisruptionBudget
    metadata: {name: a}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: a}}}

Bad:

    kind: Deployment
    metadata: {name: a}
    spec: {replicas: 2, template: {metadata: {labels: {app: a}}}}
    ---
    kind: PodDisruptionBudget
    metadata: {name: a}
    spec: {minAvailable: 2, selector: {matchLabels: {app: a}}}
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from generator.check.objects import Object
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "pdb-allows-drain"
SEVERITY = ERROR


def check(rendering: Rendering) -> Iterator[Violation]:
    holders: dict[Object, Object] = {}
    for pdb in rendering.of("PodDisruptionBudget"):
        held = [
            workload.object
            for workload in rendering.chosen(pdb.spec.get("selector"), pdb.namespace)
            if workload.serving
        ]
        if not held:
            yield Violation(pdb, "spec.selector: no pod of this rendering has these labels")
        for obj in held:
            if obj in holders:
                message = f"holds {obj.title} as {holders[obj].title} does: no eviction will pass"
                yield Violation(pdb, message)
            holders[obj] = pdb
        count = sum(rendering.least_replicas(obj) for obj in held)
        if held and count and _may_go(pdb, count) < 1:
            yield Violation(pdb, f"never lets one of {count} pods go", "maxUnavailable: 1")


def _may_go(pdb: Object, count: int) -> int:
    """How many of the pods an eviction may take while all of them are well."""
    most, least = pdb.spec.get("maxUnavailable"), pdb.spec.get("minAvailable")
    if most is not None:
        return _of(most, count)
    return count - _of(1 if least is None else least, count)


def _of(value: object, count: int) -> int:
    """Kubernetes rounds percentages up on both sides."""
    text = str(value)
    if text.endswith("%") and text[:-1].isdigit():
        return ceil(count * int(text[:-1]) / 100)
    return int(text) if text.isdigit() else 0
