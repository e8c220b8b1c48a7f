"""A PostgreSQL cluster, kept by Patroni in a StatefulSet or by the operator CloudNativePG.

Each engine is a module with the functions of `Engine`; the setting `engine` chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import orjson

from generator.kinds.api import File, Knob, Labels, Link, Problem, SecretNeed, Workload
from generator.kinds.postgres import cnpg, patroni
from generator.kinds.postgres.layout import FOLDERS as FOLDERS
from generator.kinds.postgres.settings import CNPG, PATRONI, Settings, read_settings
from generator.spec.model import Chart, Component

SUMMARY = "A PostgreSQL cluster that fails over, with a pooler in front and backups to a bucket."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

Endpoints = tuple[tuple[str, str | None, int, str], ...]


class Engine(Protocol):
    """What the kind asks of an engine: `api.Kind` says what each is for."""

    def problems(self, component: Component) -> Iterator[Problem]: ...

    def link(self, component: Component) -> Link: ...

    def secrets(self, component: Component) -> Sequence[SecretNeed]: ...

    def workloads(self, component: Component) -> Sequence[Workload]: ...

    def metrics_endpoints(self, component: Component) -> Endpoints: ...

    def exported(self, component: Component) -> Mapping[str, tuple[str, ...]]: ...

    def knobs(self, component: Component, chart: Chart) -> Sequence[Knob]: ...

    def files(self, component: Component, chart: Chart) -> Sequence[File]: ...


_ENGINES: Mapping[str, Engine] = {PATRONI: patroni, CNPG: cnpg}


def _engine(component: Component) -> Engine:
    return _ENGINES[component.settings.engine]


def read(name: str, data: Mapping[str, Any]) -> Settings:
    return read_settings(name, data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    return _engine(component).problems(component)


def link(component: Component) -> Link:
    return _engine(component).link(component)


def secrets(component: Component) -> Sequence[SecretNeed]:
    return _engine(component).secrets(component)


def workloads(component: Component) -> Sequence[Workload]:
    return _engine(component).workloads(component)


def folders(component: Component) -> tuple[str, ...]:
    """Where templates are looked for before the kind's own folder."""
    return cnpg.FOLDERS if component.settings.engine == CNPG else ()


def pod_labels(component: Component) -> Mapping[str, Labels]:
    """Labels of the pods that an operator makes, by workload."""
    return cnpg.pod_labels(component) if component.settings.engine == CNPG else {}


def metrics_endpoints(component: Component) -> Endpoints:
    """Where Prometheus scrapes: workload, service, port, path."""
    return _engine(component).metrics_endpoints(component)


def metrics_of(component: Component) -> str:
    """Whose metrics these are: rules and dashboards of the kind ask for Patroni's."""
    return CNPG if component.settings.engine == CNPG else "postgres"


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    return _engine(component).exported(component)


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    return _engine(component).knobs(component, chart)


def files(component: Component, chart: Chart) -> Sequence[File]:
    return _engine(component).files(component, chart)
