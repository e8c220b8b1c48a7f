"""Rules that no schema can say, over the resolved model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from generator.findings import Finding
from generator.kinds import umbrella
from generator.kinds.api import File, Problem
from generator.spec.alerts import alert_problems
from generator.spec.intact import Intact
from generator.spec.literals import literal_problems
from generator.spec.model import Chart, Component, Patch, Platform
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest

#: Versions of Kubernetes that the charts are proven on.
OLDEST, NEWEST = 25, 37


def check_platform(found: Intact, platform: Platform, root: Path) -> Iterator[Finding]:
    """Everything that is wrong with a platform, or with what of it is intact."""
    yield from _kubernetes(found, platform)
    yield from _namespaces(found, platform)
    yield from literal_problems(found, platform.charts)
    yield from alert_problems(found, platform, root)
    for chart in platform.charts:
        yield from _names(found, chart)
        yield from _manifests(found, chart, root)
        yield from _patches(found, chart)
        yield from _scraper(found, chart, platform)
        if chart.name not in found.damaged:
            yield from _kinds(found, chart, platform)
            yield from _of_problems(found, chart.path, umbrella.problems(chart))


def _kubernetes(found: Intact, platform: Platform) -> Iterator[Finding]:
    if not OLDEST <= platform.kubernetes_minor <= NEWEST:
        what = f"expected a version from 1.{OLDEST} to 1.{NEWEST}"
        what += f", got 1.{platform.kubernetes_minor}"
        nearer = OLDEST if platform.kubernetes_minor < OLDEST else NEWEST
        hint = f'kubernetes: ">=1.{nearer}"'
        yield _finding(found, ("kubernetes",), "kubernetes-version", what, hint)


def _namespaces(found: Intact, platform: Platform) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for chart in platform.charts:
        path = (*chart.path, "namespace")
        if chart.name in found.damaged:
            continue
        if chart.namespace.startswith("kube-"):
            what = f"{shown(chart.namespace)} belongs to Kubernetes: the names kube-… are reserved"
            yield _finding(found, path, "namespace", what, f"namespace: {chart.name}")
        other = seen.setdefault(chart.namespace, chart.name)
        if other != chart.name and chart.quota:
            what = f"{shown(chart.namespace)} is already the namespace of the chart {other}"
            hint = "give each chart its own; with quota: false a chart may share one, for quotas of"
            yield _finding(found, path, "namespace-twice", what, f"{hint} both would hold")


def _kinds(found: Intact, chart: Chart, platform: Platform) -> Iterator[Finding]:
    """What each kind has to say about its components.

    Where a component is left out, those that connect to it are not judged, nor are references to
    Secrets that it may have declared, nor what follows from the whole platform.
    """
    incomplete = any(name == chart.name for name, _ in found.missing)
    for component in chart.components:
        if not any(_left_out(found, chart, target) for target in component.connects):
            problems = component.kind_module.problems(component, chart)
            if incomplete:
                problems = [one for one in problems if one.rule != "secret-reference"]
            yield from _of_problems(found, component.path, problems)
            of_platform = getattr(component.kind_module, "platform_problems", None)
            if of_platform is not None and not (found.missing or found.damaged):
                yield from _of_problems(
                    found, component.path, of_platform(component, chart, platform)
                )


def _left_out(found: Intact, chart: Chart, target: str) -> bool:
    other, _, name = target.rpartition("/")
    return found.left_out(other or chart.name, name)


def _of_problems(found: Intact, path: Path_, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        at = problem.path if problem.whole else (*path, *problem.path)
        yield _finding(found, at, problem.rule, problem.message, problem.hint)


def _names(found: Intact, chart: Chart) -> Iterator[Finding]:
    """Names that would collide in the cluster or in the chart's values."""
    owners: dict[str, Component] = {}
    for component in chart.components:
        hint = f"rename it, for example to {component.name[:24]}-app"
        if component.name == chart.name:
            what = "a component can't have its chart's name"
            yield _finding(found, component.path, "name-collision", what, hint)
        if component.name in umbrella.KEYS:
            what = f"the chart has values of its own below the key {component.name}"
            yield _finding(found, component.path, "name-collision", what, hint)
        for workload in component.kind_module.workloads(component):
            owner = owners.setdefault(workload.name, component)
            if owner is not component:
                what = f"{owner.name} also makes a workload named {shown(workload.name)}"
                hint = "rename one of the two components"
                yield _finding(found, component.path, "name-collision", what, hint)


