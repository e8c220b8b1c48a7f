"""Routes become hosts and Ingress objects: which of them there are, and their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.spec.model import Chart, Component, Route
from generator.spec.names import camel_case
from generator.spec.quantity import parse_bytes, parse_seconds

#: Endings of Ingress names are cut to this, so that the whole stays within 63 characters.
LONGEST = 13


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
class Rule:
    """A host of an Ingress object, with its paths."""

    host: Host
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Object:
    """One Ingress object. `aliases` are the redirected hosts that it takes care of.

    The F5 controller gives a host to one object only. A host with several is therefore spread:
    a `master` for the host, a `minion` for each entry.
    """

    suffix: str
    role: str
    rules: tuple[Rule, ...]
    entry: Entry | None = None
    aliases: tuple[Host, ...] = ()

    @property
    def hosts(self) -> tuple[Host, ...]:
        return tuple(rule.host for rule in self.rules)

    @property
    def origin(self) -> Route:
        return (*self.hosts, *self.aliases)[0].origin


@dataclass(frozen=True, kw_only=True)
class Network:
    """All hosts of a chart, its entries, and the Ingress objects made of them."""

    hosts: tuple[Host, ...]
    entries: tuple[Entry, ...]
    objects: tuple[Object, ...]

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
    hosts = _hosts(chart.routes)
    entries = _entries(chart.routes)
    return Network(hosts=hosts, entries=entries, objects=_objects(chart, hosts, entries))


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
        keys = (camel_case(_slug(word)) for word in words)
        key = next((key for key in keys if key not in taken), f"{camel_case(name)}{len(taken)}")
        taken.add(key)
        entries.append(Entry(key=key, component=first.to, limits=limits, routes=tuple(found)))
    return tuple(entries)


def _objects(chart: Chart, hosts: Sequence[Host], entries: Sequence[Entry]) -> tuple[Object, ...]:
    by_name = {host.name: host for host in hosts}
    redirected = [host for host in hosts if host.redirect]
    spread = _spread(chart, entries)
    names = _Names()
    main = _main(entries)
    objects: list[Object] = []
    for entry in sorted(entries, key=lambda entry: entry is not main):
        rules = [Rule(host=by_name[name], paths=paths) for name, paths in _paths(entry.routes)]
        whole = tuple(rule for rule in rules if rule.host.name not in spread)
        groups = [("plain", whole)] if whole else []
        groups += [("minion", (rule,)) for rule in rules if rule.host.name in spread]
        for role, members in groups:
            suffix = names.of_entry(entry, members)
            aliases = _aliases(chart, members, redirected)
            served = aliases if role == "plain" else ()
            objects.append(
                Object(suffix=suffix, role=role, rules=members, entry=entry, aliases=served)
            )
            for host in aliases if role == "minion" else ():
                suffix = names.free((host.label,), "ingress")
                objects.append(
                    Object(suffix=suffix, role="plain", rules=(), entry=entry, aliases=(host,))
                )
    for host in hosts:
        if host.name in spread:
            suffix = names.free((host.label,), "host")
            objects.append(Object(suffix=suffix, role="master", rules=(Rule(host=host, paths=()),)))
    return tuple(objects)


def _spread(chart: Chart, entries: Iterable[Entry]) -> frozenset[str]:
    """Hosts that need several objects, where the controller gives a host to one only."""
    if chart.ingress.controller != "nginx":
        return frozenset()
    used = Counter(name for entry in entries for name in {route.host for route in entry.routes})
    return frozenset(name for name, count in used.items() if count > 1 or chart.ingress.mergeable)


def _aliases(chart: Chart, rules: Iterable[Rule], hosts: Iterable[Host]) -> tuple[Host, ...]:
    """Redirected hosts that the object of their target takes care of.

    NGINX by F5 serves them while the redirects are off; the others redirect `www.` by themselves.
    """
    names = {rule.host.name for rule in rules if "/" in rule.paths}
    own = chart.ingress.controller == "nginx"
    return tuple(host for host in hosts if host.redirect in names and (own or host.www))


def _main(entries: Sequence[Entry]) -> Entry | None:
    """The entry of the apex: of the host with the fewest labels, the first of them."""
    return min(
        entries,
        key=lambda entry: min(
            (route.url_path != "/", route.host.count("."), index)
            for index, route in enumerate(entry.routes)
        ),
        default=None,
    )


def _paths(routes: Iterable[Route]) -> Iterable[tuple[str, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for route in routes:
        found.setdefault(route.host, []).append(route.url_path)
    return ((host, tuple(paths)) for host, paths in found.items())


class _Names:
    """Endings of names, each given out once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._hosts: set[str] = set()

    def of_entry(self, entry: Entry, rules: Sequence[Rule]) -> str:
        """The first label of a new host; else the path, the component's name, a number.

        The very first object, the apex's, is plain `ingress`.
        """
        host, path = rules[0].host.name, _slug(rules[0].paths[0])
        names = [entry.component.name]
        if 0 < len(path) <= LONGEST:
            names.insert(0, path)
        if host not in self._hosts:
            names.insert(0, rules[0].host.label)
        self._hosts |= {rule.host.name for rule in rules}
        if not self._taken:
            self._taken.add("ingress")
            return "ingress"
        return self.free(names, "ingress")

    def free(self, names: Sequence[str], kind: str) -> str:
        numbered = (f"{names[-1][: LONGEST - 3]}-{number}" for number in range(2, 99))
        for name in (*names, *numbered):
            suffix = f"{name[:LONGEST].rstrip('-')}-{kind}"
            if suffix not in self._taken:
                self._taken.add(suffix)
                return suffix
        raise AssertionError(f"no free name for {names}")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
