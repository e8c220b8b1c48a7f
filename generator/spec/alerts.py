"""The alerts that an author declares about a component -> `Alert`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.findings import Finding
from generator.spec.decode import read_text
from generator.spec.intact import Intact
from generator.spec.model import Alert, Chart, Component, Platform
from generator.spec.model import Path as SpecPath
from generator.spec.place import dotted, shown
from generator.spec.source import Source

_ENDING = ".md"


def read_alerts(
    source: Source, root: Path, path: SpecPath, data: Mapping[str, Any]
) -> tuple[Alert, ...]:
    """The alerts of a component, each at its key, with the text of its runbook."""
    return tuple(
        _alert(source, root, (*path, "alerts", name), name, raw)
        for name, raw in data.get("alerts", {}).items()
    )


def _alert(source: Source, root: Path, path: SpecPath, name: str, raw: Mapping[str, Any]) -> Alert:
    runbook = raw.get("runbook")
    file = runbook if runbook_file(runbook) else None
    return Alert(
        path=path,
        place=source.where_key(path),
        name=name,
        expr=raw["expr"].strip(),
        wait=raw.get("for"),
        severity=raw["severity"],
        category=raw.get("category"),
        summary=raw["summary"],
        description=raw.get("description"),
        dashboard=raw.get("dashboard"),
        runbook=runbook if file is None else _text(root, file),
        runbook_file=file,
    )


def runbook_file(runbook: Any) -> bool:
    """Whether a runbook is the name of a file, and not the text itself."""
    return isinstance(runbook, str) and runbook.endswith(_ENDING) and len(runbook.split()) == 1


def _text(root: Path, name: str) -> str | None:
    """None when there is no such file, which `alert_problems` tells."""
    target = (root / name).resolve()
    if not target.is_relative_to(root) or not target.is_file():
        return None
    return read_text(target, name)


def alert_problems(found: Intact, platform: Platform, root: Path) -> Iterator[Finding]:
    """Names that are taken, runbooks that are not there, alerts that nobody evaluates."""
    owners: dict[str, str] = {}
    heard = _heard(platform)
    for chart in platform.charts:
        for component in chart.components:
            if component.alerts and (chart.name, component.name) not in heard and not found.missing:
                what = "no Prometheus of the platform reads the chart, so nobody would be told"
                hint = "scrape: {namespace: monitoring, workload: prometheus}, in the chart"
                yield _finding(found, (*component.path, "alerts"), "alert", what, hint)
            for alert in component.alerts:
                owner = owners.setdefault(alert.name, component.name)
                if owner != component.name:
                    what = f"{owner} already has an alert of that name"
                    yield _finding(found, alert.path, "alert-twice", what, "rename one of the two")
                if alert.runbook_file is not None and alert.runbook is None:
                    what = f"no file {shown(alert.runbook_file)} below the folder of the platform"
                    hint = "name a file beside platform.yaml, or write the text itself"
                    yield _finding(found, (*alert.path, "runbook"), "missing-file", what, hint)


def _heard(platform: Platform) -> set[tuple[str, str]]:
    """The components whose alerts somebody evaluates."""
    return {
        (of.name, one.name)
        for chart in platform.charts
        for component in chart.components
        for of, one in getattr(component.kind_module, "evaluated", _nobody)(
            component, chart, platform
        )
    }


def _nobody(component: Component, chart: Chart, platform: Platform) -> Iterator[Any]:
    """Of a kind that evaluates no alerts."""
    return iter(())


def _finding(found: Intact, path: SpecPath, rule: str, what: str, hint: str) -> Finding:
    key = path[-1] != "runbook"
    return found.source.finding(path, rule, f"{dotted(path)}: {what}", hint, key=key)
