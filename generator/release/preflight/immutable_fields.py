"""No field changes that the API server lets nobody change: Helm would fail in the middle."""

from __future__ import annotations

from collections.abc import Iterator

from generator.findings import Finding
from generator.release.changes import REPLACED
from generator.release.immutable import fixed
from generator.release.preflight.scene import Scene, finding

ID = "immutable"


def check(scene: Scene) -> Iterator[Finding]:
    for one in scene.changes.of(REPLACED) if scene.changes else ():
        fields = ", ".join(change.path for change in fixed(one.kind, one.fields))
        yield finding(
            ID,
            one.path,
            f"cannot be changed in place{f' ({fields})' if fields else ''}: {one.refused}",
            hint=one.recipe,
            subject=one.title,
        )
