"""The data kinds among the targets, as their alerts need them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.kinds.postgres.settings import SCHEDULES
from generator.kinds.prometheus.targets import Target
from generator.spec.model import Platform
from generator.spec.quantity import parse_seconds


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A database with backups: how old the newest may be before somebody must look."""

    namespace: str
    job: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Data:
    """Selectors of the jobs of each kind, "" where there are none.

    `cnpg` are the databases that CloudNativePG keeps: they have other metrics.
    """

    postgres: str
    poolers: str
    redis: str
    backups: tuple[Backup, ...]
    cnpg: str
    cnpg_poolers: str
    cnpg_backups: tuple[Backup, ...]


def look(platform: Platform, found: tuple[Target, ...]) -> Data:
    return Data(
        postgres=_jobs(found, "postgres"),
        poolers=_poolers(found, "postgres"),
        redis=_jobs(found, "redis"),
        backups=_backups(platform, found, "postgres"),
        cnpg=_jobs(found, "cnpg"),
        cnpg_poolers=_poolers(found, "cnpg"),
        cnpg_backups=_backups(platform, found, "cnpg"),
    )


def _jobs(found: tuple[Target, ...], kind: str) -> str:
    """The components themselves, without what stands before them, as poolers do."""
    return _selector(one.component for one in found if one.kind == kind)


def _poolers(found: tuple[Target, ...], kind: str) -> str:
    return _selector(
        one.workload for one in found if one.kind == kind and one.workload != one.component
    )


def _selector(jobs: Iterable[str]) -> str:
    names = dict.fromkeys(jobs)
    return f'job=~"{"|".join(names)}"' if names else ""


def _backups(platform: Platform, found: tuple[Target, ...], kind: str) -> tuple[Backup, ...]:
    """An hour more than lies between two backups: taking one takes its time."""
    every = {schedule: parse_seconds(text) for text, schedule in SCHEDULES.items()}
    read = {(one.chart, one.component) for one in found if one.kind == kind}
    return tuple(
        Backup(
            namespace=chart.namespace,
            job=component.name,
            seconds=every[component.settings.backup.schedule] + 3600,
        )
        for chart in platform.charts
        for component in chart.components
        if (chart.name, component.name) in read and component.settings.backup is not None
    )
