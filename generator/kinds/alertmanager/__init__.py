"""Alertmanager: tells people what Prometheus finds, once, and the right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.alertmanager import inhibitions, metrics, operated
from generator.kinds.alertmanager.settings import (
    URLS,
    Operated,
    Plain,
    Receiver,
    Settings,
    read_settings,
)
from generator.kinds.api import Env, File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common import server
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.prometheus.operated import of_operator
from generator.spec.model import Chart, Component
from generator.spec.names import camel_case, env_name

SUMMARY = "Alertmanager: routes alerts to people, each once."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

USER = 65534

#: HTTP, and the members' talk among themselves.
DOORS = (Door(port=9093, callers=True, scraper=True, own=True), Door(port=9094, own=True))


def read(name: str, data: Mapping[str, Any]) -> Plain | Operated:
    return read_settings(data)


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        yield from operated.problems(component, chart)
    else:
        yield from of_operator(settings.given)
        yield from _server_problems(settings)
    yield from _receiver_problems(settings)
    yield from _secret_problems(component, chart)
    for edge in chart.edges_from.get(component.name, ()):
        if edge.target is not None:
            yield Problem(
                path=edge.path[len(component.path) :],
                rule="edge-target",
                message="an Alertmanager only connects to addresses outside; receivers in the "
                "cluster are let in by networkPolicy.extraEgress",
                hint="remove the entry",
            )


def _server_problems(settings: Plain) -> Iterator[Problem]:
    yield from server.resource_problems(settings.resources)
    if settings.replicas % 2 == 0:
        yield Problem(
            path=("replicas",),
            rule="even-replicas",
            message=f"{settings.replicas} members split in halves of which none has the majority",
            hint=f"replicas: {settings.replicas + 1}",
        )


def _receiver_problems(settings: Settings) -> Iterator[Problem]:
    rest: str | None = None
    for receiver in settings.receivers:
        where = ("receivers", receiver.name)
        for message, hint in _mistakes(receiver):
            yield Problem(path=where, rule="receiver", message=message, hint=hint)
        if not receiver.match and not receiver.heartbeat:
            if rest is not None:
                yield Problem(
                    path=where,
                    rule="receiver",
                    message=f"{rest!r} already gets every alert without another receiver",
                    hint="match: {severity: critical}",
                )
            rest = rest or receiver.name


def _mistakes(receiver: Receiver) -> Iterator[tuple[str, str]]:
    """What is wrong with one receiver, and what to do."""
    if len(receiver.ways) != 1:
        yield (
            "expected exactly one of webhook, slack, pagerduty, opsgenie or email, "
            f"got {' and '.join(receiver.ways) or 'none'}",
            f"{receiver.name}: {{webhook: {receiver.name}-url}}",
        )
    elif (receiver.way == "slack") != (receiver.channel is not None):
        yield (
            "`channel` belongs to `slack`, and `slack` needs one",
            'channel: "#alerts"' if receiver.way == "slack" else "remove `channel`",
        )
    if receiver.heartbeat and receiver.match:
        yield (
            "a heartbeat gets the one alert that always fires; `match` has no effect",
            "remove `match`",
        )
    if receiver.name == "null":
        yield "the name is taken by the receiver that tells nobody", "rename it"


def _secret_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    """A Secret that the author lists himself must have the keys."""
    (need,) = secrets(component)
    listed = next((one for one in chart.secrets if one.name == need.name and one.declared), None)
    for receiver in component.settings.receivers:
        if listed is not None and receiver.key and receiver.key not in listed.keys:
            yield Problem(
                path=("receivers", receiver.name),
                rule="secret-reference",
                message=f"secret {need.name!r} has no key {receiver.key!r}",
                hint=f"its keys: {', '.join(listed.keys)}",
            )


def link(component: Component) -> Link | None:
    if isinstance(component.settings, Operated):
        return operated.link(component)
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:9093")
    return Link(workload=component.name, service=component.name, port=9093, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    named = [receiver for receiver in component.settings.receivers if receiver.key]
    keys = dict.fromkeys(receiver.key for receiver in named)
    urls = dict.fromkeys(receiver.key for receiver in named if receiver.way in URLS)
    name = f"{component.name}-receivers"
    return (SecretNeed(name=name, keys=tuple(keys), urls=tuple(urls)),)


def metrics_endpoints(component: Component) -> tuple[tuple[str, str | None, int, str], ...]:
    """The operator's is read by a monitor that comes with it."""
    if isinstance(component.settings, Operated):
        return ()
    return ((component.name, component.name, 9093, "/metrics"),)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    return metrics.SERVER


def workloads(component: Component) -> Sequence[Workload]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        return ()
    return (
        Workload(
            name=component.name,
            controller="StatefulSet",
            replicas=(settings.replicas, settings.replicas),
            containers=(settings.resources,),
            claims=(settings.claim,),
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Plain | Operated = component.settings
    if isinstance(settings, Operated):
        return [*k.naming(), operated.labels(settings), *_receiver_knobs(settings)]
    return [
        *k.naming(),
        *k.image(settings.image),
        Knob(
            path="replicas",
            doc="Members of the cluster, an odd number.",
            default=settings.replicas,
            schema=s.POSITIVE,
        ),
        *k.resources(settings.resources),
        *server.storage(settings.claim),
        *_receiver_knobs(settings),
        server.external_url(),
        *server.probes(("/-/healthy", "http"), ("/-/ready", "http")),
        *k.pod(USER, 30),
        server.spread(),
        *k.disruption(1),
        *k.service_account(),
        *k.network_policy(),
        *server.test_image(),
        *mesh_knobs(chart, DOORS),
    ]


def _receiver_knobs(settings: Settings) -> Iterator[Knob]:
    for receiver in settings.receivers:
        yield Knob(
            path=f"receivers.{camel_case(receiver.name)}.enabled",
            doc="Tell this receiver. Off, its alerts go to the next that fits.",
            default=True,
            schema=s.BOOLEAN,
        )


def files(component: Component, chart: Chart) -> Sequence[File]:
    no_news = {"inhibitions": inhibitions.ALL}
    if isinstance(component.settings, Operated):
        return (
            File(
                template="operator/alertmanagerconfig.yaml",
                path="templates/alertmanagerconfig.yaml",
                context=no_news,
            ),
        )
    names = ("serviceaccount", "service", "service-headless", "statefulset")
    more = ("networkpolicy", "tests/connection", "tests/networkpolicy")
    found = [File(template=f"{n}.yaml", path=f"templates/{n}.yaml") for n in (*names, *more)]
    found.append(File(template="configmap.yaml", path="templates/configmap.yaml", context=no_news))
    found.append(
        File(
            template="poddisruptionbudget.yaml",
            path="templates/poddisruptionbudget.yaml",
            context={"eviction": "IfHealthyBudget"},
        )
    )
    found += [replicas_file("StatefulSet"), volumes_file()]
    return [*found, *mesh_files(component, chart, DOORS)]
