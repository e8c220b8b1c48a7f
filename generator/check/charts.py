"""Chart folders -> findings: the whole proof, for each environment and Kubernetes version.

Chart.yaml, values, overlays    yamale, values.schema.json     `values`
templates as written            rules                          `rules`
helm lint --strict              one call a chart               `helmwords`
helm template                   environments x versions        `rendered`
objects of a rendering          Kubernetes, CRDs, rules        `rendered`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.check.chartfiles import ChartFiles, YamlFile, read_chart, read_yaml
from generator.check.helmwords import lint_findings, template_failure
from generator.check.occasions import Occasion, merged
from generator.check.release import check_size, release_bytes
from generator.check.rendered import Outcome, Prover
from generator.check.rules import check_templates
from generator.check.sources import ChartSources, read_sources
from generator.check.values import check_chart_files, check_overlays
from generator.errors import InputError, ToolError
from generator.findings import Finding
from generator.tools import pool
from generator.tools.helm import Helm


@dataclass(frozen=True, kw_only=True)
class ChartTarget:
    """What to prove: a chart as it is installed, in each environment with its overlays."""

    path: Path
    release: str
    namespace: str
    environments: Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One rendering that was proven."""

    chart: str
    environment: str
    kube_version: str
    objects: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings, sorted, and what was rendered."""

    findings: tuple[Finding, ...]
    renderings: tuple[Rendered, ...]
    release_bytes: Mapping[str, int]  # of each chart's release, in its largest environment

    @property
    def objects(self) -> Mapping[str, Mapping[str, int]]:
        """How many objects each chart has in each environment, on the last version rendered."""
        counts: dict[str, dict[str, int]] = {}
        for each in self.renderings:
            counts.setdefault(each.chart, {})[each.environment] = each.objects
        return counts


@dataclass(frozen=True, kw_only=True)
class _Chart:
    """A target and its files, read."""

    target: ChartTarget
    shown: str
    files: ChartFiles
    sources: ChartSources
    overlays: Mapping[str, tuple[YamlFile, ...]]


def check_charts(
    targets: Sequence[ChartTarget],
    helm: Helm,
    *,
    kube_versions: Sequence[str],
    root: Path,
    lint: bool = True,
) -> Report:
    """Prove charts. `root` is what the paths of findings are relative to.

    Without `lint`, `helm lint` is left out; whatever stops a rendering is found all the same.
    """
    charts, findings = _read_all(targets, root)
    for chart in charts:
        findings.update(check_chart_files(chart.files), check_templates(chart.sources))
    wrong = [_overlay_findings(chart) for chart in charts]
    findings.update(
        f for by_environment in wrong for found in by_environment.values() for f in found
    )
    lints = [partial(_lint, chart, helm, kube_versions[-1]) for chart in charts if lint]
    findings.update(finding for found in pool.together(lints) for finding in found)

    calls = [
        _renderings(chart, helm, kube_versions, set(bad))
        for chart, bad in zip(charts, wrong, strict=True)
    ]
    outcomes = iter(pool.together([call for own in calls for call in own]))
    rendered, sizes = [], {}
    for chart, own in zip(charts, calls, strict=True):
        done = [next(outcomes) for _ in own]
        findings.update(merged({each.occasion: each.findings for each in done}))
        sizes[chart.files.name] = size = _release_size(chart, done)
        findings.update(check_size(chart.shown, size))
        rendered += [_rendered(chart, each) for each in done if each.text]
    return Report(findings=tuple(sorted(findings)), renderings=tuple(rendered), release_bytes=sizes)


def _read_all(targets: Sequence[ChartTarget], root: Path) -> tuple[list[_Chart], set[Finding]]:
    """Those that can be read, and why the others cannot."""
    charts: list[_Chart] = []
    findings: set[Finding] = set()
    for target in targets:
        try:
            charts.append(_read(target, root))
        except InputError as error:
            findings.update(error.findings)
    return charts, findings


def _read(target: ChartTarget, root: Path) -> _Chart:
    shown = _shown(target.path, root)
    return _Chart(
        target=target,
        shown=shown,
        files=read_chart(target.path, shown),
        sources=read_sources(target.path, shown),
        overlays={
            name: tuple(read_yaml(file, _shown(file, root)) for file in values)
            for name, values in target.environments.items()
        },
    )


def _overlay_findings(chart: _Chart) -> Mapping[str, tuple[Finding, ...]]:
    """Of the environments whose values are wrong. Helm would refuse them, in other words."""
    checked = {name: check_overlays(chart.files, given) for name, given in chart.overlays.items()}
    return {name: found for name, found in checked.items() if found}


def _lint(chart: _Chart, helm: Helm, version: str) -> tuple[Finding, ...]:
    """With the overlays of the last environment: `required` values stand there, if anywhere."""
    last = list(chart.target.environments.values())[-1:]
    try:
        messages = helm.lint(
            [chart.target.path],
            values=[file for files in last for file in files],
            kube_version=version,
            namespace=chart.target.namespace,
            strict=True,
        )
    except ToolError as error:
        return (template_failure(error, chart.shown),)
    return tuple(lint_findings(messages, chart.shown))


def _renderings(
    chart: _Chart, helm: Helm, versions: Sequence[str], without: set[str]
) -> list[Callable[[], Outcome]]:
    """One call for each rendering."""
    prover = Prover(
        helm=helm,
        chart=chart.target.path,
        shown=chart.shown,
        release=chart.target.release,
        namespace=chart.target.namespace,
        api_versions=chart.sources.api_versions,
        existing=chart.files.existing,
    )
    return [
        partial(prover.prove, Occasion(environment=environment, kube_version=version), values)
        for environment, values in chart.target.environments.items()
        if environment not in without
        for version in versions
    ]


def _release_size(chart: _Chart, outcomes: Sequence[Outcome]) -> int:
    return release_bytes(chart.files, max((each.text for each in outcomes), key=len, default=""))


def _rendered(chart: _Chart, outcome: Outcome) -> Rendered:
    return Rendered(
        chart=chart.files.name,
        environment=outcome.occasion.environment,
        kube_version=outcome.occasion.kube_version,
        objects=outcome.objects,
        bytes=len(outcome.text.encode()),
    )


def _shown(path: Path, root: Path) -> str:
    """A path as findings show it: relative to the project where it lies in it."""
    absolute, project = path.resolve(), root.resolve()
    inside = absolute.is_relative_to(project)
    return (absolute.relative_to(project) if inside else path).as_posix()
