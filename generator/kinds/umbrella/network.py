"""Routes become hosts, and entries of routes that share a component and its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from generator.spec.model import Chart, Component, Route
from generator.spec.names import camel_case
from generator.spec.quantity import parse_bytes, parse_seconds


@dataclass(frozen=True, kw_only=True)
class Host:
    """One public host. `key` is its place in the values, `routes` what it answers with."""

    key: str
    name: str
    origin: Route
    routes: tuple[Route, ...]
    redirect: str | None = None

    @property
    def label(self) -> str:
        """Its key as a part of object names."""
        return re.sub(r"([A-Z])", r"-\1", self.key).lower()

    @property
    def www(self) -> bool:
        """Whether it is redirected to itself with or without `www.`"""
        return self.redirect in (f"www.{self.name}", self.name.removeprefix("www."))


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is limited at one address: limits are per Ingress object, so it decides on these."""

    rate: int | None = None
    burst: int | None = None
    body: str | None = None
    timeout: int | None = None
    websocket: bool = False

    @property
    def any(self) -> bool:
        return bool(self.rate or self.body or self.timeout)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Routes that share a component and its limits. `key` is its place in the values."""

    key: str
    component: Component
    limits: Limits
    routes: tuple[Route, ...]


@dataclass(frozen=True, kw_only=True)
class Network:
    """All hosts of a chart, and its entries."""

    hosts: tuple[Host, ...]
    entries: tuple[Entry, ...]

    def host(self, name: str | None) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)

    @property
    def redirects(self) -> tuple[Host, ...]:
        return tuple(host for host in self.hosts if host.redirect)

    @property
    def limited(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.limits.any)


def network(chart: Chart) -> Network:
    """What the chart's routes come to."""
    return Network(hosts=_hosts(chart.routes), entries=_entries(chart.routes))


def _hosts(routes: Iterable[Route]) -> tuple[Host, ...]:
    by_name: dict[str, list[Route]] = {}
    for route in routes:
        by_name.setdefault(route.host, []).append(route)
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for name in by_name:
        keys[name] = _key(name, taken)
        taken.add(keys[name])
    return tuple(
        Host(
            key=keys[name],
            name=name,
            origin=found[0],
            routes=tuple(route for route in found if route.to is not None),
            redirect=next((route.redirect for route in found if route.redirect), None),
        )
        for name, found in by_name.items()
    )


def _key(name: str, taken: set[str]) -> str:
    """The host's first label, or the whole host where an earlier one has that label."""
    for text in (name.partition(".")[0], name):
        words = re.sub(r"[^a-z0-9]+", "-", text.replace("*", "any")).strip("-")
        key = camel_case(words if words[:1].isalpha() else f"host-{words}")
        if key not in taken:
            return key
    return f"{key}{len(taken)}"


def _limits(route: Route) -> Limits:
    timeout = parse_seconds(route.timeout) if route.timeout else 3600 if route.websocket else None
    return Limits(
        rate=route.rate,
        burst=route.burst,
        body=route.body and _nginx_size(parse_bytes(route.body)),
        timeout=timeout,
        websocket=route.websocket,
    )


def _nginx_size(count: int) -> str:
    """Bytes as NGINX writes them: `10m`."""
    for unit, letter in ((1024**3, "g"), (1024**2, "m"), (1024, "k")):
        if count % unit == 0:
            return f"{count // unit}{letter}"
    return str(count)


def _entries(routes: Iterable[Route]) -> tuple[Entry, ...]:
    grouped: dict[tuple[str, Limits], list[Route]] = {}
    for route in routes:
        if route.to is not None:
            grouped.setdefault((route.to.name, _limits(route)), []).append(route)
    entries: list[Entry] = []
    taken: set[str] = set()
    for (name, limits), found in grouped.items():
        first = found[0]
        assert first.to is not None
        words = (name, f"{name}{first.url_path}", f"{name}-{first.host}{first.url_path}")
        keys = (camel_case(slug(word)) for word in words)
        key = next((key for key in keys if key not in taken), f"{camel_case(name)}{len(taken)}")
        taken.add(key)
        entries.append(Entry(key=key, component=first.to, limits=limits, routes=tuple(found)))
    return tuple(entries)


def slug(text: str) -> str:
    """Text as a part of object names: small letters and digits between dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
