"""Pods get no environment variables for the Services of their namespace.

Else a Service called `redis` puts `REDIS_PORT=tcp://10.0.0.1:6379` into every pod, and breaks each
program that reads its own setting of that name.

Good:

    kind: Pod
    metadata: {name: a}
    spec: {enableServiceLinks: false}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, Workload
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "service-links-off"
SEVERITY = ERROR


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    if workload and workload.pod.get("enableServiceLinks") is not False:
        yield Violation(obj, f"{workload.path}.enableServiceLinks: must be false")