def _scraper(found: Intact, chart: Chart, platform: Platform) -> Iterator[Finding]:
    """Whoever scrapes from a namespace of this platform must be one of its components."""
    scrape = chart.scrape
    if scrape is None or scrape.namespace is None:
        return
    charts = [one for one in platform.charts if one.namespace == scrape.namespace]
    names = [component.name for one in charts for component in one.components]
    gone = any(found.left_out(one.name, scrape.workload) for one in charts)
    if charts and not gone and scrape.workload not in names:
        close = nearest(scrape.workload, names)
        what = f"the chart {charts[0].name} has no component {shown(scrape.workload)}"
        hint = f"did you mean {close!r}?" if close else f"there are: {', '.join(names)}"
        yield _finding(found, (*chart.path, "scrape", "workload"), "scrape", what, hint)


def _manifests(found: Intact, chart: Chart, root: Path) -> Iterator[Finding]:
    names: dict[str, str] = {}
    for index, name in enumerate(chart.manifests):
        path = (*chart.path, "manifests", index)
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            what = f"{shown(name)} lies outside the folder of the platform"
            hint = "move the file below that folder: a platform is one repository"
            yield _finding(found, path, "outside", what, hint)
        elif not target.is_file():
            what = f"{shown(name)} is a folder" if target.is_dir() else f"no file {shown(name)}"
            folder = Path(name) if target.is_dir() else Path(name).parent
            there = [str(folder / one.name) for one in sorted((root / folder).glob("*.y*ml"))]
            close = nearest(name, there)
            hint = f"did you mean {close}?" if close else "name a file beside platform.yaml"
            yield _finding(found, path, "missing-file", what, hint)
        other = names.setdefault(Path(name).name, name)
        if other != name:
            what = f"{shown(name)} would take the place of {shown(other)}"
            hint = "rename one of the two files: all end up side by side in templates/"
            yield _finding(found, path, "manifest-twice", what, hint)


def _patches(found: Intact, chart: Chart) -> Iterator[Finding]:
    """A patch must have something to patch."""
    if chart.name in found.damaged:
        return
    owners: list[tuple[tuple[Patch, ...], Callable[[], Iterable[File]]]] = [
        (chart.patches, lambda: umbrella.files(chart)),
        *((one.patches, partial(one.kind_module.files, one, chart)) for one in chart.components),
    ]
    for patches, files in owners:
        names = sorted(patchable(files())) if patches else []
        for patch in patches:
            if patch.template not in names:
                close = nearest(patch.template, names)
                hint = f"did you mean {close}?" if close else f"there are: {', '.join(names)}"
                what = f"there is no template {shown(patch.template)}"
                yield _finding(found, patch.path, "patch", what, hint)


def patchable(files: Iterable[File]) -> Iterator[str]:
    """The templates that a patch may name: those that make objects."""
    for file in files:
        name = file.path.removeprefix("templates/")
        if name != file.path and name.endswith(".yaml") and name != "validate.yaml":
            yield name


def _finding(
    found: Intact, path: Path_, rule: str, message: str, hint: str | None = None
) -> Finding:
    """At the value, or at the key of a whole map, which begins below it."""
    source = found.source
    value = source.data
    for part in path:
        value = value[part] if _holds(value, part) else None
    return source.finding(
        path, rule, f"{dotted(path)}: {message}", hint, key=isinstance(value, dict)
    )


def _holds(value: object, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)
