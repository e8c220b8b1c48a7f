"""The user may do what Helm does to every object of the release."""

from __future__ import annotations

from collections.abc import Iterator

from generator.findings import Finding
from generator.release.preflight.scene import Scene, finding
from generator.release.rights import Right

ID = "rights"


def check(scene: Scene) -> Iterator[Finding]:
    denied: dict[tuple[str, tuple[str, ...]], list[Right]] = {}
    by_resource: dict[tuple[str, str, str], list[Right]] = {}
    for right in scene.facts.denied:
        by_resource.setdefault((right.namespace, right.group, right.resource), []).append(right)
    for (namespace, _, _), rights in by_resource.items():
        denied.setdefault((namespace, tuple(sorted(r.verb for r in rights))), []).append(rights[0])
    for (namespace, verbs), rights in sorted(denied.items()):
        names = ", ".join(_full(right) for right in rights)
        where = f"in {namespace}" if namespace else "in the whole cluster"
        yield finding(
            ID,
            scene.chart,
            f"you may not {', '.join(verbs)} {names} {where}",
            hint=_hint(namespace, verbs[0], _full(rights[0])),
        )


def _full(right: Right) -> str:
    return f"{right.resource}.{right.group}" if right.group else right.resource


def _hint(namespace: str, verb: str, resource: str) -> list[str]:
    option = f" --namespace {namespace}" if namespace else ""
    lines = [f"kubectl auth can-i {verb} {resource}{option}"]
    if namespace:
        lines.append(
            f"kubectl create rolebinding deployer{option} --clusterrole admin --user NAME"
            "    # by someone who may"
        )
    return lines
