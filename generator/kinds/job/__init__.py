"""A one-off job: a Job that runs once, and again only when what it runs changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common.app import App, read_app, settings_schema
from generator.kinds.common.batch import Batch, batch_knobs, read_batch
from generator.kinds.common.checks import app_problems
from generator.spec.model import Chart, Component

SUMMARY = "A one-off job: a Job that runs once, and again only when what it runs changes."
SETTINGS = settings_schema(__path__[0], "batch")


@dataclass(frozen=True, kw_only=True)
class Settings:
    app: App
    batch: Batch


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return Settings(app=read_app(data), batch=read_batch(data))


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    yield from app_problems(component, chart)


def link(component: Component) -> Link | None:
    return None


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def workloads(component: Component) -> Sequence[Workload]:
    """Two at once: after an upgrade the old run may still be ending."""
    settings: Settings = component.settings
    return (
        Workload(
            name=component.name,
            controller="Job",
            replicas=(0, 1),
            surge=1,
            containers=(settings.app.resources,),
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    return batch_knobs(component, chart, ())


def files(component: Component, chart: Chart) -> Sequence[File]:
    names = ("serviceaccount.yaml", "_job.tpl", "job.yaml", "networkpolicy.yaml")
    return [File(template=name, path=f"templates/{name}") for name in names]
