"""Checks before a deployment, one a file. Adding one is adding a file and a line here.

Each looks at a `Scene`, which holds all that was asked of the cluster, and asks nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from generator.findings import Finding
from generator.release.preflight import (
    apis,
    capacity,
    classes,
    conflicts,
    immutable_fields,
    ownership,
    pending,
    quota,
    refused,
    rights,
    secrets,
    size,
    versions,
)
from generator.release.preflight.scene import Scene


class Check(Protocol):
    """What a module of this folder has."""

    ID: str

    def check(self, scene: Scene, /) -> Iterator[Finding]: ...


CHECKS: Mapping[str, Check] = {
    "versions": versions,
    "pending": pending,
    "rights": rights,
    "apis": apis,
    "classes": classes,
    "secrets": secrets,
    "ownership": ownership,
    "conflicts": conflicts,
    "immutable": immutable_fields,
    "refused": refused,
    "capacity": capacity,
    "quota": quota,
    "release-size": size,
}


def look(scene: Scene) -> tuple[Finding, ...]:
    """All that the checks say, check by check."""
    return tuple(found for one in CHECKS.values() for found in one.check(scene))
