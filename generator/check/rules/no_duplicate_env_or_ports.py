"""No name, port or path stands twice in a list in which Kubernetes looks things up by it.

Helm 4 applies on the server, and refuses such a list; Helm 3 took one of the two and said nothing.

Good:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, env: [{name: A}, {name: B}]}]}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, env: [{name: A}, {name: A}]}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from generator.check.objects import Object, Workload, maps
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "no-duplicate-env-or-ports"
SEVERITY = ERROR

_IN_CONTAINER = (
    ("env", ("name",)),
    ("ports", ("containerPort", "protocol")),
    ("volumeMounts", ("mountPath",)),
    ("volumeDevices", ("devicePath",)),
)
_DEFAULTS = {"protocol": "TCP"}


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for message in _pod(workload) if workload else ():
        yield Violation(obj, message)
    if obj.kind == "Service":
        ports = maps(obj.spec.get("ports"))
        for keys in (("name",), ("port", "protocol")):
            for twice in _twice(ports, keys):
                yield Violation(obj, f"spec.ports: {twice} twice")


def _pod(workload: Workload) -> Iterator[str]:
    path = workload.path
    for twice in _twice(maps(workload.pod.get("volumes")), ("name",)):
        yield f"{path}.volumes: {twice} twice"
    for twice in _twice([c.data for c in workload.containers], ("name",)):
        yield f"{path}.containers: {twice} twice"
    named = [port for container in workload.containers for port in container.ports]
    for twice in _twice(named, ("name",)):
        yield f"{path}.containers: port {twice} twice"
    for container in workload.containers:
        for field, keys in _IN_CONTAINER:
            for twice in _twice(maps(container.data.get(field)), keys):
                yield f"{container.path}.{field}: {twice} twice"


def _twice(items: Sequence[Any], keys: tuple[str, ...]) -> Iterator[str]:
    if len(items) < 2:
        return
    seen = set()
    for item in items:
        values = tuple(str(item.get(key, _DEFAULTS.get(key, ""))) for key in keys)
        if not values[0]:
            continue
        if values in seen:
            yield "/".join(values)
        seen.add(values)
