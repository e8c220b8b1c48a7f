from __future__ import annotations

import pytest

from generator.check.manifests import ManifestReader
from generator.check.objects import Object


def made(text: str) -> Object:
    (obj,) = ManifestReader(folder="c", namespace="n").read(f"apiVersion: v1\n{text}").objects
    return obj


POD = "metadata: {labels: {a: b}, annotations: {c: d}}, spec: {containers: [{name: x}]}"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            f"kind: Deployment\nmetadata: {{name: a}}\nspec: {{template: {{{POD}}}}}",
            "spec.template.spec",
        ),
        (
            f"kind: CronJob\nmetadata: {{name: a}}\n"
            f"spec: {{jobTemplate: {{spec: {{template: {{{POD}}}}}}}}}",
            "spec.jobTemplate.spec.template.spec",
        ),
        (
            "kind: Pod\nmetadata: {name: a, labels: {a: b}, annotations: {c: d}}\n"
            "spec: {containers: [{name: x}]}",
            "spec",
        ),
    ],
)
def test_the_pod_of_each_kind(text, path):
    workload = made(text).workload
    assert workload is not None
    assert (workload.path, workload.labels, workload.annotations) == (path, {"a": "b"}, {"c": "d"})
    assert [container.path for container in workload.containers] == [f"{path}.containers[0]"]
    assert workload.labels_path == path.removesuffix("spec") + "metadata.labels"


def test_others_have_no_pods():
    assert made("kind: Service\nmetadata: {name: a}").workload is None


def test_containers_and_their_ports():
    workload = made(
        """kind: Pod
metadata: {name: a}
spec:
  initContainers:
    - {name: i}
    - {name: s, restartPolicy: Always, ports: [{name: m, containerPort: 9}]}
  containers: [{name: c, ports: [{name: h, containerPort: 80}, {containerPort: x}]}]
"""
    ).workload
    assert workload is not None
    assert [(c.name, c.init, c.sidecar) for c in workload.containers] == [
        ("i", True, False),
        ("s", True, True),
        ("c", False, False),
    ]
    assert [c.name for c in workload.main] == ["c"]
    assert (workload.port_names, workload.port_numbers) == ({"m", "h"}, {9, 80})


def test_wrong_types_do_not_stop_the_rules():
    workload = made(
        "kind: Deployment\nmetadata: {name: a, labels: x}\nspec: {template: [1]}"
    ).workload
    assert workload is not None
    assert (workload.containers, workload.object.labels) == ((), {})
