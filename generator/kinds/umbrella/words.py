"""Conditions that templates of the umbrella are filled with: which parts of the chart are on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.kinds.api import SecretNeed
from generator.kinds.umbrella.network import Host, Network
from generator.spec.model import Component, Secret


def value(component: str, path: str) -> str:
    """A value of a component's chart, seen from the umbrella."""
    if component.isalnum():
        return f".Values.{component}.{path}"
    return f'(index .Values "{component}").{path}'


def on(component: Component) -> str:
    """A component is part of the release."""
    return value(component.name, "enabled")


def needed(secret: Secret) -> str:
    """A Secret is read by a component: "" where it always is."""
    if secret.declared:
        return ""
    users = [" ".join(_conditions(name, need)) for name, need in secret.users]
    return users[0] if len(users) == 1 else f"or {' '.join(f'({user})' for user in users)}"


def _conditions(component: str, need: SecretNeed) -> Iterator[str]:
    """The component is on, then the values that its kind names: these exist only if it is."""
    if need.when:
        yield "and"
    yield value(component, "enabled")
    for path, wanted in need.when.items():
        yield value(component, path) if wanted else f"(not {value(component, path)})"


def secret_name(secret: Secret, define: str) -> str:
    """Name of a Secret, as an expression: what the installer chose, where one alone reads it."""
    plain = f'"{secret.name}"'
    if secret.declared or len(secret.users) != 1:
        return plain
    ((component, need),) = secret.users
    if need.prefixed:
        plain = f'(printf "%s{secret.name}" (include "{define}.prefix" .))'
    return f"{value(component, need.value)} | default {plain}" if need.value else plain


def addresses(secret: Secret) -> frozenset[str]:
    """Keys whose values are addresses: a random value is none."""
    return frozenset(key for _, need in secret.users for key in need.urls)


def written(expression: str) -> str:
    """An expression where text is expected: a plain string needs no braces."""
    name = expression[1:-1]
    return name if expression == f'"{name}"' else f"{{{{ {expression} }}}}"


def account(component: Component, define: str) -> str:
    """Name of a component's service account, as an expression. Off, it has no values."""
    plain = f'printf "%s{component.name}" (include "{define}.prefix" .)'
    chosen = f"({value(component.name, 'serviceAccount')}).name"
    return f"{chosen} | default {value(component.name, 'fullnameOverride')} | default ({plain})"


def any_of(hosts: Iterable[Host]) -> str:
    """One of the hosts is on."""
    return _either([f".Values.routes.{host.key}.enabled" for host in hosts])


def any_on(hosts: Iterable[Host], aliases: Iterable[Host]) -> str:
    """One of the hosts of an Ingress object is on, or one that is not redirected for now."""
    names = [f".Values.routes.{host.key}.enabled" for host in hosts]
    return _either([*names, *(f"({alias_on_own(host)})" for host in aliases)])


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
