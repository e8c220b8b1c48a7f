"""Prometheus: reads the metrics of the platform, keeps them, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import (
    Env,
    File,
    Knob,
    Link,
    Problem,
    SecretNeed,
    StandIn,
    Workload,
)
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.common.server import resource_problems
from generator.kinds.grafana.uids import uid_of
from generator.kinds.prometheus import data as of_data
from generator.kinds.prometheus import istio, metrics, operated, rules, targets
from generator.kinds.prometheus import knobs as own
from generator.kinds.prometheus.settings import (
    RELOADER_RESOURCES,
    Operated,
    Plain,
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


def read(name: str, data: Mapping[str, Any]) -> Plain | Operated:
    return read_settings(data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        yield from operated.problems(component, chart)
    else:
        yield from operated.plain_problems(component, chart)
        yield from _server_problems(settings)
    if not 1 <= parse_milliseconds(settings.interval) / 1000 <= _STALE_SECONDS // 2:
        yield Problem(
            path=("interval",),
            rule="interval",
            message=f"{settings.interval} is not between 1s and 150s; series end after "
            "five minutes without a sample",
            hint="interval: 30s",
        )
    yield from _edge_problems(component, chart)


def _server_problems(settings: Plain) -> Iterator[Problem]:
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


def platform_problems(component: Component, chart: Chart, platform: Platform) -> Iterator[Problem]:
    """Alerts of the author's own that can't fire."""
    if isinstance(component.settings, Operated):
        yield from operated.platform_problems(component, platform)
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
        elif edge.target.kind != "alertmanager" and not targets.endpoints(edge.target):
            yield Problem(
                path=where,
                rule="edge-target",
                message=f"{edge.target.name!r} has no metrics to read",
                hint="remove the entry, or give the component `metrics`",
            )


def stand_in(component: Component) -> StandIn | None:
    """Who reads in its place."""
    settings: Plain | Operated = component.settings
    return operated.stand_in(settings) if isinstance(settings, Operated) else None


def link(component: Component) -> Link | None:
    if isinstance(component.settings, Operated):
        return operated.link(component)
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:9090")
    return Link(workload=component.name, service=component.name, port=9090, env=(url,))


def hosts(component: Component, chart: Chart) -> frozenset[str]:
    """Names of the components whose host an installer may change."""
    if isinstance(component.settings, Operated):
        return operated.hosts(component, chart)
    edges = chart.edges_from.get(component.name, ())
    return frozenset(edge.target.name for edge in edges if edge.target is not None)


def secrets(component: Component) -> Sequence[SecretNeed]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        return ()
    remote, thanos, found = settings.remote_write, settings.thanos, []
    if remote is not None and remote.token:
        name, when = f"{component.name}-remote-write", {"remoteWrite.enabled": True}
        found.append(SecretNeed(name=name, keys=(remote.token,), when=when))
    if thanos is not None:
        name, when = f"{component.name}-thanos", {"thanos.enabled": True}
        found.append(SecretNeed(name=name, keys=(thanos.store,), when=when))
    return tuple(found)


def metrics_endpoints(component: Component) -> tuple[targets.Endpoint, ...]:
    """The operator's server is read by a monitor that comes with it."""
    if isinstance(component.settings, Operated):
        return ()
    ports = (9090, 10902) if component.settings.thanos is not None else (9090,)
    return tuple((component.name, component.name, port, "/metrics") for port in ports)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    settings: Plain | Operated = component.settings
    found = dict(metrics.SERVER)
    if isinstance(settings, Plain) and settings.remote_write is not None:
        found |= metrics.REMOTE
    if isinstance(settings, Plain) and settings.thanos is not None:
        found |= metrics.THANOS
    return found


def evaluated(
    component: Component, chart: Chart, platform: Platform
) -> Iterator[tuple[Chart, Component]]:
    """The components whose own alerts it evaluates, with their charts."""
    return targets.evaluated(platform, chart, component)


