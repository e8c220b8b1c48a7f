"""The engine of those who run CloudNativePG: its objects, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.kinds.api import (
    Container,
    Env,
    File,
    Knob,
    Labels,
    Link,
    Problem,
    SecretNeed,
    Workload,
)
from generator.kinds.common.mesh import mesh_knobs
from generator.kinds.data.settings import EXISTING, tls_secret
from generator.kinds.postgres.backup import store_secrets
from generator.kinds.postgres.cnpg import metrics
from generator.kinds.postgres.cnpg.checks import cnpg_problems
from generator.kinds.postgres.cnpg.doors import server_doors
from generator.kinds.postgres.cnpg.knobs import SIDECAR, cnpg_knobs
from generator.kinds.postgres.cnpg.layout import FOLDERS as FOLDERS
from generator.kinds.postgres.cnpg.layout import cnpg_files
from generator.kinds.postgres.settings import (
    EXPORTER_PORT,
    POOLER_EXPORTER_PORT,
    PORT,
    Settings,
)
from generator.spec.model import Chart, Component
from generator.spec.names import env_name


def problems(component: Component) -> Iterator[Problem]:
    return cnpg_problems(component)


def link(component: Component) -> Link:
    """The operator names the services: `-rw`, `-ro` and `-r` of the cluster, a pooler its own."""
    settings: Settings = component.settings
    prefix = env_name(component.name)
    env = (
        Env(name=f"{prefix}_HOST", value="{host}"),
        Env(name=f"{prefix}_PORT", value=str(PORT)),
        Env(name=f"{prefix}_DATABASE", value=settings.database),
        Env(name=f"{prefix}_USER", value=settings.user),
        Env(name=f"{prefix}_PASSWORD", secret=(settings.secret, "password")),
    )
    direct = Link(
        workload=component.name, service=f"{component.name}-rw", port=PORT, wait=True, env=env
    )
    if settings.pooler is None:
        return direct
    name = settings.pooler.name
    return Link(workload=name, service=name, port=PORT, wait=True, env=env, direct=direct)


def pod_labels(component: Component) -> Mapping[str, Labels]:
    settings: Settings = component.settings
    server = (("cnpg.io/cluster", f"{{prefix}}{component.name}"), ("cnpg.io/podRole", "instance"))
    found: dict[str, Labels] = {component.name: server}
    if settings.pooler is not None:
        name = settings.pooler.name
        found[name] = (("cnpg.io/poolerName", f"{{prefix}}{name}"),)
    return found


def secrets(component: Component) -> Sequence[SecretNeed]:
    settings: Settings = component.settings
    found = [
        SecretNeed(name=settings.secret, keys=("username", "password"), value="credentialsSecret")
    ]
    if settings.backup:
        found += store_secrets(settings.backup)
    if settings.tls == EXISTING:
        found.append(tls_secret(component.name))
    return found


def workloads(component: Component) -> Sequence[Workload]:
    """The pods that the operator makes. One more than there are members: a Job copies a new one."""
    settings: Settings = component.settings
    sidecar: tuple[Container, ...] = (SIDECAR,) if settings.backup else ()
    found = [
        Workload(
            name=component.name,
            controller="Cluster",
            replicas=(settings.replicas, settings.replicas),
            surge=1,
            containers=(settings.resources, *sidecar),
            claims=(settings.storage,),
            token=True,
        )
    ]
    if (pooler := settings.pooler) is not None:
        found.append(
            Workload(
                name=pooler.name,
                controller="Pooler",
                replicas=(pooler.replicas, pooler.replicas),
                surge=-(-pooler.replicas // 4),
                containers=(pooler.resources,),
                token=True,
            )
        )
    return found


def metrics_endpoints(component: Component) -> tuple[tuple[str, str | None, int, str], ...]:
    """Only the pods are found: the operator's services don't have the ports of metrics."""
    settings: Settings = component.settings
    found: list[tuple[str, str | None, int, str]] = [
        (component.name, None, EXPORTER_PORT, "/metrics")
    ]
    if settings.pooler is not None:
        found.append((settings.pooler.name, None, POOLER_EXPORTER_PORT, "/metrics"))
    return tuple(found)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    settings: Settings = component.settings
    found = {**metrics.SERVER, **metrics.QUERIES}
    if settings.backup is not None:
        found |= metrics.BACKUPS
    if settings.pooler is not None:
        found |= metrics.POOLER
    return found


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    doors = server_doors(component.settings)
    return [*cnpg_knobs(component.settings), *mesh_knobs(chart, doors)]


def files(component: Component, chart: Chart) -> Sequence[File]:
    return cnpg_files(component, chart)
