"""Releases and clusters for tests that need none: objects in, facts out."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.release.history import History, Revision
from generator.release.status.facts import Facts
from generator.release.target import Target

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Json = dict[str, Any]


def made(kind: str, name: str, *, api: str = "apps/v1", **parts: Any) -> Json:
    """An object; `labels` go where they belong."""
    metadata = {"name": name, "namespace": "shop", "uid": name, "labels": parts.pop("labels", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}


def workload(kind: str, name: str, wanted: int, /, **status: Any) -> Json:
    labels = {"app": name}
    containers = [{"name": "app", "image": f"registry.example:5000/team/{name}:v2.1.0"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {"replicas": wanted, "selector": {"matchLabels": labels}, "template": template}
    return made(kind, name, spec=spec, status=status)


def replica_set(app: str, **status: Any) -> Json:
    """That of a Deployment."""
    return _owned(made("ReplicaSet", f"{app}-5f", status=status), app)


def pod(app: str, name: str, *, role: str = "", **status: Any) -> Json:
    labels = {"app": app, **({"role": role} if role else {})}
    one = made("Pod", name, api="v1", labels=labels, spec={}, status=status)
    return _owned(one, f"{app}-5f")


def _owned(one: Json, owner: str) -> Json:
    one["metadata"]["ownerReferences"] = [{"uid": owner, "kind": "…"}]
    return one


def event(kind: str, name: str, reason: str, message: str, *, at: str = "12:00") -> Json:
    return {
        **made("Event", f"{name}.1", api="v1"),
        "type": "Warning",
        "involvedObject": {"kind": kind, "name": name},
        "reason": reason,
        "message": message,
        "lastTimestamp": f"2026-11-23T{at}:00Z",
    }


def revision(
    number: int, objects: Sequence[Json], status: str = "deployed", **info: str
) -> Revision:
    record = {
        "manifest": "\n---\n".join(json.dumps(one) for one in objects),
        "info": {"last_deployed": "2026-11-23T11:00:00Z", "description": "done", **info},
        "chart": {"metadata": {"version": "2.0.0", "appVersion": "v2.1.0"}},
    }
    packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(record).encode())))
    return Revision(number=number, status=status, namespace="shop", packed=packed.decode())


def facts(
    manifest: Sequence[Json],
    live: Sequence[Json] = (),
    *,
    status: str = "deployed",
    certificates: Mapping[str, str] | None = None,
    unknown: tuple[str, ...] = (),
    description: str = "done",
) -> Facts:
    last = revision(1, manifest, status, description=description)
    return Facts(
        target=Target(
            release="shop",
            namespace="shop",
            environment="dev",
            chart=Path("charts/shop"),
            values=(),
        ),
        history=History(revisions=(last,)),
        items=tuple(live),
        certificates=certificates,
        unknown=unknown,
    )
