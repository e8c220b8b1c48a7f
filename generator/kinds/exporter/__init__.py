"""Exporters: what the cluster and the public addresses look like, as metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import Container, Env, File, Knob, Link, Problem, SecretNeed, Workload
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common import server
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.mesh import Door, mesh_files, mesh_knobs
from generator.kinds.common.replicas import replicas_file
from generator.kinds.exporter import metrics
from generator.spec.model import Chart, Component, Platform
from generator.spec.names import env_name

SUMMARY = "An exporter: the state of the cluster, or what users see from outside, as metrics."
SETTINGS: Mapping[str, Any] = orjson.loads(Path(__path__[0], "settings.json").read_bytes())

STATE = "kube-state-metrics"
BLACKBOX = "blackbox"
USER = 65534

_IMAGES = {
    STATE: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
    BLACKBOX: "quay.io/prometheus/blackbox-exporter:v0.28.0",
}
_PORTS = {STATE: 8080, BLACKBOX: 9115}
_RESOURCES = {"cpu": ["20m", "200m"], "memory": ["64Mi", "256Mi"]}

#: What kube-state-metrics watches, by API group. No Secrets and no ConfigMaps.
_WATCHED = {
    "": ("persistentvolumeclaims", "pods", "resourcequotas", "services"),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
}
_CLUSTER_WIDE = ("namespaces", "nodes", "persistentvolumes")


@dataclass(frozen=True, kw_only=True)
class Settings:
    exporter: str
    image: Image
    replicas: int
    resources: Container
    scope: str | None

    #: What the shared templates of services ask for.
    metrics: None = None

    @property
    def port(self) -> int:
        return _PORTS[self.exporter]

    @property
    def ready(self) -> str:
        return "/healthz" if self.exporter == STATE else "/-/healthy"

    @property
    def honor_labels(self) -> bool:
        """Its metrics speak of other pods: their labels win over those of its own pod."""
        return self.exporter == STATE

    @property
    def watched(self) -> Mapping[str, tuple[str, ...]]:
        """What kube-state-metrics may list and watch, by API group."""
        if self.scope != "cluster":
            return _WATCHED
        return {**_WATCHED, "": tuple(sorted((*_WATCHED[""], *_CLUSTER_WIDE)))}


def read(name: str, data: Mapping[str, Any]) -> Settings:
    exporter = data["exporter"]
    return Settings(
        exporter=exporter,
        image=read_image(data.get("image", _IMAGES[exporter])),
        replicas=data.get("replicas", 1),
        resources=read_resources(data.get("resources", _RESOURCES)),
        scope=data.get("scope", "platform" if exporter == STATE else None),
    )


def problems(component: Component, chart: Chart) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from server.resource_problems(settings.resources)
    if settings.exporter == STATE and settings.replicas > 1:
        yield Problem(
            path=("replicas",),
            rule="replicas",
            message="a second kube-state-metrics would count everything twice",
            hint="replicas: 1",
        )
    if settings.exporter != STATE and settings.scope is not None:
        yield Problem(
            path=("scope",),
            rule="exporter",
            message="`scope` belongs to kube-state-metrics",
            hint="remove it",
        )


def link(component: Component) -> Link | None:
    port = component.settings.port
    url = Env(name=f"{env_name(component.name)}_URL", value=f"http://{{host}}:{port}")
    return Link(workload=component.name, service=component.name, port=port, env=(url,))


def secrets(component: Component) -> Sequence[SecretNeed]:
    return ()


def metrics_endpoints(component: Component) -> tuple[tuple[str, str | None, int, str], ...]:
    return ((component.name, component.name, component.settings.port, "/metrics"),)


def exported(component: Component) -> Mapping[str, tuple[str, ...]]:
    """The metrics that rules and dashboards may use."""
    return metrics.STATE if component.settings.exporter == STATE else metrics.BLACKBOX


def workloads(component: Component) -> Sequence[Workload]:
    settings: Settings = component.settings
    return (
        Workload(
            name=component.name,
            controller="Deployment",
            replicas=(settings.replicas, settings.replicas),
            surge=1,
            containers=(settings.resources,),
            token=settings.exporter == STATE,
        ),
    )


def knobs(component: Component, chart: Chart) -> Sequence[Knob]:
    settings: Settings = component.settings
    state = settings.exporter == STATE
    live = ("/livez", "http") if state else None
    ready = ("/readyz", "telemetry") if state else ("/-/healthy", "http")
    found = [
        *k.naming(),
        *k.image(settings.image),
        *k.resources(settings.resources),
        *server.probes(live, ready),
        *k.pod(USER, 30),
        *k.service_account(rights=state),
        *k.network_policy(),
        *server.test_image(),
        *mesh_knobs(chart, _doors(settings)),
    ]
    if not state:
        found.append(
            Knob(path="replicas", doc="Replicas.", default=settings.replicas, schema=s.COUNT)
        )
        return found + (k.disruption(1) if settings.replicas > 1 else [])
    create = Knob(
        path="rbac.create",
        doc="Create the rights to list and watch what it counts.",
        default=True,
        schema=s.BOOLEAN,
    )
    return [*found, create, *server.kube_api()]


def files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Settings = component.settings
    names = ["serviceaccount", "service", "tests/connection", "tests/networkpolicy"]
    if settings.exporter == BLACKBOX:
        names.append("configmap")
    if settings.replicas > 1:
        names.append("poddisruptionbudget")
    own = [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
    if settings.exporter != STATE:
        own.append(replicas_file("Deployment"))
    return [*own, *mesh_files(component, chart, _doors(settings))]


def _doors(settings: Settings) -> tuple[Door, ...]:
    return (Door(port=settings.port, callers=True, scraper=True, own=True),)


def platform_knobs(component: Component, chart: Chart, platform: Platform) -> Sequence[Knob]:
    """Where public addresses lead to from inside."""
    public = [one.ingress.namespace for one in platform.charts if one.routes]
    if component.settings.exporter != BLACKBOX or not public:
        return ()
    return (
        Knob(
            path="ingressNamespaces",
            doc="Namespaces of the ingress controllers that public addresses lead to from inside: "
            "what `global.ingressNamespace` is in the charts with addresses.",
            default=list(dict.fromkeys(public)),
            schema=s.NAMES,
            flip=["another-ingress"],
        ),
    )


def platform_files(component: Component, chart: Chart, platform: Platform) -> Sequence[File]:
    """The workload and its rights: they name the namespaces of the platform."""
    settings: Settings = component.settings
    foreign = tuple(
        dict.fromkeys(one.namespace for one in platform.charts if one.namespace != chart.namespace)
    )
    public = [one for one in platform.charts if one.routes]
    seen: dict[str, Any] = {"foreign": foreign, "public": public}
    found = [
        File(template=f"{settings.exporter}.yaml", path="templates/deployment.yaml", context=seen),
        File(template="networkpolicy.yaml", path="templates/networkpolicy.yaml", context=seen),
    ]
    if settings.exporter == STATE:
        found += _rights(settings, foreign)
    return found


def _rights(settings: Settings, foreign: tuple[str, ...]) -> Iterator[File]:
    """A ClusterRole, or a Role in each namespace."""
    if settings.scope == "cluster":
        for name in ("role", "rolebinding"):
            path = f"templates/cluster{name}.yaml"
            yield File(template=f"{name}.yaml", path=path, context={"namespace": None})
        return
    for namespace in (None, *foreign):
        ending = f"-{namespace}" if namespace else ""
        for name in ("role", "rolebinding"):
            path = f"templates/{name}{ending}.yaml"
            yield File(template=f"{name}.yaml", path=path, context={"namespace": namespace})
