"""All objects of one rendering, and the questions that rules ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.check.objects import Object, Workload, mapping
from generator.check.selectors import selects


@dataclass(frozen=True, kw_only=True, eq=False)
class Autoscaler:
    """What scales a workload: an HPA, or a ScaledObject that makes one."""

    object: Object
    kind: str  # of the workload
    name: str
    least: int
    most: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Rendering:
    """The objects of one rendering of a chart.

    `declared` names what the chart expects to be there already, as (kind, name); None if the
    chart does not say.
    """

    objects: tuple[Object, ...]
    declared: frozenset[tuple[str, str]] | None = field(default=None, repr=False)

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Object, ...]]:
        kinds: dict[str, list[Object]] = {}
        for obj in self.objects:
            kinds.setdefault(obj.kind, []).append(obj)
        return {kind: tuple(objects) for kind, objects in kinds.items()}

    def of(self, *kinds: str) -> Iterator[Object]:
        for kind in kinds:
            yield from self.by_kind.get(kind, ())

    def find(self, kind: str, namespace: str, name: Any) -> Object | None:
        return self._by_name.get((kind, namespace, str(name)))

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str, str], Object]:
        return {(obj.kind, obj.namespace, obj.name): obj for obj in self.objects}

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        return tuple(obj.workload for obj in self.objects if obj.workload is not None)

    def chosen(self, selector: Any, namespace: str) -> tuple[Workload, ...]:
        """The workloads of a namespace whose pods a LabelSelector takes in."""
        labels = mapping(mapping(selector).get("matchLabels"))
        # Of the labels that it asks for, begin with the one that fewest pods have.
        some: Sequence[Workload] = min(
            (self._by_label.get((str(key), str(value)), ()) for key, value in labels.items()),
            key=len,
            default=self.workloads,
        )
        return tuple(
            workload
            for workload in some
            if workload.object.namespace == namespace and selects(selector, workload.labels)
        )

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str], Sequence[Workload]]:
        index: dict[tuple[str, str], list[Workload]] = {}
        for workload in self.workloads:
            for key, value in workload.labels.items():
                index.setdefault((str(key), str(value)), []).append(workload)
        return index

    @cached_property
    def autoscalers(self) -> tuple[Autoscaler, ...]:
        hpas = [_autoscaler(obj, "minReplicas", "maxReplicas") for obj in self._hpas]
        keda = [
            _autoscaler(obj, "minReplicaCount", "maxReplicaCount")
            for obj in self.of("ScaledObject")
        ]
        return (*hpas, *keda)

    @property
    def _hpas(self) -> Iterator[Object]:
        return self.of("HorizontalPodAutoscaler")

    def autoscaler(self, obj: Object) -> Autoscaler | None:
        """What scales this object."""
        return self._by_target.get((obj.namespace, obj.kind, obj.name))

    @cached_property
    def _by_target(self) -> Mapping[tuple[str, str, str], Autoscaler]:
        return {(each.object.namespace, each.kind, each.name): each for each in self.autoscalers}

    def least_replicas(self, obj: Object) -> int:
        """How many pods a workload has when there is least to do."""
        scaled = self.autoscaler(obj)
        return scaled.least if scaled else _number(obj.spec.get("replicas"), 1)

    def most_replicas(self, obj: Object) -> int:
        """How many it may come to have, without those of a rollout."""
        scaled = self.autoscaler(obj)
        return scaled.most if scaled else _number(obj.spec.get("replicas"), 1)


def _autoscaler(obj: Object, least: str, most: str) -> Autoscaler:
    target = mapping(obj.spec.get("scaleTargetRef"))
    keda = obj.kind == "ScaledObject"
    return Autoscaler(
        object=obj,
        kind=str(target.get("kind", "Deployment")),
        name=str(target.get("name", "")),
        least=_number(obj.spec.get(least), 0 if keda else 1),
        most=_number(obj.spec.get(most), 100 if keda else 1),
    )


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
