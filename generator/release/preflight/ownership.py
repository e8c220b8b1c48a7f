"""Every object is this release's own, or nobody's: Helm takes none from another."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object
from generator.findings import Finding
from generator.release.changes import key_of
from generator.release.preflight.scene import Scene, finding, notes
from generator.tools.kubectl import Json

ID = "ownership"

_NAME, _NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
_LABEL = "app.kubernetes.io/managed-by"


def check(scene: Scene) -> Iterator[Finding]:
    for one in scene.changes.strangers if scene.changes else ():
        live = scene.changes.live[key_of(one)] if scene.changes else {}
        release, namespace = notes(live).get(_NAME), notes(live).get(_NAMESPACE)
        manager = (live["metadata"].get("labels") or {}).get(_LABEL)
        ours = (release, namespace, manager) == (scene.target.release, scene.namespace, "Helm")
        if ours:
            continue
        if release and (release, namespace) != (scene.target.release, scene.namespace):
            message = f"belongs to the release {release!r} in {namespace}"
        else:
            message = f"is there already, and Helm did not make it{_maker(live)}"
        yield finding(ID, one.path, message, hint=_hint(scene, one, release), subject=one.title)


def _maker(live: Json) -> str:
    entries = live["metadata"].get("managedFields") or ()
    names = sorted({str(each.get("manager")) for each in entries if each.get("manager")})
    return f" but {' and '.join(names)}" if names else ""


def _hint(scene: Scene, one: Object, release: str | None) -> list[str]:
    what = f"{one.kind.lower()} {one.name}"
    where = f" --namespace {one.namespace}" if one.namespace else ""
    if release and release != scene.target.release:
        return [f"helm uninstall {release}    # or give one of the two another name"]
    return [
        "# to let the release take it over:",
        f"kubectl label {what}{where} --overwrite {_LABEL}=Helm",
        f"kubectl annotate {what}{where} --overwrite {_NAME}={scene.target.release}"
        f" {_NAMESPACE}={scene.namespace}",
    ]
