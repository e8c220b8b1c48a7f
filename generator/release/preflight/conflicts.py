"""No field changes that somebody else wrote since: `kubectl scale`, `kubectl set image`, an HPA.

Helm 4 stops at such a field with a conflict, and its rollback does too. Helm 3 writes over it.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.findings import WARNING, Finding
from generator.release.changes import ObjectChange
from generator.release.ownership import Owner
from generator.release.preflight.scene import Scene, finding

ID = "conflicts"

#: How people know those who write.
_KNOWN = {
    "kubectl scale": "`kubectl scale`",
    "kubectl-edit": "`kubectl edit`",
    "kubectl-patch": "`kubectl patch`",
    "kubectl-rollout": "`kubectl rollout`",
    "kubectl-set": "`kubectl set`",
    "kube-controller-manager scale": "the autoscaler",
}


def check(scene: Scene) -> Iterator[Finding]:
    for one in scene.changes.objects if scene.changes else ():
        for owner, fields in one.taken.items():
            yield _conflict(scene, one, owner, fields)


def _conflict(scene: Scene, one: ObjectChange, owner: Owner, fields: tuple[str, ...]) -> Finding:
    who = _KNOWN.get(str(owner), str(owner))
    places = ", ".join(field.removeprefix(".") for field in fields)
    told = "; ".join(_values(one, fields))
    wrote = f"{who} wrote {places}{f' ({told})' if told else ''}"
    stops = scene.changes is not None and scene.changes.server_side
    if not stops:
        return finding(
            ID,
            one.path,
            f"{wrote}, and this upgrade writes over it",
            hint=f"put it into {scene.overlay} to keep it",
            severity=WARNING,
            subject=one.title,
        )
    return finding(
        ID,
        one.path,
        f"{wrote}; Helm would stop there with a conflict",
        hint=_ways(scene, fields),
        subject=one.title,
    )


def _values(one: ObjectChange, fields: tuple[str, ...]) -> Iterator[str]:
    for change in one.fields:
        if any(change.path == field.removeprefix(".") for field in fields) and not change.secret:
            yield f"{change.before} there, {change.after} here"


def _ways(scene: Scene, fields: tuple[str, ...]) -> list[str]:
    deploy = f"python -m generator deploy {scene.options} --chart {scene.target.release}"
    lines = []
    if any(field.endswith(".image") for field in fields):
        lines.append(f"{deploy} --take-image    # keep the image that runs")
    lines.append(f"{deploy} --force-conflicts    # take what is here")
    return lines
