"""A worker: a Deployment that serves nobody, like the consumer of a queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common.app import read_app, read_scale, settings_schema
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs, serving
from generator.kinds.common.migration import read_migration
from generator.kinds.common.running import (
    Running,
    read_metrics,
    running_files,
    running_knobs,
    running_problems,
    running_workloads,
)
from generator.spec.model import Chart, Component

SUMMARY = "A worker: a Deployment that serves nobody, like the consumer of a queue."
SETTINGS = settings_schema(__path__[0], "running")

#: A command, a path on the metrics port, or None: open the metrics port.
Probe = tuple[str, ...] | str | None


@dataclass(frozen=True, kw_only=True)
class Settings(Running):
    live: Probe
    ready: Probe


def read(name: str, data: Mapping[str, Any]) -> Settings:
    probes = data.get("probes", {})
    return Settings(
        app=read_app(data),
        scale=read_scale(data.get("scale"), default=2),
        metrics=read_metrics(data),
        migrate=read_migration(data),
        vpa=data.get("vpa", False),
        live=_probe(probes.get("live")),
        ready=_probe(probes.get("ready", probes.get("live"))),
    )


def _probe(raw: Any) -> Probe:
    return tuple(raw) if isinstance(raw, list) else raw


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from running_problems(component, chart)
    if settings.metrics is not None:
        return
    if settings.live is None:
        yield Problem(
            path=(),
            rule="no-probe",
            message="a worker needs `probes` or `metrics`: nothing else shows that it still works",
            hint="probes: {live: [command, that, succeeds]}",
        )
    for name, probe in (("live", settings.live), ("ready", settings.ready)):
        if isinstance(probe, str) and (name == "live" or probe != settings.live):
            yield Problem(
                path=("probes", name),
                rule="no-probe",
                message=f"the path {probe!r} is asked on the metrics port, and there is none",
                hint="metrics: {port: 9090}, or a command instead of the path",
            )


def link(component: Component) -> Link | None:
    return None


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def workloads(component: Component) -> Sequence[Workload]:
    return running_workloads(component)


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Settings = component.settings
    probes = k.probes(
        live=_ask(settings.live),
        ready=_ask(settings.ready),
        # A command is a process more in the container: ask it less often, and wait longer.
        slow=isinstance(settings.live, tuple) or isinstance(settings.ready, tuple),
    )
    own = running_knobs(component, chart, probes, tested=False)
    return [*own, *mesh_knobs(chart, _doors(settings))]


def _doors(settings: Settings) -> tuple[Door, ...]:
    return serving(None, settings.metrics)


def _ask(probe: Probe) -> dict[str, Any]:
    if probe is None:
        return {"tcpSocket": {"port": "metrics"}}
    if isinstance(probe, str):
        return {"httpGet": {"path": probe, "port": "metrics"}}
    return {"exec": {"command": list(probe)}}


def files(component: Component, chart: Chart) -> Sequence[File]:
    return [
        *running_files(component),
        *mesh_files(component, chart, _doors(component.settings)),
    ]
