"""Images have a tag that stays, or a digest; never `latest`, and never none.

What `latest` is changes under a running release: two pods of one Deployment then run different
programs, and a rollback brings back nothing.

Good:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, image: "registry.example.com:5000/a:1.2.3"}]}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, image: "registry.example.com:5000/a"}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object, Workload
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "no-latest-tag"
SEVERITY = ERROR


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    for container in workload.containers if workload else ():
        if message := _problem(str(container.data.get("image") or "")):
            yield Violation(obj, f"{container.path}.image: {message}")


def _problem(image: str) -> str | None:
    name, _, digest = image.partition("@")
    if digest:
        return None
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if not name:
        return "none given"
    if not colon or not tag:
        return f"{image!r} has neither tag nor digest"
    return f"{image!r} changes under a running release" if tag == "latest" else None
