"""Each pod has a NetworkPolicy of its own for what may come in and what may go out.

A policy that selects all pods, as the default-deny one does, is no pod's own. Where a rendering
has no NetworkPolicy at all, because an installer switched them off, that is one warning.

Good:

    kind: Pod
    metadata: {name: a, labels: {app: a}}
    ---
    kind: NetworkPolicy
    metadata: {name: a}
    spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress, Egress]}

Bad:

    kind: Pod
    metadata: {name: a, labels: {app: a}}
    ---
    kind: NetworkPolicy
    metadata: {name: all}
    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, mapping
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.check.selectors import selector_keys
from generator.findings import ERROR, WARNING

ID = "network-policy-per-workload"
SEVERITY = ERROR

_DIRECTIONS = ("Ingress", "Egress")


def check(rendering: Rendering) -> Iterator[Violation]:
    if rendering.workloads and "NetworkPolicy" not in rendering.by_kind:
        message = "no NetworkPolicy in the whole rendering: every pod may talk to every pod"
        yield Violation(rendering.workloads[0].object, message, severity=WARNING)
        return
    covered: dict[Object, set[str]] = {}
    for policy in rendering.of("NetworkPolicy"):
        selector = policy.spec.get("podSelector")
        if any(selector_keys(selector)):
            for workload in rendering.chosen(selector, policy.namespace):
                covered.setdefault(workload.object, set()).update(_directions(policy))
    for workload in rendering.workloads:
        directions = covered.get(workload.object, ())
        if missing := [each for each in _DIRECTIONS if each not in directions]:
            message = f"no NetworkPolicy selects its pods for {' and '.join(missing)}"
            yield Violation(workload.object, message)


def _directions(policy: Object) -> Iterator[str]:
    types = policy.spec.get("policyTypes")
    if isinstance(types, list):
        yield from map(str, types)
    else:  # as the API server fills it in
        yield "Ingress"
        if mapping(policy.data.get("spec")).get("egress") is not None:
            yield "Egress"
