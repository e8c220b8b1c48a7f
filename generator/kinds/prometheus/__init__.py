"""Prometheus: reads the metrics of the platform, keeps them, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import Env, File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.common.server import resource_problems
from generator.kinds.grafana.uids import uid_of
from generator.kinds.prometheus import data as of_data
from generator.kinds.prometheus import istio, metrics, slo, targets
from generator.kinds.prometheus import knobs as own
from generator.kinds.prometheus.settings import (
    RELOADER_RESOURCES,
    Settings,
    read_settings,
)
from generator.spec.model import Chart, Component, Platform
from generator.spec.names import env_name
from generator.spec.quantity import format_bytes, parse_milliseconds

SUMMARY = "Prometheus: metrics of the platform, objectives and alerts, from the spec."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

DOORS = (Door(port=9090, callers=True, scraper=True, own=True),)

#: What Prometheus keeps in memory before a block is written: less can't be retained.
_HEAD_SECONDS = 2 * 3600

#: A series without a sample for five minutes is gone; two readings must fit.
_STALE_SECONDS = 300


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return read_settings(data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from resource_problems(settings.resources)
    if parse_milliseconds(settings.retention) < 1000 * _HEAD_SECONDS:
        yield Problem(
            path=("retention",),
            rule="retention",
            message=f"{settings.retention} is less than a block of two hours",
            hint="retention: 30d",
        )
    if settings.retention_bytes > settings.claim.size * 95 // 100:
        yield Problem(
            path=("retentionSize",),
            rule="retention",
            message=f"{format_bytes(settings.retention_bytes)} of samples leave no room in a "
            f"volume of {format_bytes(settings.claim.size)}",
            hint="leave it out: 84 % of the volume is the default",
        )
    if not 1 <= parse_milliseconds(settings.interval) / 1000 <= _STALE_SECONDS // 2:
        yield Problem(
            path=("interval",),
            rule="interval",
            message=f"{settings.interval} is not between 1s and 150s; series end after "
            "five minutes without a sample",
            hint="interval: 30s",
        )
    yield from _edge_problems(component, chart)


def platform_problems(component: Component, chart: Chart, platform: Platform) -> Iterator[Problem]:
    """Alerts of the author's own that can't fire."""
    if any(targets.evaluated(platform, chart, component)):
        from generator.kinds.prometheus.declared import declared_problems  # with a parser of PromQL

        yield from declared_problems(platform, chart, component)


def _edge_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    for edge in chart.edges_from.get(component.name, ()):
        where = edge.path[len(component.path) :]
        if edge.target is None:
            yield Problem(
                path=where,
                rule="edge-target",
                message="a Prometheus reads components; addresses outside are asked by an "
                "exporter with `exporter: blackbox`",
                hint="remove the entry",
            )
        elif not targets.endpoints(edge.target):
            yield Problem(
                path=where,
                rule="edge-target",
                message=f"{edge.target.name!r} has no metrics to read",
                hint="remove the entry, or give the component `metrics`",
            )


def link(component: Component) -> Link | None:
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:9090")
    return Link(workload=component.name, service=component.name, port=9090, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    remote = component.settings.remote_write
    if remote is None or not remote.token:
        return ()
    name, when = f"{component.name}-remote-write", {"remoteWrite.enabled": True}
    return (SecretNeed(name=name, keys=(remote.token,), when=when),)


def metrics_endpoints(component: Component) -> tuple[targets.Endpoint, ...]:
    return ((component.name, component.name, 9090, "/metrics"),)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    return metrics.SERVER


def evaluated(
    component: Component, chart: Chart, platform: Platform
) -> Iterator[tuple[Chart, Component]]:
    """The components whose own alerts it evaluates, with their charts."""
    return targets.evaluated(platform, chart, component)


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    return (
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.replicas, settings.replicas),
            containers=(settings.resources, RELOADER_RESOURCES),
            claims=(settings.claim,),
            token=True,
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    return [*own.knobs(component.settings, _runbooks(component)), *mesh_knobs(chart, DOORS)]


def platform_knobs(component: Component, chart: Chart, platform: Platform) -> Sequence[Knob]:
    """Only with a blackbox exporter: whom it asks."""
    if not targets.of_kind(chart, component, "exporter", exporter="blackbox"):
        return ()
    return (own.probe_targets(targets.addresses(platform)),)


def files(component: Component, chart: Chart) -> Sequence[File]:
    names = ["serviceaccount", "service", "service-headless", "configmap-rules"]
    if chart.mesh is not None:
        names += ["role-istio-system", "rolebinding-istio-system"]
    found = [_template(name) for name in (*names, "tests/connection", "tests/networkpolicy")]
    budget = {"eviction": "IfHealthyBudget"}
    found.append(_template("poddisruptionbudget", **budget))
    found += [replicas_file("StatefulSet"), volumes_file()]
    return [*found, *mesh_files(component, chart, DOORS)]


def platform_files(component: Component, chart: Chart, platform: Platform) -> Sequence[File]:
    """What follows from the other components: whom to read, with which rights, which rules."""
    settings: Settings = component.settings
    read_from = targets.targets(platform, chart, component)
    foreign = targets.namespaces(read_from)
    seen = {
        "targets": read_from,
        "peers": targets.peers(read_from),
        "alertmanagers": targets.of_kind(chart, component, "alertmanager"),
        "state": targets.of_kind(chart, component, "exporter", exporter="kube-state-metrics"),
        "blackbox": targets.of_kind(chart, component, "exporter", exporter="blackbox"),
        "namespaces": tuple(sorted({chart.namespace, *foreign})),
        "data": of_data.look(platform, read_from),
        "dashboard": partial(uid_of, platform.name),
        "istio": istio,
    }
    found = [
        _template("statefulset", **seen),
        _template("configmap", **seen),
        _template("networkpolicy", **seen),
        _template("role", namespace=None),
        _template("rolebinding", namespace=None),
    ]
    for namespace in foreign:
        for name in ("role", "rolebinding"):
            path = f"templates/{name}-{namespace}.yaml"
            found.append(File(template=f"{name}.yaml", path=path, context={"namespace": namespace}))
    if settings.nodes:
        found += [_template("clusterrole"), _template("clusterrolebinding")]
    found.append(
        File(template="rules/platform.yaml", path="files/rules/platform.yaml", context=seen)
    )
    found += _mesh_rules(chart, seen)
    found += _runbook_files(platform, chart, component, seen)
    found += _objective_files(platform, read_from, settings)
    return [*found, *_declared_files(platform, chart, component)]


def _mesh_rules(chart: Chart, seen: Mapping[str, Any]) -> Iterator[File]:
    """The rules of each mode of the mesh, of which `global.mesh` picks one or none."""
    for mode in istio.MODES if chart.mesh is not None else ():
        yield File(
            template="rules/mesh.yaml",
            path=f"files/rules/{mode}/mesh.yaml",
            context={**seen, "mode": mode},
        )


def _objective_files(
    platform: Platform, read_from: tuple[targets.Target, ...], settings: Settings
) -> Iterator[File]:
    """One file of rules for each component with objectives."""
    by_component: dict[tuple[str, str], list[slo.Objective]] = {}
    for objective in slo.objectives(platform, read_from, settings.http):
        by_component.setdefault((objective.chart, objective.component), []).append(objective)
    for (chart, component), objectives in by_component.items():
        yield File(
            template="rules/objectives.yaml",
            path=f"files/rules/{chart}-{component}.yaml",
            context={
                "objectives": objectives,
                "windows": slo.WINDOWS,
                "dashboard": partial(uid_of, platform.name),
            },
        )


def _runbooks(component: Component) -> str:
    """Where the pages lie, seen from the spec."""
    return f"charts/{component.chart_name}/charts/{component.name}/runbooks"


def _runbook_files(
    platform: Platform, chart: Chart, component: Component, seen: Mapping[str, Any]
) -> Iterator[File]:
    """A page for each file of rules, with a section for each alert."""
    settings: Settings = component.settings
    read_from: tuple[targets.Target, ...] = seen["targets"]
    pages = {
        "monitoring": True,
        "kubernetes": bool(seen["state"] or settings.nodes),
        "addresses": bool(seen["blackbox"]),
        "mesh": chart.mesh is not None,
        "objectives": bool(slo.objectives(platform, read_from, settings.http)),
        "postgres": bool(seen["data"].postgres),
        "cnpg": bool(seen["data"].cnpg),
        "redis": bool(seen["data"].redis),
    }
    for name, there in pages.items():
        if there:
            yield File(template=f"runbooks/{name}.md", path=f"runbooks/{name}.md")
    for other, one in targets.evaluated(platform, chart, component):
        yield File(
            template="runbooks/declared.md",
            path=f"runbooks/{other.name}-{one.name}.md",
            context={"component_of": one, "namespace": other.namespace},
        )


def _declared_files(platform: Platform, chart: Chart, component: Component) -> Iterator[File]:
    """One file of rules for each component with alerts of the author's own."""
    for other, one in targets.evaluated(platform, chart, component):
        yield File(
            template="rules/declared.yaml",
            path=f"files/rules/{other.name}-{one.name}-alerts.yaml",
            context={
                "component_of": one,
                "namespace": other.namespace,
                "dashboard": partial(uid_of, platform.name),
            },
        )


def _template(name: str, **context: Any) -> File:
    return File(template=f"{name}.yaml", path=f"templates/{name}.yaml", context=context)
