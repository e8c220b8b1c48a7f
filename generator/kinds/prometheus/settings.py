"""What a spec says of a Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Claim, Container
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.server import read_claim
from generator.spec.quantity import parse_bytes

IMAGE = "quay.io/prometheus/prometheus:v3.14.0-distroless"
RELOADER = Image(repository="quay.io/prometheus-operator/prometheus-config-reloader", tag="v0.93.1")

THANOS = "quay.io/thanos/thanos:v0.42.4"
THANOS_RESOURCES = {"cpu": ["50m", "500m"], "memory": ["128Mi", "512Mi"]}

#: Of the reloader, which only watches two folders.
RELOADER_RESOURCES = Container(
    cpu_request=10, cpu_limit=100, memory_request=32 * 1024**2, memory_limit=64 * 1024**2
)

#: How much of a volume samples may fill, in percent. Above them: the write-ahead log's next
#: segment, and blocks that exist twice while they are compacted.
FILL = 84


#: The flavour in which the cluster's operator runs the server.
OPERATOR = "operator"

#: What an operator's objects are selected by when kube-prometheus-stack brings it.
LABELS = {"release": "kube-prometheus-stack"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    samples: int
    labels: int
    targets: int


@dataclass(frozen=True, kw_only=True)
class Http:
    """Names of the metrics that objectives are computed from."""

    requests: str
    duration: str
    status: str
    handler: str


@dataclass(frozen=True, kw_only=True)
class RemoteWrite:
    """Where samples are sent to as well; `token` is a key of a Secret."""

    url: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Thanos:
    """The sidecar; `store` is a key of a Secret."""

    image: Image
    store: str
    resources: Container


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What both flavours have. `given` are the keys that the spec has."""

    given: tuple[str, ...]
    interval: str
    nodes: bool
    limits: Limits
    http: Http
    runbooks: str
    dashboards: str


@dataclass(frozen=True, kw_only=True)
class Plain(Settings):
    """A Prometheus of this chart."""

    image: Image
    replicas: int
    resources: Container
    claim: Claim
    retention: str
    retention_bytes: int
    remote_write: RemoteWrite | None
    thanos: Thanos | None

    #: What the shared templates of services and tests ask for.
    port: int = 9090
    ready: str = "/-/ready"
    metrics: None = None
    operated: bool = False


@dataclass(frozen=True, kw_only=True)
class Operated(Settings):
    """A Prometheus that the cluster has.

    `state` says that it reads kube-state-metrics; `api` is what the objects for it are written in.
    """

    namespace: str
    labels: Mapping[str, str]
    account: str
    state: bool

    metrics: None = None
    operated: bool = True
    reads_mesh: bool = True
    api: str = "monitoring.coreos.com/v1"


def read_settings(data: Mapping[str, Any]) -> Plain | Operated:
    limits, http, links = data.get("limits", {}), data.get("http", {}), data.get("links", {})
    both: dict[str, Any] = {
        "given": tuple(data),
        "interval": data.get("interval", "30s"),
        "nodes": data.get("nodes", False),
        "limits": Limits(
            samples=limits.get("samples", 100_000),
            labels=limits.get("labels", 64),
            targets=limits.get("targets", 500),
        ),
        "http": Http(
            requests=http.get("requests", "http_requests_total"),
            duration=http.get("duration", "http_request_duration_seconds"),
            status=http.get("status", "status"),
            handler=http.get("handler", "handler"),
        ),
        "runbooks": links.get("runbooks", ""),
        "dashboards": links.get("dashboards", ""),
    }
    return (_operated if data.get("flavor") == OPERATOR else _plain)(data, both)


def _plain(data: Mapping[str, Any], both: Mapping[str, Any]) -> Plain:
    claim, size = read_claim(data["storage"]), data.get("retentionSize")
    return Plain(
        image=read_image(data.get("image", IMAGE)),
        replicas=data.get("replicas", 2),
        resources=read_resources(data["resources"]),
        claim=claim,
        retention=data.get("retention", "30d"),
        retention_bytes=claim.size * FILL // 100 if size is None else parse_bytes(size),
        remote_write=_remote_write(data.get("remoteWrite")),
        thanos=_thanos(data.get("thanos")),
        **both,
    )


def _operated(data: Mapping[str, Any], both: Mapping[str, Any]) -> Operated:
    raw = data.get("operator", {})
    return Operated(
        namespace=raw.get("namespace", "monitoring"),
        labels=raw.get("labels", LABELS),
        account=raw.get("serviceAccount", "kube-prometheus-stack-prometheus"),
        state=raw.get("kubeStateMetrics", False),
        **both,
    )


def _remote_write(raw: Mapping[str, Any] | None) -> RemoteWrite | None:
    return None if raw is None else RemoteWrite(url=raw["url"], token=raw.get("token", ""))


def _thanos(raw: Mapping[str, Any] | None) -> Thanos | None:
    if raw is None:
        return None
    return Thanos(
        image=read_image(raw.get("image", THANOS)),
        store=raw["store"],
        resources=read_resources(raw.get("resources", THANOS_RESOURCES)),
    )
