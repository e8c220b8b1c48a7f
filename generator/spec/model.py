"""The platform as values: frozen, resolved, each with its place in platform.yaml.

After this module no dictionary of the spec travels further. Kinds add their own frozen
settings (`Component.settings`).
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.findings import Finding
from generator.kinds.api import Kind, Link, SecretNeed
from generator.spec.ingress import Ingress
from generator.spec.offers import Offers
from generator.spec.source import Place

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Node:
    """Something that was written in platform.yaml: its path there, and its place."""

    path: Path
    place: Place


@dataclass(frozen=True, kw_only=True)
class Maintainer:
    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Secret(Node):
    """A Secret by name and keys. `declared` is false when only a kind asks for it.

    `users` are the components whose kinds ask for it, and what they say of it.
    """

    name: str
    keys: tuple[str, ...]
    declared: bool = True
    users: tuple[tuple[str, SecretNeed], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SecretsFrom(Node):
    provider: str
    store: str
    store_kind: str
    prefix: str
    refresh: str
    enabled: bool


@dataclass(frozen=True, kw_only=True)
class Patch(Node):
    """What one template's object gets besides: `template` as in `deployment.yaml`."""

    template: str
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Alert(Node):
    """An alert that the author declares about a component. `wait` is how long it must hold.

    `runbook` is its text; `runbook_file` names the file that it stands in, if it does.
    """

    name: str
    expr: str
    wait: str | None
    severity: str
    category: str | None
    summary: str
    description: str | None
    dashboard: str | None
    runbook: str | None
    runbook_file: str | None = None


@dataclass(frozen=True, kw_only=True)
class Component(Node, Offers):
    """One component: a subchart. `connects` is as written; `Chart.edges` is resolved."""

    name: str
    chart_name: str
    kind: str
    kind_module: Kind
    settings: Any
    connects: tuple[str, ...]
    patches: tuple[Patch, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outside:
    """An address outside the platform: scheme, host and port."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Edge(Node):
    """One entry of `connects`: from a component to another one or to the outside.

    `namespace` is set when those who answer belong to another chart, or to nobody of ours.
    """

    source: Component
    target: Component | None = None
    link: Link | None = None
    outside: Outside | None = None
    namespace: str | None = None


@dataclass(frozen=True, kw_only=True)
class Route(Node):
    """One public address: answers come from `to`, or the browser is sent to `redirect`."""

    host: str
    url_path: str
    to: Component | None
    redirect: str | None
    rate: int | None
    burst: int | None
    body: str | None
    timeout: str | None
    websocket: bool


@dataclass(frozen=True, kw_only=True)
class Scrape:
    """Whose pods read the metrics; `namespace` is None when they run in the same release.

    `account` is their service account, "" when it has the workload's name.
    """

    namespace: str | None
    workload: str
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Policies:
    enabled: bool
    registries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A chart of others, as its archive has it: `files` by their path in the chart."""

    name: str
    version: str
    description: str
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Dependency(Node):
    """A chart of others that a chart brings along: `name` is its alias, the key of its values."""

    name: str
    archive: str
    origin: str | None
    chart: Upstream
    values: Mapping[str, Any]
    enabled: bool


@dataclass(frozen=True, kw_only=True)
class Chart(Node):
    """An umbrella chart: one release in one namespace."""

    name: str
    description: str
    version: str
    app_version: str
    namespace: str
    pod_security: str
    components: tuple[Component, ...]
    secrets: tuple[Secret, ...]
    secrets_from: SecretsFrom | None
    edges: tuple[Edge, ...]
    routes: tuple[Route, ...]
    ingress: Ingress
    mesh: str | None
    scrape: Scrape | None
    policies: Policies | None
    roles: bool
    priorities: bool
    quota: bool
    manifests: tuple[str, ...]
    dependencies: tuple[Dependency, ...]
    patches: tuple[Patch, ...]

    @cached_property
    def prefix_budget(self) -> int:
        """How long a release name may be before the names made with it are shortened.

        StatefulSets and CronJobs get 52 characters, since their controllers append to the
        name. 15 of them are for the longest ending that a kind appends (`-restore-verify`),
        one is for the dash. The schema keeps component names at 28, so 8 always remain.
        """
        return 52 - 16 - max(len(component.name) for component in self.components)

    @cached_property
    def edges_from(self) -> dict[str, tuple[Edge, ...]]:
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            out.setdefault(edge.source.name, []).append(edge)
        return {name: tuple(edges) for name, edges in out.items()}

    @cached_property
    def edges_to(self) -> dict[str, tuple[Edge, ...]]:
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.target is not None and edge.namespace is None:
                out.setdefault(edge.target.name, []).append(edge)
        return {name: tuple(edges) for name, edges in out.items()}

    @cached_property
    def routed(self) -> frozenset[str]:
        """Names of the components that a route leads to."""
        return frozenset(route.to.name for route in self.routes if route.to is not None)


@dataclass(frozen=True, kw_only=True)
class Platform(Node):
    """Everything that platform.yaml says.

    `root` is its folder, and `files` below it were read: the spec, includes, raw manifests and
    archives.
    `images` are the digests of images.lock by reference. `warnings` keep nobody from building.
    """

    root: pathlib.Path
    files: tuple[str, ...]
    images: Mapping[str, str]
    name: str
    description: str
    kubernetes_minor: int
    environments: tuple[str, ...]
    registry: str | None
    home: str | None
    icon: str | None
    sources: tuple[str, ...]
    maintainers: tuple[Maintainer, ...]
    charts: tuple[Chart, ...]
    warnings: tuple[Finding, ...] = ()
