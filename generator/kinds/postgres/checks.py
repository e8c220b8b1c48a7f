"""What no schema can say of a PostgreSQL cluster's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.kinds.api import Problem
from generator.kinds.common.server import resource_problems
from generator.kinds.postgres.settings import (
    CNPG,
    OURS,
    PATRONI,
    RESERVED,
    SUPERUSERS,
    Pooler,
    Settings,
)
from generator.spec.model import Component

#: Roles and databases that are there already.
_TAKEN_ROLES = frozenset(("postgres", "replicator", "rewind_user", "exporter"))
_TAKEN_DATABASES = frozenset(("postgres", "template0", "template1"))
#: Services of the server: what follows its name.
_ENDINGS = ("primary", "replicas", "headless")
#: Who else connects.
_OTHERS = {
    PATRONI: "exporters, Patroni, the agent and administrators",
    CNPG: "the operator, exporters, poolers' own logins and administrators",
}
_INSTEAD: Mapping[tuple[str, ...], str] = {
    ("backup", "window"): "keep: 8, the full backups to keep"
}
#: PostgreSQL starts with less, and then kills its own work.
_LEAST_MEMORY = 256 * 1024**2


def postgres_problems(component: Component) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from memory_problems(settings)
    if settings.replicas > settings.max_replicas:
        yield Problem(
            path=("maxReplicas",),
            rule="scale-range",
            message=f"replicas {settings.replicas} is above maxReplicas {settings.max_replicas}",
            hint=f"maxReplicas: {settings.replicas + 2}",
        )
    yield from name_problems(settings, _TAKEN_ROLES)
    yield from parameter_problems(settings, RESERVED)
    yield from misplaced_problems(settings, _INSTEAD)
    yield from pooler_problems(component, _ENDINGS)


def memory_problems(settings: Settings) -> Iterator[Problem]:
    yield from resource_problems(settings.resources, ("resources",))
    if settings.resources.memory_limit < _LEAST_MEMORY:
        yield Problem(
            path=("resources", "memory"),
            rule="postgres-memory",
            message="PostgreSQL needs a memory limit of 256Mi or more",
            hint="memory: [256Mi, 512Mi]",
        )


def parameter_problems(settings: Settings, reserved: Mapping[str, str]) -> Iterator[Problem]:
    """Parameters that others decide on."""
    for name in (name for name, _ in settings.parameters if name in reserved):
        yield Problem(
            path=("parameters", name),
            rule="postgres-parameter",
            message=f"{name} is not set here",
            hint=reserved[name],
        )


def misplaced_problems(
    settings: Settings, instead: Mapping[tuple[str, ...], str]
) -> Iterator[Problem]:
    """Settings of the other engine."""
    other = PATRONI if settings.engine == CNPG else CNPG
    for path in settings.misplaced:
        yield Problem(
            path=path,
            rule="postgres-engine",
            message=f"{path[-1]} belongs to engine {other}, and this is {settings.engine}",
            hint=instead[path],
        )


def name_problems(settings: Settings, taken: frozenset[str]) -> Iterator[Problem]:
    """Names that are taken."""
    if settings.database in _TAKEN_DATABASES:
        yield Problem(
            path=("database",),
            rule="postgres-name",
            message=f"the database {settings.database!r} is PostgreSQL's own",
            hint=f"database: {settings.user}",
        )
    if settings.user in taken or settings.user.startswith("pg_"):
        yield Problem(
            path=("user",),
            rule="postgres-name",
            message=f"the role {settings.user!r} has another use",
            hint="user: app",
        )


def pooler_problems(component: Component, endings: tuple[str, ...]) -> Iterator[Problem]:
    settings: Settings = component.settings
    pooler = settings.pooler
    if pooler is None:
        return
    yield from resource_problems(pooler.resources, ("pooler", "resources"))
    taken = {component.name, *(f"{component.name}-{end}" for end in endings)}
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
            f"{settings.connections} leave {settings.budget}: {OURS} are for "
            f"{_OTHERS[settings.engine]}, {SUPERUSERS} for superusers",
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
