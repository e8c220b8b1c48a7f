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


#: Path of the value that names the namespace of others' monitoring.
MONITORING = "global.monitoringNamespace"


def of_pods() -> list[Knob]:
    """Values below `global`, which the umbrella and all its subcharts see alike."""
    return [
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


def mesh_mode(default: str) -> Knob:
    return Knob(
        path="global.mesh",
        doc="Istio: `none`, `ambient` or `sidecar`.",
        default=default,
        schema=s.MESH,
    )


def ingress_namespace(default: str) -> Knob:
    return Knob(
        path="global.ingressNamespace",
        doc="Namespace of the ingress controller, which the network policies let in.",
        default=default,
        schema=s.NAME,
        flip="another-ingress",
    )


def monitoring_namespace(default: str) -> Knob:
    return Knob(
        path=MONITORING,
        doc="Namespace of the Prometheus and the Alertmanager that an operator runs. The network "
        "policies let that Prometheus in.",
        default=default,
        schema=s.NAME,
        flip="another-monitoring",
    )
