"""The release fits into the Secret that Helm keeps it in."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.release import check_size
from generator.findings import Finding
from generator.release.preflight.scene import Scene

ID = "release-size"


def check(scene: Scene) -> Iterator[Finding]:
    yield from check_size(scene.chart.removesuffix("/Chart.yaml"), scene.size)
