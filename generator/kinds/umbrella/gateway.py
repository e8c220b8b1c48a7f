"""The public addresses by Gateway API: a Gateway, and a route for each host."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.capacity import has_gateway
from generator.kinds.umbrella.network import Host, Network, network
from generator.kinds.umbrella.words import any_of, on, target
from generator.spec.model import Chart

API = "gateway.networking.k8s.io/v1"


def knobs(chart: Chart) -> Iterator[Knob]:
    if not has_gateway(chart):
        return
    only = chart.ingress.mode == "gateway"
    yield Knob(
        path="gateway.enabled",
        doc="Make the public addresses reachable by a Gateway. The Gateway API must be installed.",
        default=only,
        schema=s.BOOLEAN,
    )
    active = {"gateway.enabled": True}
    yield Knob(
        path="gateway.className",
        doc="GatewayClass of the implementation.",
        default=chart.ingress.gateway_class,
        schema=s.NAME,
        flip="another-class",
        needs=active,
    )
    yield Knob(
        path="gateway.annotations",
        doc="Annotations of the Gateway.",
        default={},
        schema=s.LABELS,
        flip={"flipped": "yes"},
        needs=active,
    )


def files(chart: Chart) -> Iterator[File]:
    if not has_gateway(chart):
        return
    found = network(chart)
    routed = [c for c in chart.components if c.name in chart.routed]
    context = {"net": found, "any_of": any_of, "routed": routed}
    for name in ("gateway", "httproute-to-https", "networkpolicy-gateway"):
        yield File(template=f"{name}.yaml", path=f"templates/{name}.yaml", context=context)
    for host in found.hosts:
        yield File(
            template="httproute.yaml",
            path=f"templates/httproute-{host.label}.yaml",
            context={
                "host": host,
                "rules": _rules(found, host),
                "target": target(found, host),
                "on": on,
                "origin": host.origin,
            },
        )


def _rules(found: Network, host: Host) -> list[tuple[object, object]]:
    """The host's routes, each with the entry that knows its limits."""
    return [
        (route, entry) for route in host.routes for entry in found.entries if route in entry.routes
    ]
