"""Names and labels are as long, and of such characters, as Kubernetes takes them.

StatefulSets and CronJobs get 52 characters: Kubernetes appends a hash to the first in a label, and
a time to the second in the name of each Job.

Good:

    kind: Service
    metadata: {name: backend}

Bad:

    kind: Service
    metadata: {name: 2-backend}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from generator.check.objects import Object, Workload, mapping
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "names-within-limits"
SEVERITY = ERROR

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_PATH_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/%]+")
_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_KEY = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_LIMITS = {"CronJob": 52, "StatefulSet": 52} | dict.fromkeys(
    ("DaemonSet", "Deployment", "Job", "Namespace", "ReplicaSet", "Service"), 63
)
_RBAC = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
_ANNOTATIONS, _DATA = 256 * 1024, 1024 * 1024


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for message in (*_name(obj), *_labels(obj.labels, "metadata.labels"), *_sizes(obj)):
        yield Violation(obj, message)
    if workload:
        own = {} if obj.kind == "Pod" else workload.labels
        for message in (*_labels(own, workload.labels_path), *_pod(workload)):
            yield Violation(obj, message)


def _name(obj: Object) -> Iterator[str]:
    limit = _LIMITS.get(obj.kind, 253)
    if len(obj.name) > limit:
        yield f"metadata.name: has {len(obj.name)} characters, more than {limit}"
    pattern = _SERVICE if obj.kind == "Service" else _LABEL if limit < 253 else _SUBDOMAIN
    pattern = _PATH_SEGMENT if obj.kind in _RBAC else pattern
    if obj.metadata.get("name") and pattern.fullmatch(obj.name) is None:
        yield f"metadata.name: {obj.name!r} is not lower-case letters, digits and dashes" + (
            ", a letter first" if obj.kind == "Service" else ""
        )


def _labels(labels: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, value in labels.items():
        for message in (_bad_key(str(key)), _bad_value(value) if isinstance(value, str) else None):
            if message:
                yield f"{place}: {message}"


@cache
def _bad_key(key: str) -> str | None:
    domain, _, name = key.rpartition("/")
    good = _KEY.fullmatch(name) and len(domain) <= 253
    return None if good else f"{key!r} is no label key"


@cache
def _bad_value(value: str) -> str | None:
    if len(value) <= 63 and _VALUE.fullmatch(value):
        return None
    return f"{value!r} is no label value: 63 letters, digits, '-', '_' and '.'"


def _pod(workload: Workload) -> Iterator[str]:
    for container in workload.containers:
        if len(container.name) > 63 or _LABEL.fullmatch(container.name) is None:
            yield f"{container.path}.name: {container.name!r} is no name of at most 63 characters"
        for index, port in enumerate(container.ports):
            name = port.get("name")
            if name and (len(str(name)) > 15 or _PORT.fullmatch(str(name)) is None):
                place = f"{container.path}.ports[{index}].name"
                yield f"{place}: {name!r} is no port name: 15 lower-case letters, digits, '-'"


def _sizes(obj: Object) -> Iterator[str]:
    annotations = sum(len(str(key)) + len(str(value)) for key, value in obj.annotations.items())
    if annotations > _ANNOTATIONS:
        yield f"metadata.annotations: {annotations} bytes, more than {_ANNOTATIONS}"
    if obj.kind in ("ConfigMap", "Secret"):
        fields = (mapping(obj.data.get(field)) for field in ("binaryData", "data", "stringData"))
        size = sum(len(str(value).encode()) for values in fields for value in values.values())
        if size > _DATA:
            yield f"data: {size} bytes, more than {_DATA}"
