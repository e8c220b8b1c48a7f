"""Overlays that no build reads, because their names fit no environment or no chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.findings import WARNING, Finding
from generator.spec.remedy import nearest


def unread_overlays(
    root: Path, environments: Sequence[str], charts: Sequence[str]
) -> Iterator[Finding]:
    """A misspelt name would silently leave an environment without what its overlay says."""
    for path in sorted((*root.glob("values/*/*.yaml"), *root.glob("values/*/*.yml"))):
        environment, chart = path.parent.name, path.stem
        meant = _meant(environment, environments), _meant(chart, charts)
        if (environment, path.name) == (meant[0], f"{meant[1]}.yaml"):
            continue
        yield Finding(
            path=path.relative_to(root).as_posix(),
            rule="overlay-unread",
            severity=WARNING,
            message="nothing reads this file: overlays are values/<environment>/<chart>.yaml",
            hint=f"rename it to values/{meant[0]}/{meant[1]}.yaml"
            if all(meant)
            else f"environments: {', '.join(environments)}; charts: {', '.join(charts)}",
        )


def _meant(name: str, known: Sequence[str]) -> str | None:
    return name if name in known else nearest(name, known)
