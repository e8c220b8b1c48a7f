"""Containers that serve say when they are ready and whether they live, and not by the same answer.

Without a readiness probe a rollout sends requests to pods that are still starting. A liveness probe
that asks what the readiness probe asks restarts all pods at once when a database is away.

Good:

    kind: Deployment
    metadata: {name: a}
    spec:
      template:
        spec:
          containers:
            - name: a
              livenessProbe: {httpGet: {path: /live, port: http}}
              readinessProbe: {httpGet: {path: /ready, port: http}}

Bad:

    kind: Deployment
    metadata: {name: a}
    spec: {template: {spec: {containers: [{name: a}]}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Container, Object, Workload, mapping
from generator.check.rules.api import Violation
from generator.findings import ERROR, WARNING

ID = "probes-present"
SEVERITY = ERROR

_PROBES = ("livenessProbe", "readinessProbe")
_ACTIONS = ("exec", "grpc", "httpGet", "tcpSocket")


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for container in workload.main if workload and workload.serving else ():
        for message in _missing(container):
            yield Violation(obj, f"{container.path}: {message}")
        live, ready = (mapping(container.data.get(name)) for name in _PROBES)
        if live and all(live.get(action) == ready.get(action) for action in _ACTIONS):
            message = f"{container.path}: livenessProbe and readinessProbe ask the same"
            # Where there is only a port to ask, the two can't differ: a remark, no refusal.
            yield Violation(obj, message, severity=WARNING if live.get("tcpSocket") else None)


def _missing(container: Container) -> Iterator[str]:
    for name in _PROBES:
        if not container.data.get(name):
            yield f"no {name}"
