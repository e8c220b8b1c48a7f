"""How a chart is reached from outside: the dialect of its routes, and their certificates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Acme:
    """An issuer that the chart makes itself, with HTTP-01."""

    email: str
    server: str


@dataclass(frozen=True, kw_only=True)
class Tls:
    issuer: str
    issuer_kind: str
    enabled: bool
    acme: Acme | None = None


@dataclass(frozen=True, kw_only=True)
class Ingress:
    mode: str
    controller: str
    class_name: str
    gateway_class: str
    namespace: str
    tls: Tls | None
    hsts: bool
    mergeable: bool
