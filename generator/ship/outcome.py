"""What becomes of an archive that is published, and the rule that decides it.

Absent: pushed. The same bytes: skipped. Other bytes: a conflict, for all archives of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.errors import ConflictError
from generator.ship.archive import Package

PUSHED = "pushed"
SKIPPED = "skipped"
WOULD_PUSH = "would push"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one archive. `manifest` is the digest to install and sign an OCI chart by."""

    package: Package
    action: str
    reference: str
    manifest: str | None = None


def absent(
    packages: Sequence[Package], there: Sequence[str | None], places: Sequence[str]
) -> tuple[Package, ...]:
    """The packages that are not there yet. Refuses all of them if any is there with other bytes."""
    rows = zip(packages, there, places, strict=True)
    conflicts = [
        f"{package.title} is published at {place} with other bytes"
        f" (sha256 {digest or 'unknown'} there, {package.digest} here)"
        for package, digest, place in rows
        if digest not in (None, package.digest)
    ]
    if conflicts:
        raise ConflictError(
            "\n".join(conflicts),
            hint="a published version never changes: raise the version in platform.yaml",
        )
    return tuple(package for package, digest in zip(packages, there, strict=True) if not digest)


def action(is_new: bool, dry_run: bool) -> str:
    return (WOULD_PUSH if dry_run else PUSHED) if is_new else SKIPPED
