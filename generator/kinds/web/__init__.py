"""A web application: a Deployment that serves HTTP, with everything that production asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Env, File, Knob, Link, Problem, SecretNeed, Workload
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
from generator.spec.names import env_name

SUMMARY = "A web application: a Deployment that serves HTTP."
SETTINGS = settings_schema(__path__[0], "running")


@dataclass(frozen=True, kw_only=True)
class Slo:
    """Percent of good requests, and the time within which `at` percent are answered."""

    availability: float | None
    latency: str | None
    at: float


@dataclass(frozen=True, kw_only=True)
class Settings(Running):
    port: int
    live: str | None
    ready: str | None
    slo: Slo | None


def read(name: str, data: Mapping[str, Any]) -> Settings:
    probes = data.get("probes", {})
    return Settings(
        app=read_app(data),
        scale=read_scale(data.get("scale"), default=2),
        metrics=read_metrics(data),
        migrate=read_migration(data),
        vpa=data.get("vpa", False),
        port=data["port"],
        live=probes.get("live"),
        ready=probes.get("ready"),
        slo=read_slo(data),
    )


def read_slo(data: Mapping[str, Any]) -> Slo | None:
    raw = data.get("slo")
    if raw is None:
        return None
    return Slo(
        availability=raw.get("availability"), latency=raw.get("latency"), at=raw.get("at", 99)
    )


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    yield from running_problems(component, chart)
    settings: Settings = component.settings
    if settings.live is not None and settings.live == settings.ready:
        yield Problem(
            path=("probes", "live"),
            rule="probe",
            message=f"{settings.live!r} is also the path of `ready`: where the database is away, "
            "every pod would be started anew, again and again",
            hint="name a path that asks nothing else, or remove `live`: then the port is opened",
        )
    if settings.slo is not None:
        yield from _slo_problems(settings.slo, settings.metrics is not None)


def _slo_problems(slo: Slo, measured: bool) -> Iterator[Problem]:
    if slo.availability is None and slo.latency is None:
        yield Problem(
            path=("slo",),
            rule="slo",
            message="promises nothing: expected `availability`, `latency` or both",
            hint="slo: {availability: 99.9, latency: 500ms}",
        )
    elif not measured:
        yield Problem(
            path=("slo",),
            rule="slo",
            message="whether it holds is computed from metrics, and the component has none",
            hint="metrics: {port: 9090}",
        )


def link(component: Component) -> Link | None:
    port = component.settings.port
    url = Env(name=f"{env_name(component.name)}_URL", value=f"http://{{host}}:{port}")
    return Link(workload=component.name, service=component.name, port=port, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def workloads(component: Component) -> Sequence[Workload]:
    return running_workloads(component)


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Settings = component.settings
    probes = k.probes(live=_ask(settings.live), ready=_ask(settings.ready))
    own = running_knobs(component, chart, probes, tested=True)
    return [*own, *mesh_knobs(chart, _doors(settings))]


def _doors(settings: Settings) -> tuple[Door, ...]:
    return serving(settings.port, settings.metrics)


def _ask(path: str | None) -> dict[str, Any]:
    if path is None:
        return {"tcpSocket": {"port": "http"}}
    return {"httpGet": {"path": path, "port": "http"}}


def files(component: Component, chart: Chart) -> Sequence[File]:
    names = ("service", "tests/connection", "tests/networkpolicy")
    mesh = mesh_files(component, chart, _doors(component.settings), web=True)
    return [*running_files(component, *names), *mesh]
