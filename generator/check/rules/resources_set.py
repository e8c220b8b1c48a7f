"""Every container asks for and is limited in CPU, memory and ephemeral storage.

Init containers too: a quota refuses a pod for any container that says nothing. What is asked for
must not be more than the limit.

Good:

    kind: Pod
    metadata: {name: a}
    spec:
      containers:
        - name: a
          resources:
            requests: {cpu: 100m, memory: 64Mi, ephemeral-storage: 64Mi}
            limits: {cpu: 1, memory: 128Mi, ephemeral-storage: 1Gi}

Bad:

    kind: Pod
    metadata: {name: a}
    spec:
      containers:
        - name: a
          resources:
            requests: {cpu: 2, memory: 64Mi}
            limits: {cpu: 1, memory: 128Mi}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Container, Object, Workload, mapping
from generator.check.quantity import parse
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "resources-set"
SEVERITY = ERROR

_NAMES = ("cpu", "memory", "ephemeral-storage")


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for container in workload.containers if workload else ():
        for message in _problems(container):
            yield Violation(obj, f"{container.path}.resources.{message}")


def _problems(container: Container) -> Iterator[str]:
    requests, limits = (mapping(container.resources.get(side)) for side in ("requests", "limits"))
    for side, values in (("requests", requests), ("limits", limits)):
        missing = [name for name in _NAMES if name not in values]
        if missing:
            yield f"{side}: {', '.join(missing)} not set"
    for name in sorted(requests.keys() & limits.keys()):
        asked, limit = parse(requests[name]), parse(limits[name])
        if asked is not None and limit is not None and asked > limit:
            yield f"requests.{name}: {requests[name]} is more than the limit {limits[name]}"
