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
    """Selectors of the jobs of each kind, "" where there are none."""

    postgres: str
    poolers: str
    redis: str
    backups: tuple[Backup, ...]


def look(platform: Platform, found: tuple[Target, ...]) -> Data:
    return Data(
        postgres=_jobs(found, "postgres"),
        poolers=_selector(
            one.workload
            for one in found
            if one.kind == "postgres" and one.workload != one.component
        ),
        redis=_jobs(found, "redis"),
        backups=_backups(platform, found),
    )


def _jobs(found: tuple[Target, ...], kind: str) -> str:
    """The components themselves, without what stands before them, as poolers do."""
    return _selector(one.component for one in found if one.kind == kind)


def _selector(jobs: Iterable[str]) -> str:
    names = dict.fromkeys(jobs)
    return f'job=~"{"|".join(names)}"' if names else ""


def _backups(platform: Platform, found: tuple[Target, ...]) -> tuple[Backup, ...]:
    """An hour more than lies between two backups: taking one takes its time."""
    every = {schedule: parse_seconds(text) for text, schedule in SCHEDULES.items()}
    read = {(one.chart, one.component) for one in found if one.kind == "postgres"}
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
