"""Objects carry the recommended labels, and pods those that people and policies select them by.

On the object: name, instance, version, component, part-of, managed-by and the chart. On its pods
only what stays the same from version to version: name, instance, component. A changing label there
would restart every pod with each release of the chart.

Good:

    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/name: a
        app.kubernetes.io/instance: a
        app.kubernetes.io/version: "1"
        app.kubernetes.io/component: settings
        app.kubernetes.io/part-of: a
        app.kubernetes.io/managed-by: Helm
        helm.sh/chart: a-1.0.0

Bad:

    kind: ConfigMap
    metadata: {name: a, labels: {app: a}}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, Workload
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "labels-complete"
SEVERITY = ERROR

_DOMAIN = "app.kubernetes.io/"
_ON_PODS = tuple(f"{_DOMAIN}{name}" for name in ("name", "instance", "component"))
_ON_OBJECTS = (
    *_ON_PODS,
    *(f"{_DOMAIN}{name}" for name in ("version", "part-of", "managed-by")),
    "helm.sh/chart",
)
_CHANGING = (f"{_DOMAIN}version", "helm.sh/chart")


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    if missing := [label for label in _ON_OBJECTS if label not in obj.labels]:
        yield Violation(obj, f"metadata.labels: {', '.join(missing)} missing")
    if workload is None or obj.kind == "Pod":
        return
    if missing := [label for label in _ON_PODS if label not in workload.labels]:
        yield Violation(obj, f"{workload.labels_path}: {', '.join(missing)} missing")
    for label in _CHANGING:
        if label in workload.labels and workload.serving:
            message = f"{workload.labels_path}: {label} would restart all pods with each version"
            yield Violation(obj, message)
