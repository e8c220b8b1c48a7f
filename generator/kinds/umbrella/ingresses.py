"""Entries become Ingress objects: how many there are, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.kinds.umbrella.network import Entry, Host, Network, slug
from generator.spec.model import Chart, Route

#: Endings of Ingress names are cut to this, so that the whole stays within 63 characters.
LONGEST = 13


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
    def shared(self) -> bool:
        """Whether several hosts make it, so that each needs a condition of its own."""
        return len(self.rules) > 1

    @property
    def origin(self) -> Route:
        return (*self.hosts, *self.aliases)[0].origin


def ingress_objects(chart: Chart, found: Network) -> tuple[Object, ...]:
    """The Ingress objects of all entries, the apex's first."""
    hosts, entries = found.hosts, found.entries
    if not entries:
        return ()
    by_name = {host.name: host for host in hosts}
    redirected = [host for host in hosts if host.redirect]
    spread = _spread(chart, entries)
    names = _Names()
    apex = _apex(entries)
    objects: list[Object] = []
    for entry in sorted(entries, key=lambda entry: apex not in entry.routes):
        rules = [Rule(host=by_name[name], paths=paths) for name, paths in _paths(entry.routes)]
        whole = tuple(rule for rule in rules if rule.host.name not in spread)
        groups = [("plain", whole)] if whole else []
        groups += [("minion", (rule,)) for rule in rules if rule.host.name in spread]
        groups.sort(key=lambda group: apex.host not in [rule.host.name for rule in group[1]])
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


def _apex(entries: Sequence[Entry]) -> Route:
    """The route of the host with the fewest labels, the first of them."""
    routes = [route for entry in entries for route in entry.routes]
    return min(routes, key=lambda route: (route.url_path != "/", route.host.count(".")))


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
        host, path = rules[0].host.name, slug(rules[0].paths[0])
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
