"""What templates see of a component: its edges in both directions, its environment, its waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from generator.kinds.api import MONITORING, Env, Labels, Link
from generator.kinds.common.app import volume_name
from generator.spec.model import Chart, Component, Edge, Outside, Platform, Scrape
from generator.spec.names import camel_case


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Pods on the other side of an edge. `namespace` is None within the release.

    `labels` select the pods where they are not those that all charts have.
    """

    name: str
    workload: str
    service: str
    port: int
    namespace: str | None
    labels: Labels = ()

    @property
    def far_host(self) -> str:
        """Its host as seen from another namespace, in the words of a template."""
        if self.namespace == MONITORING:
            value = MONITORING.strip("{} ")
            return f'(printf "{self.service}.%s.svc" {value})'
        return f'"{self.service}.{self.namespace}.svc"'


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Pods that connect to this component, and to which of its workloads and ports."""

    workload: str
    namespace: str | None
    to: str
    port: int
    component: str


@dataclass(frozen=True, kw_only=True)
class View:
    """One component, resolved for its templates."""

    component: Component
    chart: Chart
    callers: tuple[Caller, ...]
    scrape: Scrape | None = None
    direct: bool = False

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return self.chart.edges_from.get(self.component.name, ())

    @cached_property
    def outs(self) -> tuple[Peer, ...]:
        """Components that it connects to. The migration goes around poolers (`direct`)."""
        peers = []
        for edge in self.edges:
            if edge.target is None or edge.link is None:
                continue
            link = (edge.link.direct or edge.link) if self.direct else edge.link
            peers.append(
                Peer(
                    name=edge.target.name,
                    workload=link.workload,
                    service=link.service,
                    port=link.port,
                    namespace=edge.namespace,
                    labels=edge.target.pod_labels(link.workload),
                )
            )
        return tuple(peers)

    @cached_property
    def outside(self) -> tuple[Outside, ...]:
        return tuple(edge.outside for edge in self.edges if edge.outside is not None)

    @cached_property
    def waits(self) -> tuple[Peer, ...]:
        """Data that must answer before the first container starts."""
        wanted = {e.target.name for e in self.edges if e.target and e.link and e.link.wait}
        return tuple(peer for peer in self.outs if peer.name in wanted)

    @cached_property
    def hosts(self) -> tuple[Peer, ...]:
        """Peers whose host an application's pods are told, by a variable or a wait."""
        named = getattr(self.component.kind_module, "hosts", None)
        if named is not None:
            names = named(self.component, self.chart)
            return tuple(peer for peer in self.outs if peer.name in names)
        if getattr(self.component.settings, "app", None) is None:
            return self.outs
        told = {
            edge.target.name
            for edge in self.edges
            if edge.target and edge.link and (edge.link.wait or self._told(edge.link))
        }
        return tuple(peer for peer in self.outs if peer.name in told)

    def _told(self, link: Link) -> bool:
        env = ((link.direct or link) if self.direct else link).env
        return any("{host}" in one.value and one.name not in self._own_env for one in env)

    @cached_property
    def _own_env(self) -> frozenset[str]:
        """Variables that the author sets himself."""
        app = getattr(self.component.settings, "app", None)
        if app is None:
            return frozenset()
        return frozenset((*dict(app.env), *(name for name, _, _ in app.secrets)))

    @cached_property
    def env(self) -> tuple[Env, ...]:
        """What the edges give, without the variables that the author sets himself."""
        own = self._own_env
        given = []
        for edge in self.edges:
            if edge.target is None or edge.link is None:
                continue
            link = (edge.link.direct or edge.link) if self.direct else edge.link
            host = f'{{{{ include "{self.helper(edge.target.name)}" . }}}}'
            for env in link.env:
                if env.name not in own:
                    given.append(replace(env, value=quote(env.value.replace("{host}", host))))
        return tuple(given)

    @cached_property
    def connections(self) -> tuple[str, ...]:
        """Keys of the connections whose host an installer may change."""
        peers = (*self.hosts, *(self.migration.hosts if self.migrates else ()))
        return tuple(dict.fromkeys(camel_case(peer.name) for peer in peers))

    @property
    def define(self) -> str:
        """What the names of this subchart's helpers start with. They are global in Helm."""
        return f"{self.chart.name}.{self.component.name}"

    def helper(self, target: str) -> str:
        """Name of the helper that knows a target's host; the ending keeps it from other helpers."""
        return f"{self.define}.{target}.{'directHost' if self.direct else 'host'}"

    def callers_of(self, workload: str) -> tuple[Caller, ...]:
        """Who connects to one of this component's workloads, each once."""
        unique = {(c.workload, c.namespace): c for c in self.callers if c.to == workload}
        return tuple(unique[key] for key in sorted(unique, key=str))

    @cached_property
    def routed(self) -> bool:
        return self.component.name in self.chart.routed

    @cached_property
    def runs(self) -> bool:
        """Whether it has pods, and not others in its place."""
        return not getattr(self.component.settings, "operated", False)

    @property
    def meshed(self) -> bool:
        """Whether the mode of a mesh matters: to pods, or to who reads the mesh."""
        return self.chart.mesh is not None and (
            self.runs or bool(getattr(self.component.settings, "reads_mesh", False))
        )

    @cached_property
    def has_rights(self) -> bool:
        """Whether its service account has rights at the Kubernetes API."""
        workloads = self.component.kind_module.workloads(self.component)
        return any(workload.token for workload in workloads)

    @property
    def listens(self) -> bool:
        return self.component.link is not None

    @cached_property
    def watched(self) -> bool:
        """Whether others' monitoring comes in, or is asked: the value of its namespace matters."""
        if not self.runs:
            return False
        places = [caller.namespace for caller in self.callers]
        places += [peer.namespace for peer in self.outs]
        return MONITORING in places or self._read_from(MONITORING)

    def _read_from(self, namespace: str) -> bool:
        """Whether a Prometheus of that namespace reads it."""
        if self.scrape is None or self.scrape.namespace != namespace:
            return False
        # Late: a build loads the kinds that it uses.
        from generator.kinds.prometheus.targets import endpoints

        return bool(endpoints(self.component))

    @property
    def scraped(self) -> bool:
        """Whether a scraper exists and the component has metrics."""
        return self.scrape is not None and bool(getattr(self.component.settings, "metrics", None))

    @property
    def metrics_port(self) -> str | None:
        """Name of the port that serves metrics: the main one, or one of its own."""
        metrics = getattr(self.component.settings, "metrics", None)
        if metrics is None:
            return None
        link = self.component.link
        return "http" if link is not None and link.port == metrics.port else "metrics"

    @property
    def migration_check(self) -> bool:
        migrate = getattr(self.component.settings, "migrate", None)
        return bool(migrate and migrate.check)

    @property
    def migrates(self) -> bool:
        return getattr(self.component.settings, "migrate", None) is not None

    @cached_property
    def migration(self) -> View:
        """The same component, seen by its migration: straight to the database."""
        return replace(self, direct=True)

    @staticmethod
    def volume(path: str) -> str:
        return volume_name(path)

    @staticmethod
    def key(name: str) -> str:
        return camel_case(name)


