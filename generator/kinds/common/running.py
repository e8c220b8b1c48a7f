"""What web applications and workers share: a Deployment that runs all the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import File, Knob, Problem, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common.app import App, Scale, waits
from generator.kinds.common.checks import app_problems, limit_problems, scale_problems
from generator.kinds.common.exports import Export, export_problems, read_exports
from generator.kinds.common.migration import (
    Migration,
    migration_knobs,
    migration_problems,
    migration_workload,
)
from generator.kinds.common.replicas import replicas_file
from generator.spec.model import Chart, Component


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Where Prometheus metrics are served, and which."""

    port: int
    path: str
    exports: tuple[Export, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Running:
    """Settings of a component that runs all the time."""

    app: App
    scale: Scale
    metrics: Metrics | None
    migrate: Migration | None
    vpa: bool


def read_metrics(data: Mapping[str, Any]) -> Metrics | None:
    raw = data.get("metrics")
    if raw is None:
        return None
    return Metrics(port=raw["port"], path=raw.get("path", "/metrics"), exports=read_exports(raw))


def running_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Running = component.settings
    yield from app_problems(component, chart)
    yield from scale_problems(component)
    if settings.metrics is not None:
        yield from export_problems(settings.metrics.exports)
    if settings.migrate is not None:
        yield from migration_problems(settings.migrate)
        if settings.migrate.resources != settings.app.resources:
            yield from limit_problems(settings.migrate.resources, "migrate", "resources")


def running_workloads(component: Component) -> Sequence[Workload]:
    """The Deployment at its least and most, and the migration's Job."""
    settings: Running = component.settings
    most = settings.scale.most
    running = Workload(
        name=component.name,
        controller="Deployment",
        replicas=(settings.scale.least, most),
        surge=-(-most // 4),
        containers=(settings.app.resources,),
    )
    if settings.migrate is None:
        return (running,)
    return (running, migration_workload(component.name, settings.migrate))


def running_knobs(
    component: Component, chart: Chart, probes: Sequence[Knob], *, tested: bool
) -> list[Knob]:
    """All values. `tested` says that a test pod uses the image of the waiting containers."""
    settings: Running = component.settings
    waiting = waits(component, chart)
    return [
        *k.naming(),
        *k.image(settings.app.image),
        *k.scale(settings.scale),
        *k.resources(settings.app.resources),
        *k.environment(settings.app),
        *probes,
        *migration_knobs(settings.migrate),
        *(k.wait(waiting=waiting) if waiting or tested else ()),
        *k.pod(settings.app.user, settings.app.grace),
        *k.disruption("25%"),
        *k.service_account(),
        *k.network_policy(),
        *(k.vertical() if settings.vpa else ()),
    ]


def running_files(component: Component, *more: str) -> Sequence[File]:
    """The templates of a Deployment and what belongs to it, and those named."""
    settings: Running = component.settings
    names = ["serviceaccount", "deployment", "poddisruptionbudget", "networkpolicy", *more]
    if settings.scale.auto:
        names.append("horizontalpodautoscaler")
    if settings.vpa:
        names.append("verticalpodautoscaler")
    files = [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
    files.append(replicas_file("Deployment"))
    if settings.migrate is not None:
        files += [
            File(template="_migration.tpl", path="templates/_migration.tpl"),
            File(template="migration.yaml", path="templates/migration.yaml"),
            File(
                template="migration-networkpolicy.yaml",
                path="templates/migration-networkpolicy.yaml",
            ),
        ]
    return files
