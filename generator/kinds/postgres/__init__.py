"""A PostgreSQL cluster: Patroni in a StatefulSet, PgBouncer in front, backups to a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import (
    Container,
    Env,
    File,
    Knob,
    Link,
    Problem,
    SecretNeed,
    Workload,
)
from generator.kinds.common.mesh import mesh_knobs
from generator.kinds.common.server import resource_problems
from generator.kinds.data.settings import EXISTING, tls_secret
from generator.kinds.postgres.doors import server_doors
from generator.kinds.postgres.knobs import postgres_knobs
from generator.kinds.postgres.layout import FOLDERS as FOLDERS
from generator.kinds.postgres.layout import postgres_files
from generator.kinds.postgres.settings import (
    AGENT_METRICS_PORT,
    EXPORTER_PORT,
    OURS,
    POOLER_EXPORTER_PORT,
    PORT,
    RESERVED,
    SUPERUSERS,
    Settings,
    read_settings,
)
from generator.spec.model import Chart, Component
from generator.spec.names import env_name

SUMMARY = "A PostgreSQL cluster that fails over: Patroni, PgBouncer and backups."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

#: Roles and databases that are there already.
_TAKEN_ROLES = frozenset(("postgres", "replicator", "rewind_user", "exporter"))
_TAKEN_DATABASES = frozenset(("postgres", "template0", "template1"))
#: PostgreSQL starts with less, and then kills its own work.
_LEAST_MEMORY = 256 * 1024**2


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return read_settings(name, data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from resource_problems(settings.resources, ("resources",))
    if settings.resources.memory_limit < _LEAST_MEMORY:
        yield Problem(
            path=("resources", "memory"),
            rule="postgres-memory",
            message="PostgreSQL needs a memory limit of 256Mi or more",
            hint="memory: [256Mi, 512Mi]",
        )
    if settings.replicas > settings.max_replicas:
        yield Problem(
            path=("maxReplicas",),
            rule="scale-range",
            message=f"replicas {settings.replicas} is above maxReplicas {settings.max_replicas}",
            hint=f"maxReplicas: {settings.replicas + 2}",
        )
    if settings.database in _TAKEN_DATABASES:
        yield Problem(
            path=("database",),
            rule="postgres-name",
            message=f"the database {settings.database!r} is PostgreSQL's own",
            hint=f"database: {component.name.replace('-', '_')}_app",
        )
    if settings.user in _TAKEN_ROLES or settings.user.startswith("pg_"):
        yield Problem(
            path=("user",),
            rule="postgres-name",
            message=f"the role {settings.user!r} has another use",
            hint="user: app",
        )
    for name in RESERVED.keys() & dict(settings.parameters).keys():
        yield Problem(
            path=("parameters", name),
            rule="postgres-parameter",
            message=f"{name} is not set here",
            hint=RESERVED[name],
        )
    yield from _pooler_problems(component)


def _pooler_problems(component: Component) -> Iterator[Problem]:
    settings: Settings = component.settings
    pooler = settings.pooler
    if pooler is None:
        if settings.budget < 1:
            yield Problem(
                path=("connections",),
                rule="connection-budget",
                message=f"{settings.connections} connections leave none for applications",
                hint=f"connections: {SUPERUSERS + OURS + 25}",
            )
        return
    yield from resource_problems(pooler.resources, ("pooler", "resources"))
    taken = {
        component.name,
        *(f"{component.name}-{end}" for end in ("primary", "replicas", "headless")),
    }
    if pooler.name in taken:
        yield Problem(
            path=("pooler", "name"),
            rule="name-collision",
            message=f"{pooler.name!r} is a name of the server itself",
            hint=f"name: {component.name}-pgbouncer",
        )
    need = pooler.replicas * pooler.connections
    if need > settings.budget:
        yield Problem(
            path=("connections",),
            rule="connection-budget",
            message=f"{pooler.replicas} poolers with {pooler.connections} connections need {need}, "
            f"{settings.connections} leave {settings.budget}: {OURS} are for exporters, Patroni, "
            f"the agent and administrators, {SUPERUSERS} for superusers",
            hint=f"connections: {need + OURS + SUPERUSERS}, or pooler: "
            f"{{connections: {max(settings.budget // pooler.replicas, 1)}}}",
        )
    if pooler.pool_size > pooler.connections:
        yield Problem(
            path=("pooler", "poolSize"),
            rule="connection-budget",
            message=f"poolSize {pooler.pool_size} is above connections {pooler.connections}",
            hint=f"poolSize: {pooler.connections}",
        )


def link(component: Component) -> Link:
    settings: Settings = component.settings
    prefix = env_name(component.name)
    env = (
        Env(name=f"{prefix}_HOST", value="{host}"),
        Env(name=f"{prefix}_PORT", value=str(PORT)),
        Env(name=f"{prefix}_DATABASE", value=settings.database),
        Env(name=f"{prefix}_USER", value=settings.user),
        Env(name=f"{prefix}_PASSWORD", secret=(settings.secret, "database-password")),
    )
    direct = Link(
        workload=component.name,
        service=f"{component.name}-primary",
        port=PORT,
        wait=True,
        env=env,
    )
    entry = settings.pooler.name if settings.pooler else component.name
    return Link(workload=entry, service=entry, port=PORT, wait=True, env=env, direct=direct)


def secrets(component: Component) -> Sequence[SecretNeed]:
    settings: Settings = component.settings
    keys = ["database-password", "superuser-password", "replication-password", "rewind-password"]
    keys.append("patroni-password")
    if settings.metrics:
        keys.append("exporter-password")
    if settings.backup:
        keys.append("agent-token")
    found = [SecretNeed(name=settings.secret, keys=tuple(keys), value="credentialsSecret")]
    if settings.backup and settings.backup.secret:
        found.append(
            SecretNeed(
                name=settings.backup.secret,
                keys=("access-key-id", "secret-access-key"),
                when={"backup.enabled": True, "backup.secret": True},
                value="backup.secret",
            )
        )
    if settings.tls == EXISTING:
        found.append(tls_secret(component.name))
    return found


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    exporter: tuple[Container, ...] = (settings.exporter,) if settings.metrics else ()
    found = [
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.replicas, settings.max_replicas),
            containers=(settings.resources, settings.agent, *exporter),
            claims=(settings.storage,),
            token=True,
        ),
        Workload(
            name=f"{component.name}-configure",
            controller="Job",
            replicas=(0, 1),
            containers=(settings.job,),
        ),
    ]
    if (pooler := settings.pooler) is not None:
        found.append(
            Workload(
                name=pooler.name,
                controller="Deployment",
                replicas=(pooler.replicas, pooler.replicas),
                surge=-(-pooler.replicas // 4),
                containers=(pooler.resources, *exporter),
            )
        )
    if settings.backup is not None:
        found.append(
            Workload(
                name=f"{component.name}-backup",
                controller="CronJob",
                replicas=(0, 1),
                containers=(settings.job,),
            )
        )
    return found


def metrics_endpoints(component: Component) -> tuple[tuple[str, str, int, str], ...]:
    """Where Prometheus scrapes: workload, service, port, path."""
    settings: Settings = component.settings
    headless = f"{component.name}-headless"
    found = [(component.name, headless, AGENT_METRICS_PORT, "/metrics")]
    if settings.metrics:
        found.append((component.name, headless, EXPORTER_PORT, "/metrics"))
        if settings.pooler is not None:
            name = settings.pooler.name
            found.append((name, name, POOLER_EXPORTER_PORT, "/metrics"))
    return tuple(found)


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    doors = server_doors(component.name, component.settings)
    return [*postgres_knobs(component.settings), *mesh_knobs(chart, doors)]


def files(component: Component, chart: Chart) -> Sequence[File]:
    return postgres_files(component, chart)
