"""The API server takes every object: schemas, admission policies, Pod Security, rights to grant."""

from __future__ import annotations

from collections.abc import Iterator

from generator.findings import WARNING, Finding
from generator.release import admission
from generator.release.changes import REPLACED
from generator.release.preflight.scene import Scene, finding

ID = "refused"

#: What Helm 3 passes over with a warning, and a server-side apply refuses.
_LENIENT = ("unknown field", "strict decoding error", "field not declared in schema")


def check(scene: Scene) -> Iterator[Finding]:
    if scene.changes is None:
        return
    for one in scene.changes.objects:
        if one.refused is None or one.action == REPLACED:
            continue
        lenient = not scene.changes.server_side and any(s in one.refused for s in _LENIENT)
        yield finding(
            ID,
            one.path,
            f"the API server refuses it: {one.refused}",
            hint="Helm 3 sends it all the same, and the field is lost"
            if lenient
            else admission.way(one.refused),
            severity=WARNING if lenient else "error",
            subject=one.title,
        )
    for namespace in sorted(scene.facts.homeless):
        titles = [one.title for one in scene.objects if one.namespace == namespace]
        yield finding(
            ID,
            scene.chart,
            f"namespace {namespace} is not there, and {', '.join(titles)} belong into it",
            hint=f"deploy what lives there first, or kubectl create namespace {namespace}",
        )
    if not scene.changes.asked:
        yield finding(
            "not-asked",
            scene.chart,
            f"namespace {scene.namespace} is not there yet, so the API server was not asked whether"
            " it takes the objects; deploy makes the namespace first",
            hint=f"kubectl apply --server-side -f"
            f" {scene.chart.removesuffix('Chart.yaml')}files/namespace.yaml    # then plan again"
            if (scene.target.chart / "files" / "namespace.yaml").is_file()
            else f"kubectl create namespace {scene.namespace}    # then plan again",
            severity="note",
        )
