"""The data kinds among the targets, as their alerts need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def look(platform: Platform, found: tuple[Target, ...], scope: str) -> Data:
    """All selectors within the scope, where there is one."""
    return Data(
        postgres=_selector(_jobs(found, "postgres"), scope),
        poolers=_selector(_poolers(found, "postgres"), scope),
        redis=_selector(_jobs(found, "redis"), scope),
        backups=_backups(platform, found, "postgres"),
        cnpg=_selector(_jobs(found, "cnpg"), scope),
        cnpg_poolers=_selector(_poolers(found, "cnpg"), scope),
        cnpg_backups=_backups(platform, found, "cnpg"),
    )


def _jobs(found: tuple[Target, ...], kind: str) -> Iterator[str]:
    """The components themselves, without what stands before them, as poolers do."""
    return (one.component for one in found if one.kind == kind)


def _poolers(found: tuple[Target, ...], kind: str) -> Iterator[str]:
    return (one.workload for one in found if one.kind == kind and one.workload != one.component)


def _selector(jobs: Iterable[str], scope: str) -> str:
    names = dict.fromkeys(jobs)
    return ",".join([f'job=~"{"|".join(names)}"', *([scope] if scope else [])]) if names else ""


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
