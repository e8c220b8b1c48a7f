"""The service mesh of the namespace: strict mTLS, and nothing allowed that no edge allows."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.umbrella.capacity import has_gateway
from generator.spec.model import Chart


def knobs(chart: Chart) -> Iterator[Knob]:
    """None: `global.mesh` is every chart's."""
    yield from ()


def files(chart: Chart) -> Iterator[File]:
    if chart.mesh is None:
        return
    names = ["peerauthentication", "authorizationpolicy", "telemetry"]
    if chart.scrape is not None:
        names.append("networkpolicy-proxies")
    if chart.routes and chart.ingress.tls is not None:
        names.append("authorizationpolicy-acme")
    if has_gateway(chart):
        names.append("authorizationpolicy-gateway")
    for name in names:
        yield File(template=f"mesh-{name}.yaml", path=f"templates/{name}.yaml")
