"""Database migrations: a Job in the component's image, named after all that it runs with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Container, Knob, Problem, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_resources


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The command that migrates, and one that says whether the schema is new enough.

    `needs` is the schema's head that this version's code needs, `accepts` are others that it runs
    on, `serves` those that code of older versions needs and that this version's schema is fit for.
    """

    command: tuple[str, ...]
    check: tuple[str, ...]
    resources: Container
    needs: str | None = None
    accepts: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()


def read_migration(data: Mapping[str, Any]) -> Migration | None:
    """The component's migration; its resources are the component's unless it has its own."""
    raw = data.get("migrate")
    if raw is None:
        return None
    return Migration(
        command=tuple(raw["command"]),
        check=tuple(raw.get("check", ())),
        resources=read_resources(raw.get("resources", data["resources"])),
        needs=raw.get("needs"),
        accepts=tuple(raw.get("accepts", ())),
        serves=tuple(raw.get("serves", ())),
    )


def migration_problems(migration: Migration) -> Iterator[Problem]:
    """What is said of other heads without the one that this version needs."""
    for key, heads in (("accepts", migration.accepts), ("serves", migration.serves)):
        if heads and migration.needs is None:
            yield Problem(
                path=("migrate", key),
                rule="schema-head",
                message=f"`{key}` says nothing without `needs`",
                hint="needs: the head of the schema that this version's code needs",
            )
        elif migration.needs in heads:
            yield Problem(
                path=("migrate", key),
                rule="schema-head",
                message=f"{migration.needs} is what this version needs itself",
                hint=f"leave it out of `{key}`",
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
