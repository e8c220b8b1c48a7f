"""A rendered object, the pods that it makes and their containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: Where the pod lies in each kind that makes some.
_POD_AT: dict[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
#: Kinds that keep running, and that a Service or an autoscaler may stand before.
SERVING = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Object:
    """One rendered object. Two are the same only if they are one: a text is read once."""

    api_version: str
    kind: str
    name: str
    namespace: str  # "" for what belongs to the cluster
    path: str  # of the template, relative to the project
    data: Mapping[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        """How messages speak of it: `Deployment/backend`."""
        return f"{self.kind}/{self.name}"

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def metadata(self) -> Mapping[str, Any]:
        return mapping(self.data.get("metadata"))

    @property
    def spec(self) -> Mapping[str, Any]:
        return mapping(self.data.get("spec"))

    @cached_property
    def annotations(self) -> Mapping[str, Any]:
        return mapping(self.metadata.get("annotations"))

    @cached_property
    def labels(self) -> Mapping[str, Any]:
        return mapping(self.metadata.get("labels"))

    @cached_property
    def workload(self) -> Workload | None:
        """The pods that it makes, None if it makes none."""
        at = _POD_AT.get(self.kind)
        if at is None:
            return None
        template: Mapping[str, Any] = self.data
        for key in at:
            template = mapping(template.get(key))
        metadata = mapping(template.get("metadata"))
        return Workload(
            object=self,
            pod=mapping(template.get("spec")),
            labels=mapping(metadata.get("labels")),
            annotations=mapping(metadata.get("annotations")),
            path=".".join((*at, "spec")),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Container:
    """One container of a pod."""

    data: Mapping[str, Any] = field(repr=False)
    path: str  # `spec.template.spec.containers[0]`
    init: bool

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def sidecar(self) -> bool:
        """An init container that goes on running beside the others."""
        return self.init and self.data.get("restartPolicy") == "Always"

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        return mapping(self.data.get("resources"))

    @cached_property
    def security(self) -> Mapping[str, Any]:
        return mapping(self.data.get("securityContext"))

    @cached_property
    def ports(self) -> tuple[Mapping[str, Any], ...]:
        return maps(self.data.get("ports"))

    @cached_property
    def env(self) -> tuple[Mapping[str, Any], ...]:
        return maps(self.data.get("env"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """An object that makes pods."""

    object: Object
    pod: Mapping[str, Any] = field(repr=False)  # the PodSpec
    labels: Mapping[str, Any]  # of its pods
    annotations: Mapping[str, Any]
    path: str  # `spec.template.spec`

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """All of them, those that run first first."""
        return tuple(
            Container(data=data, path=f"{self.path}.{key}[{index}]", init=key == "initContainers")
            for key in ("initContainers", "containers")
            for index, data in enumerate(maps(self.pod.get(key)))
        )

    @cached_property
    def main(self) -> tuple[Container, ...]:
        return tuple(each for each in self.containers if not each.init)

    @property
    def labels_path(self) -> str:
        return f"{self.path.removesuffix('spec')}metadata.labels"

    @property
    def serving(self) -> bool:
        return self.object.kind in SERVING

    @cached_property
    def port_names(self) -> frozenset[str]:
        """Names of all ports of the pod."""
        return frozenset(
            str(port["name"]) for c in self.containers for port in c.ports if port.get("name")
        )

    @cached_property
    def port_numbers(self) -> frozenset[int]:
        return frozenset(
            port["containerPort"]
            for c in self.containers
            for port in c.ports
            if isinstance(port.get("containerPort"), int)
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a map, else an empty one: schemas speak of wrong types, rules go on."""
    return value if isinstance(value, dict) else {}


def maps(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The maps of a list, none where it is no list."""
    items = value if isinstance(value, list) else ()
    return tuple(item for item in items if isinstance(item, dict))