def workloads(component: Component) -> Sequence[Workload]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        return ()
    return (
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.replicas, settings.replicas),
            containers=(
                settings.resources,
                RELOADER_RESOURCES,
                *((settings.thanos.resources,) if settings.thanos else ()),
            ),
            claims=(settings.claim,),
            token=True,
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Plain | Operated = component.settings
    folder = f"charts/{component.chart_name}/charts/{component.name}/runbooks"
    if isinstance(settings, Operated):
        return operated.knobs(settings, folder)
    return [*own.knobs(settings, folder), *mesh_knobs(chart, _doors(settings))]


def platform_knobs(component: Component, chart: Chart, platform: Platform) -> Sequence[Knob]:
    """Only with a blackbox exporter: whom it asks."""
    if not targets.of_kind(chart, component, "exporter", exporter="blackbox"):
        return ()
    return (own.probe_targets(targets.addresses(platform)),)


def files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        return ()
    names = ["serviceaccount", "service", "service-headless", "configmap-rules"]
    if chart.mesh is not None:
        names += ["role-istio-system", "rolebinding-istio-system"]
    found = [_template(name) for name in (*names, "tests/connection", "tests/networkpolicy")]
    budget = {"eviction": "IfHealthyBudget"}
    found.append(_template("poddisruptionbudget", **budget))
    found += [replicas_file("StatefulSet"), volumes_file()]
    return [*found, *mesh_files(component, chart, _doors(settings))]


def platform_files(component: Component, chart: Chart, platform: Platform) -> Sequence[File]:
    """What follows from the other components: whom to read, with which rights, which rules."""
    settings: Plain | Operated = component.settings
    read_from = targets.targets(platform, chart, component)
    namespaces = tuple(sorted({chart.namespace, *targets.namespaces(read_from)}))
    # A server that others use as well has series of theirs: rules must leave them alone.
    scope = f'namespace=~"{"|".join(namespaces)}"' if isinstance(settings, Operated) else ""
    state = targets.of_kind(chart, component, "exporter", exporter="kube-state-metrics")
    seen = {
        "targets": read_from,
        "peers": targets.peers(read_from),
        "alertmanagers": targets.of_kind(chart, component, "alertmanager"),
        "state": bool(state) or (isinstance(settings, Operated) and settings.state),
        "blackbox": targets.of_kind(chart, component, "exporter", exporter="blackbox"),
        "namespaces": namespaces,
        "scope": scope,
        "data": of_data.look(platform, read_from, scope),
        "dashboard": partial(uid_of, platform.name),
        "istio": istio,
    }
    common = rules.files(platform, chart, component, seen)
    if isinstance(settings, Operated):
        return [*operated.files(chart, seen), *common]
    return [*_server_files(settings, seen, targets.namespaces(read_from)), *common]


def _doors(settings: Plain) -> tuple[Door, ...]:
    """Those who ask the sidecar by gRPC are nobody of ours: authorizationPolicy.extraRules."""
    return (*DOORS, Door(port=10902, scraper=True)) if settings.thanos is not None else DOORS


def _server_files(
    settings: Plain, seen: Mapping[str, Any], foreign: tuple[str, ...]
) -> Iterator[File]:
    for name in ("statefulset", "configmap", "networkpolicy"):
        yield _template(name, **seen)
    for name in ("role", "rolebinding"):
        yield _template(name, namespace=None)
    for namespace in foreign:
        for name in ("role", "rolebinding"):
            path = f"templates/{name}-{namespace}.yaml"
            yield File(template=f"{name}.yaml", path=path, context={"namespace": namespace})
    if settings.nodes:
        yield _template("clusterrole")
        yield _template("clusterrolebinding")


def _template(name: str, **context: Any) -> File:
    return File(template=f"{name}.yaml", path=f"templates/{name}.yaml", context=context)
