"""platform.yaml -> `Platform`: read, validate, resolve. All problems are reported together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.errors import InputError
from generator.findings import Finding
from generator.kinds import load_kinds
from generator.kinds.api import Kind
from generator.spec.alerts import read_alerts, runbook_file
from generator.spec.amounts import amount_warnings
from generator.spec.chart import read_chart, read_patches
from generator.spec.checks import check_platform
from generator.spec.exposed import RULE as SECRET
from generator.spec.exposed import exposed_secrets
from generator.spec.graph import Graph, resolve_edges
from generator.spec.images import NAME as LOCK
from generator.spec.images import read_images
from generator.spec.intact import Intact, intact
from generator.spec.model import Chart, Component, Dependency, Maintainer, Platform
from generator.spec.place import Path_, dotted
from generator.spec.routes import resolve_routes
from generator.spec.schema import platform_schema
from generator.spec.source import Source, read_source
from generator.spec.validate import refused, validate


def read_platform(path: Path) -> Platform:
    """Read a spec into a model. Raises `InputError` with every problem that was found."""
    root = path.parent.resolve()
    kinds = load_kinds(root / "kinds")
    source = read_source(path, root)
    schema = platform_schema(kinds, _used(source.data, kinds))
    wrong = validate(source, schema)
    if wrong:  # it is told by the schema that knows all kinds
        schema = platform_schema(kinds)
        wrong = validate(source, schema)
    findings = [*wrong, *exposed_secrets(source)]
    found = intact(source, refused(source, schema) if findings else ())
    if found is not None:
        platform = _platform(found, root, kinds, findings)
    if found is None or findings:
        raise InputError(tuple(_once(findings)))
    return replace(platform, warnings=tuple(_once(tuple(amount_warnings(source)))))


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """What an alias repeats is said once, and of a secret nothing but that it is one."""
    secret = {_place(one) for one in findings if one.rule == SECRET}
    said: set[tuple[object, ...]] = set()
    for one in findings:
        key = (*_place(one), one.message.partition(": ")[2])
        if (one.rule == SECRET or _place(one) not in secret) and key not in said:
            yield one
        said.add(key)


def _place(finding: Finding) -> tuple[str, int, int]:
    return (finding.path, finding.line, finding.col)


def _used(data: Any, kinds: Mapping[str, Kind]) -> set[str]:
    """The kinds that a spec names, whatever else is wrong with it."""
    charts = _values(data.get("charts") if isinstance(data, dict) else None)
    components = (_values(c.get("components")) for c in charts if isinstance(c, dict))
    named = (one.get("kind") for some in components for one in some if isinstance(one, dict))
    return {kind for kind in named if isinstance(kind, str) and kind in kinds}


def _values(data: Any) -> Iterable[Any]:
    return data.values() if isinstance(data, dict) else ()


def _platform(
    found: Intact, root: Path, kinds: Mapping[str, Kind], findings: list[Finding]
) -> Platform:
    """The model of what is intact, with findings on all of it."""
    components, unread = _components(found.source, root, kinds)
    findings.extend(unread.values())
    found = found.without(unread)
    source, data = found.source, found.source.data
    images = _images(root, findings)
    platform = Platform(
        path=(),
        place=source.where(()),
        root=root,
        files=tuple(dict.fromkeys((*source.files, *_named(data), *([LOCK] if images else [])))),
        images=images,
        name=data["name"],
        description=data.get("description", ""),
        kubernetes_minor=int(data.get("kubernetes", ">=1.25").rpartition(".")[2]),
        environments=tuple(data["environments"]),
        registry=data.get("registry"),
        home=data.get("home"),
        icon=data.get("icon"),
        sources=tuple(data.get("sources", ())),
        maintainers=tuple(Maintainer(**m) for m in data.get("maintainers", ())),
        charts=_charts(found, root, components, findings),
    )
    findings.extend(check_platform(found, platform, root))
    return platform


def _named(data: Any) -> Iterator[str]:
    """The files that the charts of a spec name: raw manifests, archives, runbooks."""
    for chart in data["charts"].values():
        yield from chart.get("manifests", ())
        yield from (each["archive"] for each in chart.get("dependencies", {}).values())
        for component in chart["components"].values():
            alerts = component.get("alerts", {}).values()
            yield from (each["runbook"] for each in alerts if runbook_file(each.get("runbook")))


def _images(root: Path, findings: list[Finding]) -> Mapping[str, str]:
    try:
        return read_images(root)
    except InputError as error:
        findings.extend(error.findings)
        return {}


def _components(
    source: Source, root: Path, kinds: Mapping[str, Kind]
) -> tuple[dict[str, dict[str, Component]], dict[tuple[str, str], Finding]]:
    """Components of all charts first: an edge may lead to another chart."""
    components: dict[str, dict[str, Component]] = {}
    unread: dict[tuple[str, str], Finding] = {}
    for chart, data in source.data["charts"].items():
        own = components.setdefault(chart, {})
        for name, settings in data["components"].items():
            try:
                own[name] = _component(source, root, chart, name, settings, kinds)
            except ValueError as error:  # of a quantity that no pattern can tell from others
                path = ("charts", chart, "components", name)
                unread[chart, name] = _unreadable(source, path, settings, str(error))
    return components, unread


def _unreadable(source: Source, path: Path_, settings: Any, reason: str) -> Finding:
    """At the value that a kind could not read, when the reason begins with it."""
    written = reason.partition(" ")[0].strip("'")
    at = next((at for at, leaf in _leaves(settings, path) if str(leaf) == written), path)
    hint = "write it in a smaller unit, as a whole number" if "whole number" in reason else None
    message = f"{dotted(at)}: {reason}"
    return source.finding(at, "value", message, hint, key=at == path)


def _leaves(data: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(value, (*path, key))
    else:
        yield path, data


def _charts(
    found: Intact,
    root: Path,
    components: Mapping[str, Mapping[str, Component]],
    findings: list[Finding],
) -> tuple[Chart, ...]:
    source = found.source
    namespaces = {name: chart["namespace"] for name, chart in source.data["charts"].items()}
    graph = Graph(found=found, components=components, namespaces=namespaces)
    charts = []
    for name in source.data["charts"]:
        edges, problems = resolve_edges(graph, name)
        routes, more = resolve_routes(found, name, components[name])
        dependencies, wrong = _dependencies(found, name, root)
        findings.extend((*problems, *more, *wrong))
        charts.append(read_chart(source, name, components[name], edges, routes, dependencies))
    return tuple(charts)


def _dependencies(
    found: Intact, chart: str, root: Path
) -> tuple[tuple[Dependency, ...], list[Finding]]:
    if not found.source.data["charts"][chart].get("dependencies"):
        return (), []
    # Unpacking takes modules that most platforms have no use for.
    from generator.spec.dependencies import read_dependencies

    return read_dependencies(found, chart, root)


def _component(
    source: Source,
    root: Path,
    chart: str,
    name: str,
    data: dict[str, Any],
    kinds: Mapping[str, Kind],
) -> Component:
    path = ("charts", chart, "components", name)
    kind = kinds[data["kind"]]
    return Component(
        path=path,
        place=source.where_key(path),
        name=name,
        chart_name=chart,
        kind=data["kind"],
        kind_module=kind,
        settings=kind.read(name, data),
        connects=tuple(data.get("connects", ())),
        patches=read_patches(source, path, data),
        alerts=read_alerts(source, root, path, data),
    )
