"""Rules that no schema can say, over the resolved model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from generator.findings import Finding
from generator.kinds import umbrella
from generator.spec.model import Chart, Platform
from generator.spec.source import Source


def check_platform(source: Source, platform: Platform, root: Path) -> Iterator[Finding]:
    """Everything that is wrong with a platform whose shape is right."""
    yield from _namespaces(source, platform)
    for chart in platform.charts:
        yield from _kinds(source, chart)
        yield from _routes(source, chart)
        yield from _names(source, chart)
        yield from _umbrella(source, chart)
        yield from _manifests(source, chart, root)


def _namespaces(source: Source, platform: Platform) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for chart in platform.charts:
        other = seen.setdefault(chart.namespace, chart.name)
        if other != chart.name and chart.quota:
            yield source.finding(
                (*chart.path, "namespace"),
                "namespace-twice",
                f"{'.'.join(map(str, chart.path))}.namespace: {chart.namespace!r} is already the "
                f"namespace of {other}; the quotas of both would apply to each",
                hint="give the chart a namespace of its own, or set quota: false",
            )


def _kinds(source: Source, chart: Chart) -> Iterator[Finding]:
    """What each kind has to say about its components."""
    for component in chart.components:
        for problem in component.kind_module.problems(component, chart):
            path = (*component.path, *problem.path)
            dotted = ".".join(str(part) for part in path)
            yield source.finding(
                path, problem.rule, f"{dotted}: {problem.message}", hint=problem.hint
            )


def _routes(source: Source, chart: Chart) -> Iterator[Finding]:
    counted = Counter((route.host, route.url_path.rstrip("/")) for route in chart.routes)
    seen: set[tuple[str, str]] = set()
    for route in chart.routes:
        address = (route.host, route.url_path.rstrip("/"))
        if counted[address] > 1 and address in seen:
            yield source.finding(
                route.path,
                "route-twice",
                f"{'.'.join(map(str, route.path))}: {route.host}{route.url_path} already "
                "has a route",
                hint="one host and path has one answer: remove one of them",
                key=True,
            )
        seen.add(address)


def _names(source: Source, chart: Chart) -> Iterator[Finding]:
    """Names that would collide in the cluster: workloads of different components."""
    owners: dict[str, str] = {}
    for component in chart.components:
        if component.name == chart.name:
            yield source.finding(
                component.path,
                "name-collision",
                f"{'.'.join(map(str, component.path))}: a component can't have its chart's name",
                hint=f"rename it, for example to {component.name[:24]}-app",
                key=True,
            )
        for workload in component.kind_module.workloads(component):
            owner = owners.setdefault(workload.name, component.name)
            if owner != component.name:
                yield source.finding(
                    component.path,
                    "name-collision",
                    f"{'.'.join(map(str, component.path))}: {owner} also makes a workload named "
                    f"{workload.name!r}",
                    hint="rename one of the two components",
                    key=True,
                )


def _umbrella(source: Source, chart: Chart) -> Iterator[Finding]:
    """What the chart as a whole has to say, and names that its values need for themselves."""
    for problem in umbrella.problems(chart):
        path = (*chart.path, *problem.path)
        dotted = ".".join(str(part) for part in path)
        yield source.finding(path, problem.rule, f"{dotted}: {problem.message}", hint=problem.hint)
    for component in chart.components:
        if component.name in umbrella.KEYS:
            yield source.finding(
                component.path,
                "name-collision",
                f"{'.'.join(map(str, component.path))}: {component.name!r} is a key of the chart's "
                "own values",
                hint=f"rename it, for example to {component.name[:24]}-app",
                key=True,
            )


def _manifests(source: Source, chart: Chart, root: Path) -> Iterator[Finding]:
    for index, name in enumerate(chart.manifests):
        path = (*chart.path, "manifests", index)
        dotted = f"{'.'.join(map(str, chart.path))}.manifests[{index}]"
        target = (root / name).resolve()
        if not target.is_relative_to(root.resolve()):
            yield source.finding(
                path, "outside", f"{dotted}: {name!r} is outside the folder of platform.yaml"
            )
        elif not target.is_file():
            yield source.finding(path, "missing-file", f"{dotted}: there is no file {name!r}")
