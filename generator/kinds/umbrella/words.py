"""Conditions that templates of the umbrella are filled with: which parts of the chart are on."""

from __future__ import annotations

from collections.abc import Iterable

from generator.kinds.umbrella.network import Host, Network
from generator.spec.model import Component


def on(component: Component) -> str:
    """A component is part of the release."""
    if component.name.isalnum():
        return f".Values.{component.name}.enabled"
    return f'(index .Values "{component.name}" "enabled")'


def any_of(hosts: Iterable[Host]) -> str:
    """One of the hosts is on."""
    return _either([f".Values.routes.{host.key}.enabled" for host in hosts])


def serves(host: Host) -> str:
    """One of the components behind a host is on."""
    return _either(list(dict.fromkeys(on(route.to) for route in host.routes if route.to)))


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"(or {' '.join(names)})"


def alias_on(host: Host) -> str:
    """An Ingress object takes care of a redirected host."""
    return f".Values.routes.{host.key}.enabled"


def alias_on_own(host: Host) -> str:
    """The same where the redirect is an object of its own, behind a switch."""
    return f"and .Values.routes.{host.key}.enabled (not .Values.redirects.enabled)"


def target(found: Network, host: Host) -> str:
    """Where a redirect leads: to another host's value, or out of the chart."""
    known = found.host(host.redirect)
    if known is None:
        return str(host.redirect)
    return f"{{{{ .Values.routes.{known.key}.host }}}}"
