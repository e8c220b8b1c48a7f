"""The files of rules and their runbooks, the same for both flavours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from generator.kinds.api import File
from generator.kinds.grafana.uids import uid_of
from generator.kinds.prometheus import istio, slo, targets
from generator.kinds.prometheus.settings import Settings
from generator.spec.model import Chart, Component, Platform


def files(
    platform: Platform, chart: Chart, component: Component, seen: Mapping[str, Any]
) -> Sequence[File]:
    """All that stands below `files/rules` and `runbooks`."""
    found = [File(template="rules/platform.yaml", path="files/rules/platform.yaml", context=seen)]
    found += _mesh_rules(chart, seen)
    found += _runbook_files(platform, chart, component, seen)
    found += _objective_files(platform, seen["targets"], component.settings)
    return [*found, *_declared_files(platform, chart, component)]


def _mesh_rules(chart: Chart, seen: Mapping[str, Any]) -> Iterator[File]:
    """The rules of each mode of the mesh, of which `global.mesh` picks one or none."""
    for mode in istio.MODES if chart.mesh is not None else ():
        yield File(
            template="rules/mesh.yaml",
            path=f"files/rules/{mode}/mesh.yaml",
            context={**seen, "mode": mode},
        )


def _objective_files(
    platform: Platform, read_from: tuple[targets.Target, ...], settings: Settings
) -> Iterator[File]:
    """One file of rules for each component with objectives."""
    by_component: dict[tuple[str, str], list[slo.Objective]] = {}
    for objective in slo.objectives(platform, read_from, settings.http):
        by_component.setdefault((objective.chart, objective.component), []).append(objective)
    for (chart, component), objectives in by_component.items():
        yield File(
            template="rules/objectives.yaml",
            path=f"files/rules/{chart}-{component}.yaml",
            context={
                "objectives": objectives,
                "windows": slo.WINDOWS,
                "dashboard": partial(uid_of, platform.name),
            },
        )


def _runbook_files(
    platform: Platform, chart: Chart, component: Component, seen: Mapping[str, Any]
) -> Iterator[File]:
    """A page for each file of rules, with a section for each alert."""
    settings: Settings = component.settings
    read_from: tuple[targets.Target, ...] = seen["targets"]
    pages = {
        "monitoring": True,
        "kubernetes": bool(seen["state"] or settings.nodes),
        "addresses": bool(seen["blackbox"]),
        "mesh": chart.mesh is not None,
        "objectives": bool(slo.objectives(platform, read_from, settings.http)),
        "postgres": bool(seen["data"].postgres),
        "cnpg": bool(seen["data"].cnpg),
        "redis": bool(seen["data"].redis),
    }
    for name, there in pages.items():
        if there:
            template, context = f"runbooks/{name}.md", {"data": seen["data"]}
            yield File(template=template, path=template, context=context)
    for other, one in targets.evaluated(platform, chart, component):
        yield File(
            template="runbooks/declared.md",
            path=f"runbooks/{other.name}-{one.name}.md",
            context={"component_of": one, "namespace": other.namespace},
        )


def _declared_files(platform: Platform, chart: Chart, component: Component) -> Iterator[File]:
    """One file of rules for each component with alerts of the author's own."""
    for other, one in targets.evaluated(platform, chart, component):
        yield File(
            template="rules/declared.yaml",
            path=f"files/rules/{other.name}-{one.name}-alerts.yaml",
            context={
                "component_of": one,
                "namespace": other.namespace,
                "dashboard": partial(uid_of, platform.name),
            },
        )