def quote(text: str) -> str:
    """A YAML scalar in quotes when it is empty or starts like something else."""
    if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
        return text
    return f'"{text}"' if '"' not in text else f"'{text}'"


def all_callers(platform: Platform) -> Mapping[tuple[str, str], tuple[Caller, ...]]:
    """Who connects to each component, over all charts, by (chart, component)."""
    found: dict[tuple[str, str], list[Caller]] = {}
    for chart in platform.charts:
        for edge in chart.edges:
            if edge.target is None or edge.link is None:
                continue
            target = found.setdefault((edge.target.chart_name, edge.target.name), [])
            namespace = None if edge.namespace is None else chart.namespace
            target.append(_caller(edge, edge.source.name, namespace, direct=False))
            if getattr(edge.source.settings, "migrate", None) is not None:
                name = f"{edge.source.name}-migrate"
                target.append(_caller(edge, name, namespace, direct=True))
    return {key: tuple(callers) for key, callers in found.items()}


def _caller(edge: Edge, workload: str, namespace: str | None, *, direct: bool) -> Caller:
    assert edge.link is not None
    link = (edge.link.direct or edge.link) if direct else edge.link
    stand_in = edge.source.stand_in
    return Caller(
        workload=workload if stand_in is None else stand_in.workload,
        namespace=namespace if stand_in is None else MONITORING,
        to=link.workload,
        port=link.port,
        component=edge.source.name if stand_in is None else stand_in.account,
    )
