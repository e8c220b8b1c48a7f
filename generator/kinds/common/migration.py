"""Database migrations: a Job in the component's image, named after all that it runs with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Container, Knob, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_resources


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The command that migrates, and one that says whether the schema is new enough."""

    command: tuple[str, ...]
    check: tuple[str, ...]
    resources: Container


def read_migration(data: Mapping[str, Any]) -> Migration | None:
    """The component's migration; its resources are the component's unless it has its own."""
    raw = data.get("migrate")
    if raw is None:
        return None
    return Migration(
        command=tuple(raw["command"]),
        check=tuple(raw.get("check", ())),
        resources=read_resources(raw.get("resources", data["resources"])),
    )


def migration_workload(component: str, migration: Migration) -> Workload:
    return Workload(
        name=f"{component}-migrate",
        controller="Job",
        replicas=(0, 1),
        containers=(migration.resources,),
    )


def migration_knobs(migration: Migration | None) -> list[Knob]:
    if migration is None:
        return []
    return [
        Knob(
            path="migration.enabled",
            doc="Run the database migration as a Job.",
            default=True,
            schema=s.BOOLEAN,
        ),
        *k.resources(
            migration.resources,
            at="migration.resources",
            doc="Requests and limits of the migration, and of the container that waits for it.",
        ),
    ]
