"""The namespace's quotas have room for what is to run, in the middle of its rollout.

Quotas that others made; of the release's own, the one that is to come counts. Pods that a quota
refuses do not fail an upgrade, it waits for them until its time is up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import mapping
from generator.check.quantity import amount, readable
from generator.findings import NOTE, Finding
from generator.release.needs import Sums, least, most, requested
from generator.release.preflight.scene import Scene, finding, name
from generator.tools.kubectl import Json

ID = "quota"

#: `cpu` in a quota means `requests.cpu`.
_SHORT = ("cpu", "memory", "ephemeral-storage")


def check(scene: Scene) -> Iterator[Finding]:
    own = {obj.name: obj.spec for obj in scene.rendering.of("ResourceQuota")}
    foreign = [one for one in scene.facts.quotas or () if name(one) not in own]
    quotas = {
        **{name(one): mapping(one.get("spec")) for one in foreign},
        **own,
    }
    if not quotas:
        return
    others = _of_others(scene)
    now = _plus(least(scene.rendering, scene.namespace, live=scene.replicas), others)
    ends = _plus(most(scene.rendering, scene.namespace), others)
    for quota, spec in sorted(quotas.items()):
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue  # for some of the pods only
        hard = mapping(spec.get("hard"))
        if lacking := _lacking(now, hard):
            yield _short(scene, quota, lacking, hard)
        elif lacking := _lacking(ends, hard):
            yield finding(
                ID,
                scene.overlay,
                f"there is room for now, but the autoscalers would stop before their end:"
                f" {_told(ends, hard, lacking)}",
                severity=NOTE,
                subject=f"ResourceQuota/{quota}",
            )


def _short(scene: Scene, quota: str, lacking: list[str], hard: Mapping[str, Any]) -> Finding:
    others = _of_others(scene)
    now = _plus(least(scene.rendering, scene.namespace, live=scene.replicas), others)
    patch = ",".join(f'"{key}":"{readable(now[_full(key)], key)}"' for key in lacking)
    return finding(
        ID,
        scene.overlay,
        f"has not the room for what is to run with its rollout: {_told(now, hard, lacking)}",
        hint=f"kubectl patch resourcequota {quota} --namespace {scene.namespace} --patch"
        f' \'{{"spec":{{"hard":{{{patch}}}}}}}\'',
        subject=f"ResourceQuota/{quota}",
    )


def _of_others(scene: Scene) -> Sums:
    """What pods of the namespace ask for that are no part of the release."""
    pods = tuple(
        pod
        for pod in scene.facts.pods or ()
        if pod["metadata"].get("namespace") == scene.namespace and not _ours(pod, scene)
    )
    return requested(pods)


def _ours(pod: Json, scene: Scene) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return labels.get("app.kubernetes.io/instance") == scene.target.release


def _plus(one: Sums, other: Sums) -> Sums:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one.keys() | other.keys()}


def _full(key: str) -> str:
    return f"requests.{key}" if key in _SHORT else key


def _lacking(wanted: Sums, hard: Mapping[str, Any]) -> list[str]:
    return [key for key in sorted(hard) if wanted.get(_full(key), 0) > amount(hard[key])]


def _told(wanted: Sums, hard: Mapping[str, Any], keys: list[str]) -> str:
    return ", ".join(f"{key} {readable(wanted[_full(key)], key)} of {hard[key]}" for key in keys)
