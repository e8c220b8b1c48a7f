"""Containers cannot write to their own image: what they write goes to volumes.

Who breaks in then finds no place to leave a program, and what a container writes is counted.

Good:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, securityContext: {readOnlyRootFilesystem: true}}]}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, Workload
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "read-only-root-filesystem"
SEVERITY = ERROR


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for container in workload.containers if workload else ():
        if container.security.get("readOnlyRootFilesystem") is not True:
            yield Violation(
                obj,
                f"{container.path}.securityContext.readOnlyRootFilesystem: must be true",
                "mount an emptyDir where the container writes, /tmp for one",
            )
