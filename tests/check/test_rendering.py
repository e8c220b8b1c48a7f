from __future__ import annotations

import time

from generator.check.manifests import ManifestReader
from generator.check.rendering import Rendering
from generator.check.rules import check_object, check_rendering


def rendering(text: str) -> Rendering:
    return Rendering(objects=ManifestReader(folder="c", namespace="n").read(text).objects)


SCALED = """
{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 3}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: c}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: b}
spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: b}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: c}
spec: {scaleTargetRef: {kind: StatefulSet, name: c}}
"""


def test_replicas_least_and_most():
    all_ = rendering(SCALED)
    a, b, c, *_ = all_.objects
    assert [(all_.least_replicas(o), all_.most_replicas(o)) for o in (a, b, c)] == [
        (3, 3),
        (2, 9),
        (0, 100),  # KEDA's own defaults
    ]
    assert all_.autoscaler(a) is None


def test_finding_objects():
    all_ = rendering(SCALED)
    assert all_.find("Deployment", "n", "b") is all_.objects[1]
    assert all_.find("Deployment", "other", "b") is None
    assert [obj.name for obj in all_.of("Deployment", "ScaledObject", "Pod")] == ["a", "b", "c"]


PODS = """
{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: a, tier: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: b, tier: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, labels: {app: a}, namespace: other}}
"""


def test_choosing_pods_by_selector():
    all_ = rendering(PODS)

    def names(selector: object) -> list[str]:
        return [workload.object.name for workload in all_.chosen(selector, "n")]

    assert names({"matchLabels": {"app": "a"}}) == ["a"]
    assert names({"matchLabels": {"tier": "web"}}) == ["a", "b"]
    assert names({"matchLabels": {"tier": "web", "app": "c"}}) == []
    assert names({}) == ["a", "b"]
    assert names({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a"]}]}) == [
        "b"
    ]


COMPONENT = """---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: c{n}}}
spec:
  selector: {{matchLabels: {{app: c{n}}}}}
  template:
    metadata: {{labels: {{app: c{n}}}}}
    spec: {{containers: [{{name: c, ports: [{{name: http, containerPort: 80}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: c{n}}}
spec: {{selector: {{app: c{n}}}, ports: []}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: c{n}}}
spec: {{podSelector: {{matchLabels: {{app: c{n}}}}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: c{n}}}
spec: {{selector: {{matchLabels: {{app: c{n}}}}}}}
"""


def cost(components: int) -> float:
    """CPU seconds that the rules need for one component of so many."""
    all_ = rendering("".join(COMPONENT.format(n=n) for n in range(components)))
    start = time.process_time()
    for obj in all_.objects:
        list(check_object(obj))
    list(check_rendering(all_))
    return (time.process_time() - start) / components


def test_ten_times_the_components_cost_ten_times_as_much():
    few, many = min(cost(100) for _ in range(3)), min(cost(1000) for _ in range(3))
    assert many < 2 * few
