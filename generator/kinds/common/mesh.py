"""The service mesh of one workload: who may come in at which port, from the same edges as ever.

A kind adds `*mesh_files(...)` to its files for each workload, and `*mesh_knobs(...)` to its
knobs once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.kinds.api import File, Knob, Labels
from generator.kinds.common import schemas as s
from generator.spec.model import Chart, Component

if TYPE_CHECKING:
    from generator.build.view import View
    from generator.kinds.common.running import Metrics


@dataclass(frozen=True, kw_only=True)
class Door:
    """A port of a workload, and who may come in there.

    `callers` are those with an edge to it, `public` is the traffic of routes, `scraper` reads
    metrics, `own` are the component's other pods and tests. `accounts` names more service
    accounts of the same component, without the release's prefix; `jobs` those of its Jobs,
    which stand behind the name of its objects. `outside`: an operator comes in, from outside the
    mesh, so that nobody is asked for an identity there. `path` is that of the metrics.
    """

    port: int
    callers: bool = False
    public: bool = False
    scraper: bool = False
    own: bool = False
    accounts: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    outside: bool = False
    path: str = "/metrics"


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """What the templates of the mesh see of a workload. `labels` are of pods of an operator."""

    workload: str
    doors: tuple[Door, ...]
    labels: Labels = ()

    def principals(self, view: View, door: Door) -> list[str]:
        """Identities that may come in, each once: service accounts, in the words of a template."""
        here = '{{ .Release.Namespace }}/sa/{{ include "' + view.define + '.prefix" . }}'
        found = [f"{here}{name}" for name in door.accounts]
        mine = '{{ .Release.Namespace }}/sa/{{ include "' + view.define + '.fullname" . }}'
        found += [f"{mine}-{job}" for job in door.jobs]
        if door.own:
            found.append(
                '{{ .Release.Namespace }}/sa/{{ include "'
                + view.define
                + '.serviceAccountName" . }}'
            )
        for caller in view.callers if door.callers else ():
            if (caller.to, caller.port) == (self.workload, door.port):
                place = f"{caller.namespace}/sa/" if caller.namespace else here
                found.append(f"{place}{caller.component}")
        if door.scraper and view.scrape is not None:
            place = f"{view.scrape.namespace}/sa/" if view.scrape.namespace else here
            found.append(f"{place}{view.scrape.account or view.scrape.workload}")
        if door.public and view.routed and view.chart.ingress.mode != "ingress":
            found.append(f"{here}{view.chart.name}-{view.chart.ingress.gateway_class}")
        return [f"cluster.local/ns/{name}" for name in dict.fromkeys(found)]

    @property
    def metrics(self) -> tuple[int, ...]:
        """Ports that nothing but the metrics are read from."""
        return tuple(
            door.port for door in self.doors if door.scraper and not (door.callers or door.public)
        )

    @property
    def read(self) -> tuple[int, ...]:
        """Ports that metrics are read from, whoever else comes in there."""
        return tuple(door.port for door in self.doors if door.scraper)

    @property
    def shared(self) -> tuple[Door, ...]:
        """Doors that the metrics are read at, and that others come in at as well."""
        return tuple(door for door in self.doors if door.scraper and door.port not in self.metrics)

    @property
    def outside(self) -> tuple[int, ...]:
        """Ports that an operator comes in at, from outside the mesh."""
        return tuple(door.port for door in self.doors if door.outside)


def mesh_files(
    component: Component,
    chart: Chart,
    doors: tuple[Door, ...],
    *,
    workload: str | None = None,
    web: bool = False,
) -> Iterator[File]:
    """The mesh's objects of one workload: nothing, where the chart has no mesh.

    `web` adds what suits stateless HTTP only: limits on connections, and leaving out bad pods.
    """
    doors = _used(chart, doors)
    if not doors:
        return
    name = workload or component.name
    mesh = Mesh(workload=name, doors=doors, labels=component.pod_labels(name))
    end = "" if name == component.name else f"-{name.removeprefix(f'{component.name}-')}"
    kinds = ["authorizationpolicy"]
    if mesh.read or mesh.outside:
        kinds.append("peerauthentication")
    if web:
        kinds.append("destinationrule")
    for kind in kinds:
        yield File(
            template=f"mesh/{kind}.yaml",
            path=f"templates/{kind}{end}.yaml",
            context={"mesh": mesh, "end": end},
        )


def mesh_knobs(chart: Chart, doors: tuple[Door, ...]) -> list[Knob]:
    if not _used(chart, doors):
        return []
    return [
        Knob(
            path="authorizationPolicy.extraRules",
            doc="More rules of the mesh for incoming traffic.",
            default=[],
            schema=s.EXTRA_RULES,
            flip=[{"to": [{"operation": {"ports": ["1234"]}}]}],
            needs=_ON,
        )
    ]


def serving(port: int | None, metrics: Metrics | None) -> tuple[Door, ...]:
    """The doors of an application: its own port, and the one of its metrics."""
    read = Door(port=metrics.port, scraper=True, path=metrics.path) if metrics else None
    if port is None:
        return () if read is None else (read,)
    own = Door(port=port, callers=True, public=True, own=True)
    if read is None:
        return (own,)
    if read.port == port:
        return (replace(own, scraper=True, path=read.path),)
    return (own, read)


def _used(chart: Chart, doors: tuple[Door, ...]) -> tuple[Door, ...]:
    """Those that somebody can come in at: none without a mesh, no metrics without a reader."""
    if chart.mesh is None:
        return ()
    read = chart.scrape is not None
    return tuple(
        replace(door, scraper=door.scraper and read)
        for door in doors
        if door.callers or door.public or door.own or door.accounts or door.outside or read
    )


_ON = {"global.mesh": "ambient"}
