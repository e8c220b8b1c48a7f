"""A web application: a Deployment that serves HTTP, with everything that production asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import (
    Container,
    Env,
    File,
    Knob,
    Link,
    Problem,
    SecretNeed,
    Workload,
)
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as schema
from generator.kinds.common.app import (
    App,
    Scale,
    read_app,
    read_resources,
    read_scale,
    settings_schema,
)
from generator.kinds.common.checks import app_problems, scale_problems
from generator.spec.model import Chart, Component
from generator.spec.names import env_name

SUMMARY = "A web application: a Deployment that serves HTTP."
SETTINGS = settings_schema(__path__[0])


@dataclass(frozen=True, kw_only=True)
class Metrics:
    port: int
    path: str


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A database migration: commands in the component's image."""

    command: tuple[str, ...]
    check: tuple[str, ...]
    resources: Container


@dataclass(frozen=True, kw_only=True)
class Slo:
    """Percent of good requests, and milliseconds within which `at` percent are answered."""

    availability: float | None
    latency: str | None
    at: float


@dataclass(frozen=True, kw_only=True)
class Settings:
    app: App
    port: int
    scale: Scale
    live: str | None
    ready: str | None
    metrics: Metrics | None
    migrate: Migration | None
    slo: Slo | None
    vpa: bool


def read(name: str, data: Mapping[str, Any]) -> Settings:
    probes, metrics, slo = data.get("probes", {}), data.get("metrics"), data.get("slo")
    return Settings(
        app=read_app(data),
        port=data["port"],
        scale=read_scale(data.get("scale"), default=2),
        live=probes.get("live"),
        ready=probes.get("ready"),
        metrics=metrics and Metrics(port=metrics["port"], path=metrics.get("path", "/metrics")),
        migrate=read_migration(data),
        slo=slo
        and Slo(
            availability=slo.get("availability"), latency=slo.get("latency"), at=slo.get("at", 99)
        ),
        vpa=data.get("vpa", False),
    )


def read_migration(data: Mapping[str, Any]) -> Migration | None:
    raw = data.get("migrate")
    if raw is None:
        return None
    return Migration(
        command=tuple(raw["command"]),
        check=tuple(raw.get("check", ())),
        resources=read_resources(raw["resources"] if "resources" in raw else data["resources"]),
    )


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    yield from app_problems(component, chart)
    yield from scale_problems(component)


def link(component: Component) -> Link | None:
    port = component.settings.port
    url = Env(name=f"{env_name(component.name)}_URL", value=f"http://{{host}}:{port}")
    return Link(workload=component.name, service=component.name, port=port, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
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
    job = Workload(
        name=f"{component.name}-migrate",
        controller="Job",
        replicas=(0, 1),
        containers=(settings.migrate.resources,),
    )
    return (running, job)


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Settings = component.settings
    found = [
        *k.naming(),
        *k.image(settings.app.image),
        *k.scale(settings.scale),
        *k.resources(settings.app.resources),
        *k.environment(settings.app),
        *probe_knobs(settings),
        *migration_knobs(settings.migrate),
        *k.wait(),
        *k.pod(settings.app.user, settings.app.grace),
        *k.disruption("25%"),
        *k.service_account(),
        *k.network_policy(),
    ]
    if settings.vpa:
        found.append(vpa_knob())
    return found


def vpa_knob() -> Knob:
    return Knob(
        path="verticalAutoscaling.enabled",
        doc="Recommend requests by a VerticalPodAutoscaler, which must be installed.",
        default=False,
        schema=schema.BOOLEAN,
    )


def probe_knobs(settings: Settings) -> list[Knob]:
    """Three probes that differ: patience at the start, no dependencies while alive."""

    def ask(path: str | None) -> dict[str, Any]:
        if path is None:
            return {"tcpSocket": {"port": "http"}}
        return {"httpGet": {"path": path, "port": "http"}}

    return [
        k.probe(
            "startupProbe",
            "Until it succeeds once, the other probes wait.",
            ask(settings.live),
            periodSeconds=2,
            timeoutSeconds=2,
            failureThreshold=60,
        ),
        k.probe(
            "livenessProbe",
            "When it fails, the container is started anew.",
            ask(settings.live),
            periodSeconds=10,
            timeoutSeconds=5,
            failureThreshold=3,
        ),
        k.probe(
            "readinessProbe",
            "When it fails, the pod gets no traffic.",
            ask(settings.ready),
            periodSeconds=5,
            timeoutSeconds=3,
            failureThreshold=2,
        ),
    ]


def migration_knobs(migration: Migration | None) -> list[Knob]:
    if migration is None:
        return []
    return [
        Knob(
            path="migration.enabled",
            doc="Run the database migration as a Job.",
            default=True,
            schema=schema.BOOLEAN,
        ),
        *k.resources(
            migration.resources,
            at="migration.resources",
            doc="Requests and limits of the migration, and of the container that waits for it.",
        ),
    ]


def files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Settings = component.settings
    names = ["serviceaccount", "service", "deployment", "poddisruptionbudget", "networkpolicy"]
    if settings.scale.auto:
        names.append("horizontalpodautoscaler")
    if settings.vpa:
        names.append("verticalpodautoscaler")
    if settings.migrate is not None:
        names += ["migration", "migration-networkpolicy"]
    names += ["tests/connection", "tests/networkpolicy"]
    return [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
