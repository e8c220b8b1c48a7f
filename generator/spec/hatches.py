"""The escape hatches that a spec uses, as notes: where the tool no longer knows what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from generator.findings import NOTE, Finding
from generator.spec.model import Chart, Dependency, Patch, Platform

RULE = "escape-hatch"


def hatches(platform: Platform) -> Iterator[Finding]:
    """A note for each raw manifest, each chart of others and each patch."""
    for chart in platform.charts:
        yield from map(_manifest, [chart] * len(chart.manifests), chart.manifests)
        yield from map(_dependency, chart.dependencies)
        for patch in (*chart.patches, *(one for c in chart.components for one in c.patches)):
            yield _patch(patch)


def _manifest(chart: Chart, name: str) -> Finding:
    return Finding(
        # The copy: findings on it are told at the line that names the file.
        path=f"charts/{chart.name}/templates/{PurePosixPath(name).name}",
        rule=RULE,
        severity=NOTE,
        message="copied as it is: no policy, quota or value follows from it",
    )


def _dependency(dependency: Dependency) -> Finding:
    upstream = dependency.chart
    return Finding(
        path=dependency.place.path,
        line=dependency.place.line,
        col=dependency.place.col,
        rule=RULE,
        severity=NOTE,
        message=f"{upstream.name} {upstream.version} is a chart of others: no policy, quota or"
        " connection follows from it",
    )


def _patch(patch: Patch) -> Finding:
    return Finding(
        path=patch.place.path,
        line=patch.place.line,
        col=patch.place.col,
        rule=RULE,
        severity=NOTE,
        message=f"{patch.template} is patched: no policy, quota or value follows from that",
    )
