"""A scheduled job: a CronJob whose runs start and end by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common import schemas as s
from generator.kinds.common.app import App, read_app, settings_schema
from generator.kinds.common.batch import Batch, batch_knobs, read_batch
from generator.kinds.common.checks import app_problems
from generator.kinds.common.schedule import schedule_problem, zone_problem
from generator.spec.model import Chart, Component
from generator.spec.quantity import parse_seconds

SUMMARY = "A scheduled job: a CronJob whose runs start and end by themselves."
SETTINGS = settings_schema(__path__[0], "batch")

#: Runs at once that the quota has room for. Replace ends the old run beside the new one.
_AT_ONCE = {"Forbid": 1, "Replace": 2, "Allow": 3}
_POLICY = s.enum("Allow", "Forbid", "Replace")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Times are seconds."""

    app: App
    batch: Batch
    schedule: str
    time_zone: str
    concurrency: str
    start_within: int
    keep_succeeded: int
    keep_failed: int


def read(name: str, data: Mapping[str, Any]) -> Settings:
    keep = data.get("keep", {})
    return Settings(
        app=read_app(data),
        batch=read_batch(data),
        schedule=data["schedule"],
        time_zone=data.get("timeZone", "Etc/UTC"),
        concurrency=data.get("concurrency", "Forbid"),
        start_within=parse_seconds(data.get("startWithin", "10m")),
        keep_succeeded=keep.get("succeeded", 3),
        keep_failed=keep.get("failed", 3),
    )


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from app_problems(component, chart)
    wrong = schedule_problem(settings.schedule)
    if wrong:
        yield Problem(
            path=("schedule",),
            rule="schedule",
            message=wrong,
            hint='schedule: "30 2 * * *" is every day at 02:30',
        )
    unknown = zone_problem(settings.time_zone)
    if unknown:
        message, hint = unknown
        yield Problem(path=("timeZone",), rule="time-zone", message=message, hint=hint)
    if settings.start_within < 10:
        yield Problem(
            path=("startWithin",),
            rule="start-within",
            message="below 10s runs may never start: Kubernetes looks every 10 seconds",
            hint="startWithin: 10m",
        )


def link(component: Component) -> Link | None:
    return None


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    return (
        Workload(
            name=component.name,
            controller="CronJob",
            replicas=(0, _AT_ONCE[settings.concurrency]),
            containers=(settings.app.resources,),
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    return batch_knobs(component, chart, _own_knobs(component.settings))


def _own_knobs(settings: Settings) -> list[Knob]:
    return [
        Knob(path="schedule", doc="When it runs.", default=settings.schedule, schema=s.NOT_EMPTY),
        Knob(
            path="timeZone",
            doc="Time zone of the schedule, from Kubernetes 1.27 on.",
            default=settings.time_zone,
            schema=s.NOT_EMPTY,
        ),
        Knob(path="suspend", doc="Start no more runs.", default=False, schema=s.BOOLEAN),
        Knob(
            path="concurrencyPolicy",
            doc="What happens when it is due while the last run still runs.",
            default=settings.concurrency,
            schema=_POLICY,
        ),
        Knob(
            path="startingDeadlineSeconds",
            doc="How late a run may start. Later, it is left out.",
            default=settings.start_within,
            schema=s.POSITIVE,
        ),
        Knob(
            path="successfulJobsHistoryLimit",
            doc="How many successful runs stay, to read their logs.",
            default=settings.keep_succeeded,
            schema=s.COUNT,
        ),
        Knob(
            path="failedJobsHistoryLimit",
            doc="How many failed runs stay, to read their logs.",
            default=settings.keep_failed,
            schema=s.COUNT,
        ),
    ]


def files(component: Component, chart: Chart) -> Sequence[File]:
    names = ("serviceaccount", "cronjob", "networkpolicy")
    return [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
