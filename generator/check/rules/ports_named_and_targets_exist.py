"""Ports have names, and whoever means a port or a pod means one that is there.

A Service whose selector fits no pod, or whose target port no container has, answers nobody; a
probe on a port name that is not there never succeeds.

Good:

    kind: Pod
    metadata: {name: a, labels: {app: a}}
    spec: {containers: [{name: a, ports: [{name: http, containerPort: 80}]}]}
    ---
    kind: Service
    metadata: {name: a}
    spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: http}]}

Bad:

    kind: Pod
    metadata: {name: a, labels: {app: a}}
    spec: {containers: [{name: a, ports: [{name: http, containerPort: 80}]}]}
    ---
    kind: Service
    metadata: {name: a}
    spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: web}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Container, Object, Workload, mapping, maps
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "ports-named-and-targets-exist"
SEVERITY = ERROR

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(rendering: Rendering) -> Iterator[Violation]:
    for workload in rendering.workloads:
        for container in workload.containers:
            for message in (*_unnamed(container), *_probes(container)):
                yield Violation(workload.object, f"{container.path}.{message}")
    for service in rendering.of("Service"):
        for message in _service(service, rendering):
            yield Violation(service, message)


def _unnamed(container: Container) -> Iterator[str]:
    for index, port in enumerate(container.ports):
        if not port.get("name"):
            yield f"ports[{index}]: port {port.get('containerPort')} has no name"


def _probes(container: Container) -> Iterator[str]:
    """Probes and hooks reach the ports of their own container only."""
    names = {port.get("name") for port in container.ports}
    lifecycle = mapping(container.data.get("lifecycle"))
    handlers = {name: mapping(container.data.get(name)) for name in _PROBES}
    handlers |= {f"lifecycle.{name}": mapping(value) for name, value in lifecycle.items()}
    for place, handler in handlers.items():
        for action in ("httpGet", "tcpSocket"):
            port = mapping(handler.get(action)).get("port")
            if isinstance(port, str) and not port.isdigit() and port not in names:
                yield f"{place}.{action}.port: no port of the container is called {port!r}"


def _service(service: Object, rendering: Rendering) -> Iterator[str]:
    ports = maps(service.spec.get("ports"))
    for index, port in enumerate(ports):
        if not port.get("name"):
            yield f"spec.ports[{index}]: port {port.get('port')} has no name"
    selector = mapping(service.spec.get("selector"))
    if not selector or service.spec.get("type") == "ExternalName":
        return
    chosen = rendering.chosen({"matchLabels": selector}, service.namespace)
    if not chosen:
        yield "spec.selector: no pod of this rendering has these labels"
        return
    for index, port in enumerate(ports):
        target = port.get("targetPort", port.get("port"))
        if not any(_has(workload, target) for workload in chosen):
            titles = ", ".join(workload.object.title for workload in chosen)
            yield f"spec.ports[{index}].targetPort: {titles} has no port {target!r}"


def _has(workload: Workload, target: object) -> bool:
    return target in workload.port_names or target in workload.port_numbers
