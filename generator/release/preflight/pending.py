"""No other operation holds the release, and none broke off."""

from __future__ import annotations

from collections.abc import Iterator

from generator.findings import WARNING, Finding
from generator.release.preflight.scene import Scene, finding

ID = "pending"


def check(scene: Scene) -> Iterator[Finding]:
    last = scene.history.last
    if last is None:
        return
    title = f"{scene.target.release}, revision {last.number}"
    if last.pending:
        good = scene.history.deployed
        way = f"revision {good.number} ran before it" if good else "nothing ran before it"
        yield finding(
            ID,
            scene.chart,
            f"is {last.status} since {last.deployed_at or 'an unknown time'}: another deployment"
            f" runs, or one was cut off; {way}",
            hint=f"python -m generator deploy {scene.options} --chart {scene.target.release}"
            " --recover    # once you know that nobody else deploys",
            subject=title,
        )
    elif last.status == "failed":
        yield finding(
            ID,
            scene.chart,
            "the last attempt failed" + (f": {last.description}" if last.description else ""),
            severity=WARNING,
            subject=title,
        )
