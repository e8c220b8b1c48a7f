"""Scenes for checks: objects and facts in, no cluster."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.check.manifests import CLUSTER_SCOPED
from generator.check.objects import Object
from generator.findings import Finding
from generator.release.changes import Changes, ObjectChange
from generator.release.dryrun import live_key
from generator.release.facts import Api, Facts, Server
from generator.release.history import History
from generator.release.preflight import CHECKS
from generator.release.preflight.scene import Scene
from generator.release.target import Target

Json = dict[str, Any]
NAMESPACE: Json = {"metadata": {"name": "shop"}}


def made(kind: str, name: str, api: str = "v1", /, **parts: Any) -> Json:
    metadata = {"name": name, **parts.pop("metadata", {})}
    if kind not in CLUSTER_SCOPED:
        metadata.setdefault("namespace", "shop")
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}


def rendered(*data: Json) -> tuple[Object, ...]:
    return tuple(
        Object(
            api_version=one["apiVersion"],
            kind=one["kind"],
            name=one["metadata"]["name"],
            namespace=one["metadata"].get("namespace", ""),
            path=f"charts/shop/templates/{one['kind'].lower()}.yaml",
            data=one,
        )
        for one in data
    )


def workload(kind: str, name: str, *, cpu: str = "100m", memory: str = "64Mi", **spec: Any) -> Json:
    container = {"name": "app", "resources": {"requests": {"cpu": cpu, "memory": memory}}}
    template = {"spec": {"containers": [container]}}
    return made(kind, name, "apps/v1", spec={"template": template, **spec})


def node(
    name: str, *, cpu: str = "2", memory: str = "4Gi", ready: bool = True, **spec: Any
) -> Json:
    conditions = [{"type": "Ready", "status": str(ready)}]
    allocatable = {"cpu": cpu, "memory": memory, "pods": "110"}
    return made(
        "Node", name, spec=spec, status={"allocatable": allocatable, "conditions": conditions}
    )


def pod(name: str, *, cpu: str, namespace: str = "other", **labels: str) -> Json:
    container = {"name": "app", "resources": {"requests": {"cpu": cpu}}}
    metadata = {"namespace": namespace, "labels": labels}
    return made("Pod", name, metadata=metadata, spec={"containers": [container]})


def secret(name: str, **values: str) -> Json:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return made("Secret", name, data=data)


def changes(
    *objects: ObjectChange,
    server_side: bool = True,
    asked: bool = True,
    live: Sequence[Json] = (),
    strangers: tuple[Object, ...] = (),
) -> Changes:
    return Changes(
        objects=objects,
        unchanged=0,
        server_side=server_side,
        asked=asked,
        live={live_key(one): one for one in live},
        strangers=strangers,
    )


def scene(
    *objects: Json,
    history: History | None = None,
    changes: Changes | None = None,
    keys: Mapping[str, Mapping[str, int]] | None = None,
    namespace: Json | None = NAMESPACE,
    metadata: Mapping[str, Any] | None = None,
    size: int = 0,
    version: str = "1.37.2",
    kubectl: str = "1.37.1",
    serves: bool = True,
    **facts: Any,
) -> Scene:
    """One release, `shop`, with these objects. `metadata` is what its Chart.yaml says."""
    target = Target(
        release="shop",
        namespace="shop",
        environment="staging",
        chart=Path("charts/shop"),
        values=(Path("values/staging/shop.yaml"),),
    )
    target.__dict__["metadata"] = dict(metadata or {})
    apis: dict[str, dict[str, Api]] = {}
    for one in objects if serves else ():
        plural = Api(resource=f"{one['kind'].lower()}s", namespaced=True)
        apis.setdefault(one["apiVersion"], {})[one["kind"]] = plural
    return Scene(
        target=target,
        root=Path(),
        helm=(4, 3, 1),
        history=history or History(revisions=()),
        facts=Facts(
            server=Server(version=version, kubectl=kubectl, id="x"),
            namespace=namespace,
            **{"apis": apis, **facts},
        ),
        objects=rendered(*objects),
        changes=changes,
        keys=keys or {},
        size=size,
    )


def said(rule: str, given: Scene) -> list[Finding]:
    """What one check finds."""
    return list(CHECKS[rule].check(given))


def messages(rule: str, given: Scene) -> list[str]:
    return [
        f"{one.severity}: {f'{one.subject}: ' if one.subject else ''}{one.message}"
        for one in said(rule, given)
    ]
