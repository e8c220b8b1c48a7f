"""The certificate of the public addresses, by cert-manager, and its issuer if asked for."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob, Problem
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.network import network
from generator.kinds.umbrella.words import any_of
from generator.spec.ingress import Acme, Tls
from generator.spec.model import Chart

API = "cert-manager.io/v1"


def knobs(chart: Chart) -> Iterator[Knob]:
    tls = chart.ingress.tls
    if not chart.routes or tls is None:
        return
    yield Knob(
        path="tls.enabled",
        doc="Let cert-manager, which must be installed, make the certificate. While off, the "
        "Secret must exist.",
        default=tls.enabled,
        schema=s.BOOLEAN,
    )
    wanted = {"tls.enabled": True}
    yield Knob(
        path="tls.issuer.name",
        doc="Name of the issuer.",
        default=tls.issuer,
        schema=s.NAME,
        flip="another-issuer",
        needs=wanted,
    )
    yield Knob(
        path="tls.issuer.kind",
        doc="Kind of the issuer.",
        default=tls.issuer_kind,
        schema=s.enum("Issuer", "ClusterIssuer"),
        needs=wanted,
    )
    if tls.acme is not None:
        yield from _acme(tls, tls.acme)


def _acme(tls: Tls, acme: Acme) -> Iterator[Knob]:
    """The issuer that the chart makes itself."""
    yield Knob(
        path="tls.issuer.create",
        doc="Create the issuer. One ClusterIssuer belongs to one release only.",
        default=tls.issuer_kind == "Issuer",
        schema=s.BOOLEAN,
        needs={"tls.enabled": True},
    )
    made = {"tls.enabled": True, "tls.issuer.create": True}
    yield Knob(
        path="tls.issuer.server",
        doc="Directory of the ACME server. Try the staging server first: limits are strict.",
        default=acme.server,
        schema={"type": "string", "pattern": "^https://"},
        flip="https://acme.example.com/directory",
        needs=made,
    )
    yield Knob(
        path="tls.issuer.email",
        doc="Mail address that the ACME server warns.",
        default=acme.email,
        schema={"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
        flip="flipped@example.com",
        needs=made,
    )


def files(chart: Chart) -> Iterator[File]:
    tls = chart.ingress.tls
    if not chart.routes or tls is None:
        return
    context = {"net": network(chart), "any_of": any_of, "origin": chart}
    yield File(template="certificate.yaml", path="templates/certificate.yaml", context=context)
    if tls.acme is not None:
        entrance = {
            "ingress": ".Values.ingress.enabled",
            "gateway": ".Values.gateway.enabled",
            "both": "(or .Values.ingress.enabled .Values.gateway.enabled)",
        }[chart.ingress.mode]
        context = {"entrance": entrance}
        yield File(template="issuer.yaml", path="templates/issuer.yaml", context=context)
    yield File(template="networkpolicy-acme.yaml", path="templates/networkpolicy-acme.yaml")


def problems(chart: Chart) -> Iterator[Problem]:
    """An issuer that could never prove a host."""
    tls, ingress = chart.ingress.tls, chart.ingress
    if tls is None or tls.acme is None:
        return
    path = ("ingress", "tls", "acme")
    wild = [route.host for route in chart.routes if route.host.startswith("*.")]
    if wild:
        yield Problem(
            path=path,
            rule="acme-wildcard",
            message=f"HTTP-01 can't prove {wild[0]}",
            hint="remove `acme` and name an issuer that uses DNS-01",
        )
    if ingress.mode != "gateway" and ingress.controller == "nginx" and not ingress.mergeable:
        yield Problem(
            path=path,
            rule="acme-mergeable",
            message="the NGINX controller gives a host to one Ingress only, so that the "
            "challenge's own Ingress would lose",
            hint="mergeable: true, below ingress; or an issuer that uses DNS-01",
        )
