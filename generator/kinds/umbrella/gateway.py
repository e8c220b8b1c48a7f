"""The public addresses by Gateway API: a Gateway, and a route for each host."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.capacity import has_gateway
from generator.kinds.umbrella.network import Entry, Network, network
from generator.kinds.umbrella.words import any_of, on, serves, target
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
    entries = _entries(found)
    for host in found.hosts:
        yield File(
            template="httproute.yaml",
            path=f"templates/httproute-{host.label}.yaml",
            context={
                "host": host,
                "rules": [(route, entries[id(route)]) for route in host.routes],
                "target": target(found, host),
                "on": on,
                "serves": serves(host) if host.routes else "",
                "origin": host.origin,
            },
        )


def _entries(found: Network) -> dict[int, Entry]:
    """The entry of each route, which knows its limits."""
    return {id(route): entry for entry in found.entries for route in entry.routes}
