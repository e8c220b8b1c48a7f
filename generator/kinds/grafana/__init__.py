"""Grafana: shows what Prometheus knows, with dashboards made from the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import (
    Claim,
    Env,
    File,
    Knob,
    Link,
    Problem,
    SecretNeed,
    Workload,
)
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.common.server import resource_problems
from generator.kinds.grafana import knobs as own
from generator.kinds.grafana.seen import look
from generator.kinds.grafana.settings import BUNDLED, EXTERNAL, SQLITE, Settings, read_settings
from generator.spec.model import Chart, Component, Platform
from generator.spec.names import env_name

SUMMARY = "Grafana: dashboards of the platform, from the spec."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

#: Kinds that it has data sources for.
SOURCES = ("prometheus", "alertmanager")

DOORS = (Door(port=3000, callers=True, public=True, scraper=True, own=True),)


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return read_settings(data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    database = settings.database
    yield from resource_problems(settings.resources)
    yield from resource_problems(database.resources, ("database", "resources"))
    if database.mode == SQLITE and settings.replicas > 1:
        yield Problem(
            path=("replicas",),
            rule="replicas",
            message=f"{settings.replicas} replicas can't share a SQLite file",
            hint="replicas: 1, or database: {mode: bundled}",
        )
    if (database.mode == EXTERNAL) != bool(database.host):
        yield Problem(
            path=("database",),
            rule="database",
            message="`host` belongs to the mode external, which needs it",
            hint="database: {mode: external, host: db.example.com}",
        )
    yield from _edge_problems(component, chart)


def _edge_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    edges = chart.edges_from.get(component.name, ())
    for edge in edges:
        if edge.target is not None and edge.target.kind not in SOURCES:
            yield Problem(
                path=edge.path[len(component.path) :],
                rule="edge-target",
                message=f"{edge.target.name!r} is a {edge.target.kind}; data sources are made "
                f"for {' and '.join(SOURCES)}",
                hint="remove the entry",
            )
    if not any(edge.target is not None and edge.target.kind == "prometheus" for edge in edges):
        yield Problem(
            path=("connects",),
            rule="edge-target",
            message="without a Prometheus there is nothing to show",
            hint="connects: [prometheus]",
        )


def platform_problems(component: Component, chart: Chart, platform: Platform) -> Iterator[Problem]:
    """Dashboards that ask for what nobody declares."""
    settings: Settings = component.settings
    seen = look(component, chart, platform) if settings.dashboards else None
    if seen is not None:
        from generator.kinds.grafana.checks import dashboard_problems  # with a parser of PromQL
        from generator.kinds.grafana.metrics import declared
        from generator.kinds.prometheus.known import known

        yield from dashboard_problems(
            settings.dashboards,
            seen.boards,
            declared(seen.known),
            known(platform, seen.chart, seen.server),
        )


def link(component: Component) -> Link | None:
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:3000")
    return Link(workload=component.name, service=component.name, port=3000, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    admin = SecretNeed(
        name=f"{component.name}-admin", keys=("grafana-admin-password", "secret-key")
    )
    if component.settings.database.mode == SQLITE:
        return (admin,)
    return (admin, SecretNeed(name=f"{component.name}-db", keys=("password",)))


def metrics_endpoints(component: Component) -> tuple[tuple[str, str | None, int, str], ...]:
    return ((component.name, component.name, 3000, "/metrics"),)


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    found = [
        Workload(
            name=component.name,
            controller="Deployment",
            replicas=(settings.replicas, settings.replicas),
            surge=1,
            containers=(settings.resources,),
        )
    ]
    if settings.database.mode == BUNDLED:
        found.append(_database(component.name, settings))
    return tuple(found)


def _database(name: str, settings: Settings) -> Workload:
    claims: tuple[Claim, ...] = (settings.database.claim,)
    return Workload(
        name=f"{name}-db",
        controller="StatefulSet",
        replicas=(1, 1),
        containers=(settings.database.resources,),
        claims=claims,
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    """Its address is the first public one that leads to it."""
    hosts = [
        f"https://{route.host}{route.url_path.rstrip('/')}"
        for route in chart.routes
        if route.to is not None and route.to.name == component.name
    ]
    address = hosts[0] if hosts else ""
    return [*own.knobs(component.settings, address), *mesh_knobs(chart, DOORS)]


def files(component: Component, chart: Chart) -> Sequence[File]:
    names = (
        "serviceaccount",
        "service",
        "deployment",
        "poddisruptionbudget",
        "networkpolicy",
        "configmap",
        "database/serviceaccount",
        "database/service",
        "database/statefulset",
        "database/networkpolicy",
        "tests/connection",
        "tests/networkpolicy",
    )
    found = [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
    found.append(File(template="_database.tpl", path="templates/_database.tpl"))
    found += [replicas_file("Deployment"), volumes_file()]
    of_database = (Door(port=5432, own=True),)
    return [
        *found,
        *mesh_files(component, chart, DOORS),
        *mesh_files(component, chart, of_database, workload=f"{component.name}-db"),
    ]


def platform_files(component: Component, chart: Chart, platform: Platform) -> Sequence[File]:
    """The dashboards: those that the components of the platform give reason for."""
    from generator.kinds.grafana.dashboards import boards  # with Grafana's library: 16 ms

    seen = look(component, chart, platform)
    mounted = File(
        template="configmap-dashboards.yaml",
        path="templates/configmap-dashboards.yaml",
        context={"mesh": seen is not None and seen.mesh},
    )
    found = [
        File(
            template="dashboard.json",
            path=f"files/dashboards/{name}.json",
            context={"dashboard": board},
        )
        for name, board in boards(component, chart, platform)
    ]
    return [mounted, *found]
