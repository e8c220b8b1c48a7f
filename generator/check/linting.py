"""`helm lint` of one chart, without what it says nothing of.

Helm's linter looks at the umbrella: Chart.yaml, values, the umbrella's own templates and what they
print. Subcharts it only renders, less strictly than `helm template` does, and drops the text. So
those that nothing outside looks into are switched off (docs/decisions/0016-alike-subcharts.md).
The umbrella's schema still judges the values of all of them; of those whose own schema is the same,
one stays on, for Helm to read that schema and judge by it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from generator.check.chartfiles import ChartFiles, YamlFile
from generator.check.helmwords import lint_findings, template_failure
from generator.check.values import switched_on
from generator.errors import ToolError
from generator.findings import Finding
from generator.tools.helm import Helm


def lint(
    chart: ChartFiles,
    helm: Helm,
    *,
    values: Sequence[Path],
    overlays: Sequence[YamlFile],
    kube_version: str,
    namespace: str,
    apart: Collection[str],
) -> tuple[Finding, ...]:
    """What `helm lint --strict` says of a chart with the overlays, which lie in the files `values`.

    `apart` are the subcharts that nothing outside them looks into but guards.
    """

    def found(without: frozenset[str]) -> tuple[Finding, ...]:
        try:
            messages = helm.lint(
                [chart.folder],
                values=values,
                kube_version=kube_version,
                namespace=namespace,
                without=without,
            )
        except ToolError as error:
            return template_failure(error, chart.name, chart.shown)
        return tuple(lint_findings(messages, chart.name, chart.shown))

    without = unseen(chart, overlays, apart)
    first = found(without)
    # What Helm refuses may be the switching off: what it says of the whole chart is what counts.
    return found(frozenset()) if first and without else first


def unseen(
    chart: ChartFiles, overlays: Sequence[YamlFile], apart: Collection[str]
) -> frozenset[str]:
    """Those of the subcharts `apart` to switch off: all but one of each schema that is in use."""
    kept: set[tuple[bytes, ...]] = set()
    off: set[str] = set()
    for subchart in chart.subcharts:
        key, _ = chart.subchart_key(subchart)
        schemas = tuple(each.schema_bytes for each in subchart.all)
        if key not in apart:
            continue
        if any(schemas) and schemas not in kept and switched_on(chart, subchart, overlays):
            kept.add(schemas)
        else:
            off.add(key)
    return frozenset(off)
