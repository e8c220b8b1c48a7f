"""An HPA can only measure against a request: each container that it watches has one.

Without, it reports `missing request for cpu` and never scales. A metric of one container names one
that is there.

Good:

    kind: Deployment
    metadata: {name: a}
    spec: {template: {spec: {containers: [{name: a, resources: {requests: {cpu: 100m}}}]}}}
    ---
    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec:
      scaleTargetRef: {kind: Deployment, name: a}
      metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]

Bad:

    kind: Deployment
    metadata: {name: a}
    spec: {template: {spec: {containers: [{name: a}]}}}
    ---
    kind: HorizontalPodAutoscaler
    metadata: {name: a}
    spec:
      scaleTargetRef: {kind: Deployment, name: a}
      metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import Workload, mapping, maps
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "hpa-needs-requests"
SEVERITY = ERROR


def check(rendering: Rendering) -> Iterator[Violation]:
    pods = {(w.object.namespace, w.object.kind, w.object.name): w for w in rendering.workloads}
    for hpa in rendering.of("HorizontalPodAutoscaler"):
        target = mapping(hpa.spec.get("scaleTargetRef"))
        scaled = pods.get((hpa.namespace, str(target.get("kind")), str(target.get("name"))))
        for index, metric in enumerate(maps(hpa.spec.get("metrics"))):
            for message in _problems(metric, scaled) if scaled else ():
                yield Violation(hpa, f"spec.metrics[{index}]: {message}")


def _problems(metric: Mapping[str, Any], scaled: Workload) -> Iterator[str]:
    kind = str(metric.get("type"))
    source = mapping(metric.get(kind[:1].lower() + kind[1:]))
    if mapping(source.get("target")).get("type") != "Utilization":
        return
    resource = str(source.get("name"))
    watched = scaled.main
    if kind == "ContainerResource":
        name = source.get("container")
        watched = tuple(each for each in scaled.containers if each.name == name)
        if not watched:
            yield f"{scaled.object.title} has no container {name!r}"
    for container in watched:
        if resource not in mapping(container.resources.get("requests")):
            yield (
                f"container {container.name!r} of {scaled.object.title} has no request for"
                f" {resource}"
            )
