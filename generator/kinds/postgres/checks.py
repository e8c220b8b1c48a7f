"""What no schema can say of a PostgreSQL cluster's settings."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Problem
from generator.kinds.common.server import resource_problems
from generator.kinds.postgres.settings import OURS, RESERVED, SUPERUSERS, Pooler, Settings
from generator.spec.model import Component

#: Roles and databases that are there already.
_TAKEN_ROLES = frozenset(("postgres", "replicator", "rewind_user", "exporter"))
_TAKEN_DATABASES = frozenset(("postgres", "template0", "template1"))
#: PostgreSQL starts with less, and then kills its own work.
_LEAST_MEMORY = 256 * 1024**2


def postgres_problems(component: Component) -> Iterator[Problem]:
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
    yield from _name_problems(settings)
    for name in (name for name, _ in settings.parameters if name in RESERVED):
        yield Problem(
            path=("parameters", name),
            rule="postgres-parameter",
            message=f"{name} is not set here",
            hint=RESERVED[name],
        )
    yield from _pooler_problems(component)


def _name_problems(settings: Settings) -> Iterator[Problem]:
    """Names that are taken."""
    if settings.database in _TAKEN_DATABASES:
        yield Problem(
            path=("database",),
            rule="postgres-name",
            message=f"the database {settings.database!r} is PostgreSQL's own",
            hint=f"database: {settings.user}",
        )
    if settings.user in _TAKEN_ROLES or settings.user.startswith("pg_"):
        yield Problem(
            path=("user",),
            rule="postgres-name",
            message=f"the role {settings.user!r} has another use",
            hint="user: app",
        )


def _pooler_problems(component: Component) -> Iterator[Problem]:
    settings: Settings = component.settings
    pooler = settings.pooler
    if pooler is None:
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
    yield from _budget_problems(settings, pooler)


def _budget_problems(settings: Settings, pooler: Pooler) -> Iterator[Problem]:
    """Connections that the server does not have."""
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
