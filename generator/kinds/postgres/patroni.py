"""The engine that needs nothing but Kubernetes: Patroni in a StatefulSet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
from generator.kinds.common.mesh import mesh_knobs
from generator.kinds.data.settings import EXISTING, tls_secret
from generator.kinds.postgres import metrics
from generator.kinds.postgres.backup import store_secrets
from generator.kinds.postgres.checks import postgres_problems
from generator.kinds.postgres.doors import server_doors
from generator.kinds.postgres.knobs import postgres_knobs
from generator.kinds.postgres.layout import postgres_files
from generator.kinds.postgres.settings import (
    AGENT_METRICS_PORT,
    EXPORTER_PORT,
    POOLER_EXPORTER_PORT,
    PORT,
    Settings,
)
from generator.spec.model import Chart, Component
from generator.spec.names import env_name


def problems(component: Component) -> Iterator[Problem]:
    return postgres_problems(component)


def link(component: Component) -> Link:
    settings: Settings = component.settings
    prefix = env_name(component.name)
    env = (
        Env(name=f"{prefix}_HOST", value="{host}"),
        Env(name=f"{prefix}_PORT", value=str(PORT)),
        Env(name=f"{prefix}_DATABASE", value=settings.database),
        Env(name=f"{prefix}_USER", value=settings.user),
        Env(name=f"{prefix}_PASSWORD", secret=(settings.secret, "database-password")),
    )
    direct = Link(
        workload=component.name,
        service=f"{component.name}-primary",
        port=PORT,
        wait=True,
        env=env,
    )
    entry = settings.pooler.name if settings.pooler else component.name
    return Link(workload=entry, service=entry, port=PORT, wait=True, env=env, direct=direct)


def secrets(component: Component) -> Sequence[SecretNeed]:
    settings: Settings = component.settings
    keys = ["database-password", "superuser-password", "replication-password", "rewind-password"]
    keys.append("patroni-password")
    if settings.metrics:
        keys.append("exporter-password")
    if settings.backup:
        keys.append("agent-token")
    found = [SecretNeed(name=settings.secret, keys=tuple(keys), value="credentialsSecret")]
    if settings.backup:
        found += store_secrets(settings.backup)
    if settings.tls == EXISTING:
        found.append(tls_secret(component.name))
    return found


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    exporter: tuple[Container, ...] = (settings.exporter,) if settings.metrics else ()
    found = [
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.replicas, settings.max_replicas),
            containers=(settings.resources, settings.agent, *exporter),
            claims=(settings.storage,),
            token=True,
        ),
        Workload(
            name=f"{component.name}-configure",
            controller="Job",
            replicas=(0, 1),
            containers=(settings.job,),
        ),
    ]
    if (pooler := settings.pooler) is not None:
        found.append(
            Workload(
                name=pooler.name,
                controller="Deployment",
                replicas=(pooler.replicas, pooler.replicas),
                surge=-(-pooler.replicas // 4),
                containers=(pooler.resources, *exporter),
            )
        )
    if settings.backup is not None:
        found.append(
            Workload(
                name=f"{component.name}-backup",
                controller="CronJob",
                replicas=(0, 1),
                containers=(settings.job,),
            )
        )
        found.append(
            Workload(
                name=f"{component.name}-restore-check",
                controller="CronJob",
                replicas=(0, 1),
                containers=(settings.check,),
                claims=(settings.storage,),
            )
        )
    return found


def metrics_endpoints(component: Component) -> tuple[tuple[str, str, int, str], ...]:
    """Where Prometheus scrapes: workload, service, port, path."""
    settings: Settings = component.settings
    headless = f"{component.name}-headless"
    found = [(component.name, headless, AGENT_METRICS_PORT, "/metrics")]
    if settings.metrics:
        found.append((component.name, headless, EXPORTER_PORT, "/metrics"))
        if settings.pooler is not None:
            name = settings.pooler.name
            found.append((name, name, POOLER_EXPORTER_PORT, "/metrics"))
    return tuple(found)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    settings: Settings = component.settings
    found = {**metrics.AGENT, **metrics.PATRONI}
    if settings.metrics:
        found |= metrics.EXPORTER
        if settings.pooler is not None:
            found |= metrics.POOLER
    return found


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    doors = server_doors(component.settings)
    return [*postgres_knobs(component.settings), *mesh_knobs(chart, doors)]


def files(component: Component, chart: Chart) -> Sequence[File]:
    return postgres_files(component, chart)
