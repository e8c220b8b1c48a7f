"""Is charts/ what the spec says, and dist/ what packing charts/ gives? Who uses them must know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator import memo, pipeline
from generator.errors import GeneratorError, StaleError
from generator.findings import WARNING, Finding
from generator.summary import option_of

if TYPE_CHECKING:
    from generator.spec.model import Platform

RULE = "charts-stale"

#: How many files or archives a message names.
_NAMED = 3


def require_charts(spec: Path, platform: Platform) -> None:
    """Refuse charts that are not what the spec says. Raises `StaleError`."""
    if differing := _differing(spec, platform):
        raise StaleError(_message(differing, spec), hint=_hint(spec))


def require_packages(spec: Path, platform: Platform, helm: Path | None) -> None:
    """Refuse packages that are not what the spec says. Raises `StaleError`."""
    from generator.ship import archive

    if memo.recall(spec, helm) is not None:  # all is as a build has left it
        return
    require_charts(spec, platform)
    folder = pipeline.dist_folder(spec)
    charts = (pipeline.charts_folder(spec) / chart.name for chart in platform.charts)
    if found := [why for chart in charts if (why := archive.outdated(chart, folder))]:
        raise StaleError(
            "dist/ is not what packing charts/ gives: " + "; ".join(found), hint=_hint(spec)
        )


def stale_finding(spec: Path, platform: Platform, helm: Path | None) -> Finding | None:
    """A warning where charts/ is not what the spec says, for those who only look at it."""
    if memo.recall(spec, helm) is not None:
        return None
    try:
        differing = _differing(spec, platform)
        message, path = _message(differing, spec), next(iter(differing), None)
    except GeneratorError as error:  # a template of the author's that can't be filled now
        message, path = f"charts/ can't be compared with {spec.name}: {error.message}", spec.name
    if path is None:
        return None
    return Finding(path=path, rule=RULE, severity=WARNING, message=message, hint=_hint(spec))


def _differing(spec: Path, platform: Platform) -> list[str]:
    return [
        f"charts/{folder.name}/{path}"
        for folder, before, after in pipeline.before_and_after(spec, platform)
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _message(differing: list[str], spec: Path) -> str:
    more = f" and {len(differing) - _NAMED} more" if len(differing) > _NAMED else ""
    return f"charts/ is not what {spec.name} says: {', '.join(differing[:_NAMED])}{more}"


def _hint(spec: Path) -> str:
    return f"python -m generator build{option_of(spec)}"
