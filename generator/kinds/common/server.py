"""What kinds share that run somebody else's image: a server with probes, perhaps with a volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.kinds.api import Claim, Container, Knob, Problem
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.checks import limit_problems
from generator.spec.quantity import format_bytes, parse_bytes

#: What a probe of each name is for. The three differ: patience, no dependencies, readiness.
_PROBES = {
    "startupProbe": "Until it succeeds once, the other probes wait.",
    "livenessProbe": "When it fails, the container is started anew.",
    "readinessProbe": "When it fails, the pod gets no traffic.",
}

_DEFAULTS = {
    "startupProbe": {"periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 60},
    "livenessProbe": {"periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
    "readinessProbe": {"periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 3},
}


#: Of a StatefulSet's volumes.
_BY_HAND = (
    "To grow, patch the claims that exist and delete the StatefulSet with --cascade=orphan before "
    "the upgrade. A smaller one is refused."
)


def read_claim(value: Any) -> Claim:
    """`size` or `[size, storage class]`."""
    size, storage_class = value if isinstance(value, list) else (value, "")
    return Claim(size=parse_bytes(size), storage_class=storage_class)


def probes(
    live: tuple[str, str] | None,
    ready: tuple[str, str],
    startup: Mapping[str, int] | None = None,
) -> list[Knob]:
    """Three probes, each a path and the name of a port; without a path for `live`: the port."""
    asked = {"startupProbe": ready, "livenessProbe": live, "readinessProbe": ready}

    def ask(where: tuple[str, str] | None) -> dict[str, Any]:
        if where is None:
            return {"tcpSocket": {"port": "http"}}
        return {"httpGet": {"path": where[0], "port": where[1]}}

    return [
        k.probe(
            name,
            doc,
            ask(asked[name]),
            **{**_DEFAULTS[name], **((startup or {}) if name == "startupProbe" else {})},
        )
        for name, doc in _PROBES.items()
    ]


def storage(claim: Claim, *, at: str = "storage", grows: str = _BY_HAND) -> list[Knob]:
    """Size and class of the volume that each replica has. `grows` says how it changes."""
    return [
        Knob(
            path=f"{at}.size",
            doc=f"Size of the volume of each replica. {grows}",
            default=format_bytes(claim.size),
            schema=s.QUANTITY,
            flip="7Gi",
        ),
        Knob(
            path=f"{at}.className",
            doc="Storage class of the volumes. Empty means the cluster's default.",
            default=claim.storage_class,
            schema=s.STRING,
            flip="another-class",
        ),
    ]


def spread() -> Knob:
    """Whether two replicas may share a node when there are too few nodes."""
    return Knob(
        path="spread.nodes",
        doc="`DoNotSchedule`: the replicas spread evenly over the nodes, or wait. "
        "`ScheduleAnyway`: they prefer to, for clusters with fewer nodes.",
        default="DoNotSchedule",
        schema=_SPREAD,
    )


def kube_api() -> list[Knob]:
    """Where the API server is: network policies can't select it."""
    return [
        Knob(
            path="kubeApi.cidrs",
            doc="Addresses of the Kubernetes API server, for the network policy.",
            default=["0.0.0.0/0", "::/0"],
            schema=s.CIDRS,
            flip=["10.0.0.1/32"],
        ),
        Knob(
            path="kubeApi.ports",
            doc="Ports of the Kubernetes API server, for the network policy.",
            default=[443, 6443],
            schema=_PORTS,
            flip=[8443],
        ),
    ]


def test_image() -> list[Knob]:
    """The image of the pod that `helm test` starts."""
    return [knob for knob in k.wait() if knob.path.startswith("wait.image.")]


def external_url() -> Knob:
    return Knob(
        path="externalUrl",
        doc="Address that people reach it by, for links. Empty means none.",
        default="",
        schema=s.STRING,
        flip="https://flipped.example.com",
    )


def resource_problems(
    resources: Container, path: tuple[str, ...] = ("resources",)
) -> Iterator[Problem]:
    """Limits below requests."""
    return limit_problems(resources, *path)


_SPREAD = s.enum("DoNotSchedule", "ScheduleAnyway")
_PORTS = {"type": "array", "items": s.PORT}
