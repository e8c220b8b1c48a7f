"""The flavour `operator`: what the Prometheus reads that an operator runs in the cluster.

Monitors in the place of scrape jobs, a probe, and the same rules as objects. No pods, no rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.kinds.api import MONITORING, Env, File, Knob, Link, Problem, StandIn
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.prometheus import targets
from generator.kinds.prometheus.knobs import links, scraping
from generator.kinds.prometheus.settings import OPERATOR, Operated, Plain
from generator.spec.model import Chart, Component, Platform
from generator.spec.names import env_name
from generator.spec.scraper import stand_in as stand_in_of

#: Settings of a server that this chart runs, and what to do about each instead.
_OF_PLAIN = {
    "image": "remove it",
    "replicas": "remove it; the operator's own Prometheus has `replicas`",
    "resources": "remove it",
    "storage": "remove it; the operator's own Prometheus has `storage`",
    "retention": "remove it; the operator's own Prometheus has `retention`",
    "retentionSize": "remove it; the operator's own Prometheus has `retentionSize`",
    "remoteWrite": "remove it; the operator's own Prometheus has `remoteWrite`",
    "thanos": "remove it; the operator's own Prometheus has `thanos`",
}


def stand_in(settings: Operated) -> StandIn:
    """The operator gives its servers this label, whatever they are called."""
    return StandIn(workload="prometheus", account=settings.account, namespace=settings.namespace)


def link(component: Component) -> Link:
    """The service that the operator makes for all its servers of a namespace."""
    url = Env(name=f"{env_name(component.name)}_URL", value="http://{host}:9090")
    return Link(
        workload="prometheus",
        service="prometheus-operated",
        port=9090,
        env=(url,),
        namespace=MONITORING,
    )


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Operated = component.settings
    for key, hint in _OF_PLAIN.items():
        if key in settings.given:
            yield Problem(
                path=(key,),
                rule="flavor",
                message="belongs to a Prometheus of this chart; with the flavour `operator` the "
                "cluster has one",
                hint=hint,
            )
    edges = chart.edges_from.get(component.name, ())
    for edge in edges:
        target = edge.target
        if target is not None and target.kind == "alertmanager" and not target.settings.operated:
            yield Problem(
                path=edge.path[len(component.path) :],
                rule="flavor",
                message="the operator's Prometheus tells the operator's Alertmanager, and "
                f"{target.name!r} is one of this chart",
                hint=f"{target.name}: {{kind: alertmanager, flavor: operator, …}}",
            )
    states = targets.of_kind(chart, component, "exporter", exporter="kube-state-metrics")
    if settings.state and states:
        yield Problem(
            path=("operator", "kubeStateMetrics"),
            rule="flavor",
            message="two kube-state-metrics would count everything twice: the cluster's and "
            f"{states[0].target.name if states[0].target else ''!r}",
            hint="remove the component, or this setting",
        )


def plain_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    """What only the other flavour has."""
    settings: Plain = component.settings
    yield from of_operator(settings.given)
    for edge in chart.edges_from.get(component.name, ()):
        target = edge.target
        if target is not None and target.kind == "alertmanager" and target.settings.operated:
            yield Problem(
                path=edge.path[len(component.path) :],
                rule="flavor",
                message=f"{target.name!r} is the operator's, which hears of alerts from the "
                "operator's Prometheus alone",
                hint=f"flavor: operator here too, or flavor: plain at {target.name}",
            )


def of_operator(given: Sequence[str]) -> Iterator[Problem]:
    """What a plain server of either kind has no use for."""
    if OPERATOR in given:
        yield Problem(
            path=(OPERATOR,),
            rule="flavor",
            message="belongs to the flavour `operator`, and this one is `plain`",
            hint="flavor: operator, or remove it",
        )


def hosts(component: Component, chart: Chart) -> frozenset[str]:
    """Only the exporter that asks addresses is named; all others are found by their labels."""
    return frozenset(
        edge.target.name
        for edge in targets.of_kind(chart, component, "exporter", exporter="blackbox")
        if edge.target is not None
    )


def knobs(settings: Operated, folder: str) -> list[Knob]:
    return [
        *k.naming(),
        Knob(
            path="operator.labels",
            doc="Labels of all objects, by which the operator's Prometheus selects them: what its "
            "`podMonitorSelector`, `probeSelector` and `ruleSelector` ask for.",
            default=dict(settings.labels),
            schema=s.LABELS,
        ),
        *scraping(settings),
        *links(settings, folder),
    ]


def files(chart: Chart, seen: Mapping[str, Any]) -> Sequence[File]:
    found = [_template("prometheusrule", **seen)]
    if chart.mesh is not None:
        found.append(_template("podmonitor-mesh", **seen))
    for one in targets.grouped(seen["targets"]):
        name = f"podmonitor-{one[0].chart}-{one[0].workload}"
        context = {**seen, "endpoints": one, "found": one[0]}
        found.append(
            File(
                template="operator/podmonitor.yaml",
                path=f"templates/{name}.yaml",
                context=context,
            )
        )
    for edge in seen["blackbox"]:
        found.append(_template("probe", **seen, edge=edge))
    return found


def platform_problems(component: Component, platform: Platform) -> Iterator[Problem]:
    """All charts know one namespace of monitoring."""
    settings: Operated = component.settings
    first = stand_in_of(platform)
    if first is not None and first.namespace != settings.namespace:
        yield Problem(
            path=("operator", "namespace") if OPERATOR in settings.given else (),
            rule="flavor",
            message=f"{settings.namespace} is not {first.namespace}, as another Prometheus of the "
            "operator has it: one of them reads a platform",
            hint=f"operator: {{namespace: {first.namespace}}}",
        )


def _template(name: str, **context: Any) -> File:
    return File(template=f"operator/{name}.yaml", path=f"templates/{name}.yaml", context=context)
