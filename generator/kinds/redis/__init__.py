"""A Redis cluster: Valkey nodes in a StatefulSet that form a cluster and heal it by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import Env, File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.common.server import resource_problems
from generator.kinds.data.settings import EXISTING, tls_secret
from generator.kinds.redis.knobs import redis_knobs
from generator.kinds.redis.metrics import EXPORTER as EXPORTER_METRICS
from generator.kinds.redis.settings import (
    BUS_PORT,
    EXPORTER_PORT,
    KEYS,
    PORT,
    Settings,
    read_settings,
)
from generator.spec.model import Chart, Component
from generator.spec.names import env_name
from generator.spec.place import plural

SUMMARY = "A Redis cluster of Valkey nodes, with replicas that take over."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())
FOLDERS = (
    str(Path(__path__[0], "files")),
    str(Path(__path__[0]).parent / "data" / "templates"),
)

_SCRIPTS = ("start.sh", "agent.sh", "cluster.sh", "ready.sh", "live.sh")
_TEMPLATES = (
    "_data.tpl",
    "_redis.tpl",
    "_config.tpl",
    "serviceaccount.yaml",
    "configmap.yaml",
    "configmap-scripts.yaml",
    "statefulset.yaml",
    "service.yaml",
    "service-headless.yaml",
    "networkpolicy.yaml",
    "issuer-selfsigned.yaml",
    "certificate-ca.yaml",
    "issuer.yaml",
    "tests/connection.yaml",
    "tests/networkpolicy.yaml",
)
#: Beyond it a copy while the log is rewritten meets the limit, and the kernel ends the node.
_MOST_PERCENT = 80
#: Fewer can't agree on who takes over.
_LEAST_MASTERS = 3


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return read_settings(name, data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from resource_problems(settings.resources, ("resources",))
    yield from _shape_problems(settings)
    limit = settings.resources.memory_limit
    if settings.memory * 100 > limit * _MOST_PERCENT:
        yield Problem(
            path=("memory",),
            rule="redis-memory",
            message=f"memory for data is above {_MOST_PERCENT} % of the memory limit; while the "
            "log is rewritten the node would be killed",
            hint=f"memory: {limit * 5 // 8 // 1024**2}Mi",
        )
    if settings.nodes > settings.max_nodes:
        yield Problem(
            path=("maxNodes",),
            rule="scale-range",
            message=f"nodes {settings.nodes} is above maxNodes {settings.max_nodes}",
            hint=f"maxNodes: {settings.nodes}",
        )


def _shape_problems(settings: Settings) -> Iterator[Problem]:
    """A cluster has whole shards, and masters enough for a majority when one is lost."""
    shard = settings.replicas_per_master + 1
    if settings.nodes == 1:
        return
    if settings.nodes % shard or settings.nodes // shard < _LEAST_MASTERS:
        fitting = max(-(-settings.nodes // shard), _LEAST_MASTERS) * shard
        yield Problem(
            path=("nodes",),
            rule="redis-shape",
            message=f"{settings.nodes} nodes with {plural(settings.replicas_per_master, 'replica')}"
            f" for each master are no cluster: it needs {_LEAST_MASTERS} masters or more, each "
            "with all its replicas",
            hint=f"nodes: {fitting}",
        )


def link(component: Component) -> Link:
    prefix = env_name(component.name)
    env = (
        Env(name=f"{prefix}_HOST", value="{host}"),
        Env(name=f"{prefix}_PORT", value=str(PORT)),
        Env(name=f"{prefix}_PASSWORD", secret=(component.settings.secret, "redis-password")),
    )
    return Link(workload=component.name, service=component.name, port=PORT, wait=True, env=env)


def secrets(component: Component) -> Sequence[SecretNeed]:
    settings: Settings = component.settings
    keys = (*KEYS, "exporter-password") if settings.metrics else KEYS
    found = [SecretNeed(name=settings.secret, keys=keys, value="credentialsSecret")]
    if settings.tls == EXISTING:
        found.append(tls_secret(component.name))
    return found


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    containers = [settings.resources, settings.agent]
    if settings.metrics:
        containers.append(settings.exporter)
    return (
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.nodes, settings.max_nodes),
            containers=tuple(containers),
            claims=(settings.storage,),
        ),
    )


def metrics_endpoints(component: Component) -> tuple[tuple[str, str, int, str], ...]:
    """Where Prometheus scrapes: workload, service, port, path."""
    if not component.settings.metrics:
        return ()
    return ((component.name, f"{component.name}-headless", EXPORTER_PORT, "/metrics"),)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    return EXPORTER_METRICS if component.settings.metrics else {}


def _doors(settings: Settings) -> tuple[Door, ...]:
    """Ports, and who may come in there through a service mesh."""
    found = (Door(port=PORT, callers=True, own=True), Door(port=BUS_PORT, own=True))
    return (*found, Door(port=EXPORTER_PORT, scraper=True)) if settings.metrics else found


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    return [*redis_knobs(component.settings), *mesh_knobs(chart, _doors(component.settings))]


def files(component: Component, chart: Chart) -> Sequence[File]:
    fullname = f'{{{{ include "{chart.name}.{component.name}.fullname" . }}}}'
    scripts = {"scripts": _SCRIPTS}
    context: Mapping[str, Mapping[str, Any]] = {"configmap-scripts.yaml": scripts}
    return [
        *(
            File(template=name, path=f"templates/{name}", context=context.get(name, {}))
            for name in _TEMPLATES
        ),
        File(
            template="poddisruptionbudget.yaml",
            path="templates/poddisruptionbudget.yaml",
            context={"eviction": "IfHealthyBudget"},
        ),
        File(
            template="certificate.yaml",
            path="templates/certificate.yaml",
            context={"tls_services": (fullname,)},
        ),
        File(template="RUNBOOK.md", path="RUNBOOK.md"),
        replicas_file("StatefulSet", policy=True),
        volumes_file(),
        *(File(template=name, path=f"files/{name}", verbatim=True) for name in _SCRIPTS),
        *mesh_files(component, chart, _doors(component.settings)),
    ]
