"""What an object names is there: in the rendering, or declared by the chart as made by others.

A pod that names a ConfigMap that is not there waits for it for ever. A chart declares what must be
there before it is installed in Chart.yaml:

    annotations:
      generator.dev/existing: Secret/backend-secrets, ConfigMap/company-ca

Secrets that no chart declares are a note only: many charts leave them to their users.

Good:

    kind: ServiceAccount
    metadata: {name: a}
    ---
    kind: Pod
    metadata: {name: a}
    spec: {serviceAccountName: a}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {serviceAccountName: a}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import Object, Workload, mapping, maps
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR, NOTE

ID = "references-exist"
SEVERITY = ERROR

Reference = tuple[str, str, str]  # place, kind, name

#: What Kubernetes puts into every namespace, or every cluster.
_BUILT_IN = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
_ROLES = frozenset({"admin", "cluster-admin", "edit", "view"})
#: What others may have made before the chart is installed.
_BY_OTHERS = frozenset(
    {"ConfigMap", "PersistentVolumeClaim", "Role", "Secret", "Service", "ServiceAccount"}
)
_SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet"})


def check(rendering: Rendering) -> Iterator[Violation]:
    made = {(kind, namespace, name) for kind, namespace, name in _made(rendering)}
    declared = rendering.declared or frozenset()
    noted = set()
    for obj, place, kind, name in _references(rendering):
        there = (kind, obj.namespace, name) in made or (kind, "", name) in made
        if there or (kind, name) in declared or (kind, name) in _BUILT_IN:
            continue
        undeclared = kind == "Secret" and rendering.declared is None
        if undeclared and name in noted:
            continue
        noted.add(name)
        yield Violation(
            obj,
            f"{place}: {kind} {name!r} is not in this rendering"
            + (" and must be there before it is installed" if undeclared else ""),
            f"in Chart.yaml, annotations: generator.dev/existing: {kind}/{name}"
            if kind in _BY_OTHERS
            else None,
            NOTE if undeclared else None,
        )
    for workload in rendering.workloads:
        for message in _mounts(workload):
            yield Violation(workload.object, message)


def _made(rendering: Rendering) -> Iterator[tuple[str, str, str]]:
    """All objects, and the Secrets that others make because of them."""
    for obj in rendering.objects:
        yield obj.kind, obj.namespace, obj.name
        secret: Any = None
        if obj.kind == "ExternalSecret":
            secret = mapping(obj.spec.get("target")).get("name") or obj.name
        elif obj.kind == "SealedSecret":
            template = mapping(mapping(obj.spec.get("template")).get("metadata"))
            secret = template.get("name") or obj.name
        elif obj.kind == "Certificate":
            secret = obj.spec.get("secretName")
        elif obj.kind == "Ingress" and any(
            key.startswith("cert-manager.io/") for key in obj.annotations
        ):
            for tls in maps(obj.spec.get("tls")):
                yield "Secret", obj.namespace, str(tls.get("secretName"))
        elif obj.kind == "StatefulSet":
            for claim in maps(obj.spec.get("volumeClaimTemplates")):
                yield "claim template", obj.name, str(mapping(claim.get("metadata")).get("name"))
        if secret:
            yield "Secret", obj.namespace, str(secret)


def _references(rendering: Rendering) -> Iterator[tuple[Object, str, str, str]]:
    for workload in rendering.workloads:
        for reference in _of_pod(workload):
            yield workload.object, *reference
    for obj in rendering.objects:
        for reference in _OF_KIND.get(obj.kind, _nothing)(obj):
            yield obj, *reference


def _of_pod(workload: Workload) -> Iterator[Reference]:
    pod, path = workload.pod, workload.path
    if account := pod.get("serviceAccountName"):
        yield f"{path}.serviceAccountName", "ServiceAccount", str(account)
    for index, volume in enumerate(maps(pod.get("volumes"))):
        yield from _of_volume(volume, f"{path}.volumes[{index}]")
    for container in workload.containers:
        for variable in container.env:
            source = mapping(variable.get("valueFrom"))
            place = f"{container.path}.env {variable.get('name')}"
            yield from _named(source, place, "configMapKeyRef", "secretKeyRef")
        for index, source in enumerate(maps(container.data.get("envFrom"))):
            yield from _named(
                source, f"{container.path}.envFrom[{index}]", "configMapRef", "secretRef"
            )


def _of_volume(volume: Mapping[str, Any], place: str) -> Iterator[Reference]:
    yield from _named(volume, place, "configMap")
    secret = mapping(volume.get("secret"))
    if secret.get("secretName") and not secret.get("optional"):
        yield f"{place}.secret", "Secret", str(secret["secretName"])
    claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
    if claim:
        yield f"{place}.persistentVolumeClaim", "PersistentVolumeClaim", str(claim)
    for index, source in enumerate(maps(mapping(volume.get("projected")).get("sources"))):
        yield from _named(source, f"{place}.projected.sources[{index}]", "configMap", "secret")


def _named(source: Mapping[str, Any], place: str, *fields: str) -> Iterator[Reference]:
    for field in fields:
        target = mapping(source.get(field))
        if target.get("name") and not target.get("optional"):
            kind = "Secret" if field.startswith("secret") else "ConfigMap"
            yield f"{place}.{field}", kind, str(target["name"])


def _of_ingress(obj: Object) -> Iterator[Reference]:
    backends = [("spec.defaultBackend", mapping(obj.spec.get("defaultBackend")))]
    for index, rule in enumerate(maps(obj.spec.get("rules"))):
        for path in maps(mapping(rule.get("http")).get("paths")):
            place = f"spec.rules[{index}] {path.get('path', '/')}"
            backends.append((place, mapping(path.get("backend"))))
    for place, backend in backends:
        if name := mapping(backend.get("service")).get("name"):
            yield place, "Service", str(name)
    for index, tls in enumerate(maps(obj.spec.get("tls"))):
        if tls.get("secretName"):
            yield f"spec.tls[{index}]", "Secret", str(tls["secretName"])


def _of_route(obj: Object) -> Iterator[Reference]:
    for index, rule in enumerate(maps(obj.spec.get("rules"))):
        for backend in maps(rule.get("backendRefs")):
            if backend.get("kind", "Service") == "Service" and not backend.get("namespace"):
                yield f"spec.rules[{index}].backendRefs", "Service", str(backend.get("name"))


def _of_scaler(field: str) -> Any:
    def references(obj: Object) -> Iterator[Reference]:
        target = mapping(obj.spec.get(field))
        kind = str(target.get("kind", "Deployment"))
        if kind in _SCALABLE:
            yield f"spec.{field}", kind, str(target.get("name"))

    return references


def _of_binding(obj: Object) -> Iterator[Reference]:
    role = mapping(obj.data.get("roleRef"))
    if role.get("name") not in _ROLES:
        yield "roleRef", str(role.get("kind")), str(role.get("name"))
    for index, subject in enumerate(maps(obj.data.get("subjects"))):
        own = subject.get("namespace") in (None, "", obj.namespace)
        if subject.get("kind") == "ServiceAccount" and own:
            yield f"subjects[{index}]", "ServiceAccount", str(subject.get("name"))


def _of_stateful_set(obj: Object) -> Iterator[Reference]:
    if name := obj.spec.get("serviceName"):
        yield "spec.serviceName", "Service", str(name)


def _nothing(_: Object) -> Iterator[Reference]:
    return iter(())


_OF_KIND: dict[str, Any] = {
    "GRPCRoute": _of_route,
    "HTTPRoute": _of_route,
    "HorizontalPodAutoscaler": _of_scaler("scaleTargetRef"),
    "Ingress": _of_ingress,
    "RoleBinding": _of_binding,
    "ScaledObject": _of_scaler("scaleTargetRef"),
    "StatefulSet": _of_stateful_set,
    "VerticalPodAutoscaler": _of_scaler("targetRef"),
}


def _mounts(workload: Workload) -> Iterator[str]:
    """Volumes that a container mounts and nobody defines. The schemas cannot see that."""
    volumes = {volume.get("name") for volume in maps(workload.pod.get("volumes"))}
    claims = maps(workload.object.spec.get("volumeClaimTemplates"))
    volumes |= {mapping(claim.get("metadata")).get("name") for claim in claims}
    for container in workload.containers:
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(maps(container.data.get(field))):
                if mount.get("name") not in volumes:
                    place = f"{container.path}.{field}[{index}]"
                    yield f"{place}: the pod has no volume {mount.get('name')!r}"
