"""The flavour `operator`: routes and receivers for the Alertmanager that an operator runs."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.alertmanager.settings import Operated
from generator.kinds.api import MONITORING, Env, Knob, Link, Problem
from generator.kinds.common import schemas as s
from generator.spec.model import Chart, Component
from generator.spec.names import env_name

#: Settings of an Alertmanager that this chart runs.
_OF_PLAIN = ("image", "replicas", "resources", "storage")


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Operated = component.settings
    for key in _OF_PLAIN:
        if key in settings.given:
            yield Problem(
                path=(key,),
                rule="flavor",
                message="belongs to an Alertmanager of this chart; with the flavour `operator` "
                "the cluster has one",
                hint="remove it",
            )
    for edge in chart.edges_from.get(component.name, ()):
        if edge.outside is not None:
            yield Problem(
                path=edge.path[len(component.path) :],
                rule="flavor",
                message="the operator's Alertmanager has network policies of its own",
                hint="remove the entry",
            )
    servers = [one for one in chart.components if one.kind == "prometheus"]
    callers = {edge.source.name for edge in chart.edges if edge.target is component}
    if servers and not any(one.name in callers for one in servers):
        yield Problem(
            path=("flavor",),
            rule="flavor",
            message="the operator's Alertmanager hears of alerts from the operator's Prometheus: "
            f"{servers[0].name!r} does not connect to it",
            hint=f"{servers[0].name}: {{connects: [{component.name}], …}}",
        )


def link(component: Component) -> Link:
    """The service that the operator makes for all its Alertmanagers of a namespace."""
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:9093")
    return Link(
        workload="alertmanager",
        service="alertmanager-operated",
        port=9093,
        env=(url,),
        namespace=MONITORING,
    )


def labels(settings: Operated) -> Knob:
    return Knob(
        path="operator.labels",
        doc="More labels of the AlertmanagerConfig, by which the operator's Alertmanager selects "
        "it: what its `alertmanagerConfigSelector` asks for.",
        default=dict(settings.labels),
        schema=s.LABELS,
    )
