"""Chart folders -> findings: the whole proof, for each environment and Kubernetes version.

Chart.yaml, values, overlays    yamale, values.schema.json     `values`
templates as written            rules                          `rules`
helm lint --strict              one call a chart               `linting`
helm template                   environments x versions        `environments`
objects of a rendering          Kubernetes, CRDs, rules        `rendered`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from generator.check.alike import apart
from generator.check.chartfiles import ChartFiles, YamlFile, read_chart
from generator.check.environments import Environments
from generator.check.linting import lint
from generator.check.occasions import merged
from generator.check.overlays import PRIVATE, judge, read_overlay, refused
from generator.check.release import check_size, release_bytes
from generator.check.rendered import Outcome, Prover
from generator.check.rules import check_templates
from generator.check.sources import ChartSources, read_sources
from generator.check.upstream import folded
from generator.check.values import check_chart_files
from generator.errors import InputError
from generator.findings import NOTE, Finding
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
    unread: Mapping[str, tuple[Finding, ...]]  # of environments whose overlays can't be read


def check_charts(
    targets: Sequence[ChartTarget],
    helm: Helm,
    *,
    kube_versions: Sequence[str],
    root: Path,
    linted: bool = True,
) -> Report:
    """Prove charts. `root` is what the paths of findings are relative to.

    If not `linted`, `helm lint` is left out; whatever stops a rendering is found all the same.
    """
    charts, findings = _read_all(targets, root)
    wrong = [_overlay_findings(chart) for chart in charts]
    for chart, by_environment in zip(charts, wrong, strict=True):
        findings.update(check_chart_files(chart.files), check_templates(chart.sources))
        findings.update(*by_environment.values())
    renderings = [
        _renderings(chart, helm, kube_versions, without=set(by_environment), linted=linted)
        for chart, by_environment in zip(charts, wrong, strict=True)
    ]
    done = _rendered_all(renderings)
    rendered, sizes = [], {}
    for chart, own in zip(charts, done, strict=True):
        findings.update(merged({each.occasion: _told(chart, each) for each in own}))
        sizes[chart.files.name] = size = _release_size(chart, own)
        findings.update(check_size(chart.shown, size))
        rendered += [_rendered(chart, each) for each in own if each.text]
    # What does not render is not linted: Helm would say the same again in other words.
    lints = [
        partial(_lint, chart, rendering, kube_versions[-1])
        for chart, rendering, by_environment, own in zip(
            charts, renderings, wrong, done, strict=True
        )
        if linted and not by_environment and all(each.text for each in own)
    ]
    findings.update(*pool.together(lints))
    foreign = [f"{chart.shown}/charts/{name}" for chart in charts for name in chart.files.upstream]
    return Report(
        findings=tuple(sorted(folded(findings, foreign))),
        renderings=tuple(rendered),
        release_bytes=sizes,
    )


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
    overlays, unread = {}, {}
    for name, values in target.environments.items():
        try:
            overlays[name] = tuple(read_overlay(file, _shown(file, root)) for file in values)
        except InputError as error:
            unread[name] = error.findings
    files = read_chart(target.path, shown)
    return _Chart(
        target=target,
        shown=shown,
        files=files,
        sources=read_sources(target.path, shown, upstream=files.upstream),
        overlays=overlays,
        unread=unread,
    )


def _overlay_findings(chart: _Chart) -> Mapping[str, tuple[Finding, ...]]:
    """Of the environments whose values are wrong. Helm would refuse them, in other words."""
    checked = {
        name: judge(chart.files, given, name, chart.sources)
        for name, given in chart.overlays.items()
    }
    return {name: found for name, found in {**checked, **chart.unread}.items() if found}


def _lint(chart: _Chart, rendering: Environments, version: str) -> tuple[Finding, ...]:
    """With the overlays of the last environment: `required` values stand there, if anywhere."""
    name, last = (("", ()), *chart.target.environments.items())[-1]
    return lint(
        chart.files,
        rendering.prover.helm,
        values=last,
        overlays=chart.overlays.get(name, ()),
        kube_version=version,
        namespace=chart.target.namespace,
        apart=rendering.apart,
    )


def _renderings(
    chart: _Chart, helm: Helm, versions: Sequence[str], *, without: set[str], linted: bool
) -> Environments:
    """In all environments but some."""
    prover = Prover(
        helm=helm,
        chart=chart.target.path,
        name=chart.files.name,
        shown=chart.shown,
        release=chart.target.release,
        namespace=chart.target.namespace,
        api_versions=chart.sources.api_versions,
        existing=chart.files.existing,
    )
    files = chart.target.environments
    return Environments(
        prover=prover,
        files={name: values for name, values in files.items() if name not in without},
        overlays=chart.overlays,
        versions=versions,
        apart=apart(chart.files, chart.sources),
        # Where an environment is left out there is an error already, and no lint.
        schemas=not linted or bool(without),
    )


def _rendered_all(charts: Sequence[Environments]) -> list[list[Outcome]]:
    """The outcomes of each chart. Helm is asked for all of them at once."""
    calls = [each.calls() for each in charts]
    answers = iter(pool.together([call for own in calls for call in own.values()]))
    parts = [{occasion: next(answers) for occasion in own} for own in calls]
    return [list(each.outcomes(own)) for each, own in zip(charts, parts, strict=True)]


def _told(chart: _Chart, outcome: Outcome) -> tuple[Finding, ...]:
    """The findings of a rendering; where nobody else comes, a placeholder is worth a note."""
    environment = outcome.occasion.environment
    if not outcome.text:
        given = chart.overlays.get(environment, ())
        return tuple(refused(each, chart.files, given) for each in outcome.findings)
    if environment not in PRIVATE:
        return outcome.findings
    return tuple(
        replace(each, severity=NOTE)
        if each.rule == "no-secret-values" and each.message.endswith("a placeholder for a secret")
        else each
        for each in outcome.findings
    )


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
    for place, project in ((path.absolute(), root.absolute()), (path.resolve(), root.resolve())):
        if place.is_relative_to(project):
            return place.relative_to(project).as_posix()
    return path.as_posix()
