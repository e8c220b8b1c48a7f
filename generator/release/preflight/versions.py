"""Kubernetes is one that the chart knows; Helm and kubectl are not too far from it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.findings import WARNING, Finding
from generator.release.preflight.scene import Scene, finding

ID = "versions"

_BOUND = re.compile(r"(>=|<=|>|<|=|\^|~)?\s*v?(\d+)\.(\d+)(?:\.(\d+))?(?:-\S+)?")
#: kubectl works with an API server one minor version older or newer.
_SKEW = 1


def check(scene: Scene) -> Iterator[Finding]:
    there = scene.facts.server.version
    wanted = str(scene.target.metadata.get("kubeVersion") or "")
    if wanted and not allows(wanted, there):
        yield finding(
            ID,
            scene.chart,
            f"the cluster is Kubernetes {there}, and the chart needs {wanted}",
            hint="upgrade the cluster, or lower `kubernetes:` in platform.yaml and build again",
        )
    ours = scene.facts.server.kubectl
    far = abs(minor(ours) - minor(there)) if minor(ours) and minor(there) else 0
    if far > _SKEW:
        yield finding(
            ID,
            scene.chart,
            f"kubectl {ours} is {far} minor versions from the cluster's {there}: what it reads may"
            " lack fields",
            hint=f"take kubectl 1.{minor(there)}: KUBECTL_BIN=/path/to/kubectl",
            severity=WARNING,
        )


def allows(constraint: str, version: str) -> bool:
    """Whether a version is in a range as Chart.yaml writes them; unknown forms are for Helm."""
    number = _parts(version)
    if number is None:
        return True
    return any(
        all(_holds(bound, number) for bound in _BOUND.findall(part))
        for part in constraint.split("||")
    )


def minor(version: str) -> int:
    parts = version.split(".")
    digits = re.match(r"\d+", parts[1]) if len(parts) > 1 else None
    return int(digits[0]) if digits else 0


def _parts(version: str) -> tuple[int, int, int] | None:
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _holds(bound: tuple[str, ...], number: tuple[int, int, int]) -> bool:
    sign, major, least, patch = bound
    limit = (int(major), int(least), int(patch or 0))
    if sign in (">=", "^"):
        return number >= limit
    if sign in ("<", ">", "<="):
        return {"<": number < limit, ">": number > limit, "<=": number <= limit}[sign]
    if sign == "~" or not patch:
        return number[:2] == limit[:2]
    return number == limit
