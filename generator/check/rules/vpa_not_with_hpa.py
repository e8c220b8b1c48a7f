"""A VPA changes nothing that an HPA measures against.

Both on CPU: the VPA raises the request, the HPA sees less use and takes pods away, the VPA raises
the request again. On such targets it only recommends. The mode `Auto` is deprecated.

Good:

    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec:
      scaleTargetRef: {kind: Deployment, name: a}
      metrics: [{type: Resource, resource: {name: cpu}}]
    ---
    kind: VerticalPodAutoscaler
    metadata: {name: a}
    spec: {targetRef: {kind: Deployment, name: a}, updatePolicy: {updateMode: "Off"}}

Bad:

    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec:
      scaleTargetRef: {kind: Deployment, name: a}
      metrics: [{type: Resource, resource: {name: cpu}}]
    ---
    kind: VerticalPodAutoscaler
    metadata: {name: a}
    spec: {targetRef: {kind: Deployment, name: a}, updatePolicy: {updateMode: Recreate}}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, mapping, maps
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "vpa-not-with-hpa"
SEVERITY = ERROR

_RESOURCES = ("cpu", "memory")


def check(rendering: Rendering) -> Iterator[Violation]:
    scalers = {(s.object.namespace, s.kind, s.name): s.object for s in rendering.autoscalers}
    for vpa in rendering.of("VerticalPodAutoscaler"):
        mode = mapping(vpa.spec.get("updatePolicy")).get("updateMode", "Recreate")
        if mode == "Auto":
            message = "spec.updatePolicy.updateMode: Auto is deprecated"
            yield Violation(vpa, message, 'updateMode: "Off", Initial or InPlaceOrRecreate')
        target = mapping(vpa.spec.get("targetRef"))
        scaler = scalers.get((vpa.namespace, str(target.get("kind")), str(target.get("name"))))
        both = sorted(_measured(scaler) & _changed(vpa)) if scaler and mode != "Off" else ()
        if scaler and both:
            message = f"changes {' and '.join(both)}, which {scaler.title} measures against"
            yield Violation(vpa, message, 'updateMode: "Off"')


def _measured(scaler: Object) -> set[str]:
    """The resources whose use an autoscaler compares with their requests."""
    metrics = maps(scaler.spec.get("metrics"))
    names = {
        str(mapping(metric.get(source)).get("name"))
        for metric in metrics
        for source in ("resource", "containerResource")
    }
    names |= {str(trigger.get("type")) for trigger in maps(scaler.spec.get("triggers"))}
    return names & set(_RESOURCES)


def _changed(vpa: Object) -> set[str]:
    policies = maps(mapping(vpa.spec.get("resourcePolicy")).get("containerPolicies"))
    acting = [policy for policy in policies if policy.get("mode") != "Off"]
    if policies and not acting:
        return set()
    return {
        str(name)
        for policy in acting or ({},)
        for name in policy.get("controlledResources") or _RESOURCES
    }
