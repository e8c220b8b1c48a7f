"""Every class that an object names is there: of storage, of ingresses, of gateways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.check.objects import Object, mapping, maps
from generator.findings import ERROR, WARNING, Finding
from generator.release.facts import Items
from generator.release.preflight.scene import Scene, close_to, finding, name, notes
from generator.tools.kubectl import Json

ID = "classes"

_DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class"
_DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class"


def check(scene: Scene) -> Iterator[Finding]:
    facts = scene.facts
    there: Mapping[str, tuple[Items, str]] = {
        "StorageClass": (facts.storage_classes, _DEFAULT_STORAGE),
        "IngressClass": (facts.ingress_classes, _DEFAULT_INGRESS),
        "GatewayClass": (facts.gateway_classes, ""),
    }
    by_class: dict[tuple[str, str], list[str]] = {}
    for obj, kind, wanted in _named(scene):
        by_class.setdefault((kind, wanted), []).append(obj.title)
    for (kind, wanted), titles in by_class.items():
        classes, default = there[kind]
        if classes is not None:  # else it may not be read, and Kubernetes will say
            message = _missing(kind, wanted, classes, default)
            if message:
                yield finding(
                    ID,
                    scene.overlay,
                    message,
                    hint=_hint(kind, [name(one) for one in classes]),
                    # Nobody serves such an ingress, but it is accepted.
                    severity=WARNING if kind == "IngressClass" else ERROR,
                    subject=", ".join(titles),
                )


def _named(scene: Scene) -> Iterator[tuple[Object, str, str]]:
    """Objects, the kind of class that each needs, and its name: empty for the default one."""
    for obj in scene.rendering.of("StatefulSet"):
        for claim in maps(obj.spec.get("volumeClaimTemplates")):
            spec = mapping(claim.get("spec"))
            if spec.get("storageClassName") != "":  # that one wants a volume made by hand
                yield obj, "StorageClass", str(spec.get("storageClassName") or "")
    for obj in scene.rendering.of("PersistentVolumeClaim"):
        if "volumeName" not in obj.spec and obj.spec.get("storageClassName") != "":
            yield obj, "StorageClass", str(obj.spec.get("storageClassName") or "")
    for obj in scene.rendering.of("Ingress"):
        if "kubernetes.io/ingress.class" not in obj.annotations:
            yield obj, "IngressClass", str(obj.spec.get("ingressClassName") or "")
    for obj in scene.rendering.of("Gateway"):
        yield obj, "GatewayClass", str(obj.spec.get("gatewayClassName") or "")


def _missing(kind: str, wanted: str, classes: Sequence[Json], default: str) -> str | None:
    if wanted:
        known = [name(one) for one in classes]
        close = close_to(wanted, known)
        meant = f", did you mean {close!r}?" if close else ""
        return None if wanted in known else f"there is no {kind} {wanted!r}{meant}"
    has = any(notes(one).get(default) == "true" for one in classes)
    return None if has else f"asks for the default {kind}, and the cluster has none"


def _hint(kind: str, known: list[str]) -> str:
    there = f"there are: {', '.join(sorted(known))}" if known else "there is none"
    return f"kubectl get {kind.lower()}    # {there}"
