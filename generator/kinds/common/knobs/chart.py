"""Values of a chart as a whole: the name of its objects, and what all charts share."""

from __future__ import annotations

from generator.kinds.api import Knob
from generator.kinds.common import schemas as s


def naming() -> list[Knob]:
    return [
        Knob(
            path="fullnameOverride",
            doc="Name of the objects. Empty means the component's name, after the release's name "
            "unless the release is named after its chart. Those who connect are told by their own "
            "connections.<name>.host.",
            default="",
            schema=s.FULL_NAME,
            flip="another-name",
        )
    ]


def shared(*, routed: bool, mesh: str | None, ingress_namespace: str) -> list[Knob]:
    """Values below `global`, which the umbrella and all its subcharts see alike."""
    knobs = [
        Knob(
            path="global.imageRegistry",
            doc="Registry of all images, for a mirror. Empty means each image's own.",
            default="",
            schema=s.STRING,
            flip="mirror.example.com",
        ),
        Knob(
            path="global.imagePullSecrets",
            doc="Names of the Secrets to pull images with.",
            default=[],
            schema=s.NAMES,
            flip=["pull-secret"],
        ),
        Knob(
            path="global.dnsAddresses",
            doc="Addresses of a node-local DNS cache, which no selector can name.",
            default=["169.254.20.10/32"],
            schema=s.CIDRS,
            flip=["10.0.0.10/32"],
        ),
    ]
    if routed:
        knobs.append(
            Knob(
                path="global.ingressNamespace",
                doc="Namespace of the ingress controller, which the network policies let in.",
                default=ingress_namespace,
                schema=s.NAME,
                flip="another-ingress",
            )
        )
    if mesh is not None:
        knobs.append(
            Knob(
                path="global.mesh",
                doc="Istio: `none`, `ambient` or `sidecar`.",
                default=mesh,
                schema=s.MESH,
            )
        )
    return knobs
