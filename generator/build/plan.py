"""Which files a chart has, from which template and for which node of platform.yaml each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.build import upstream
from generator.build.pin import pin
from generator.build.view import Caller, View, all_callers
from generator.kinds import umbrella
from generator.kinds.api import MONITORING, File, Knob
from generator.kinds.common import knobs as common
from generator.kinds.common import schemas
from generator.spec.model import Chart, Component, Dependency, Node, Patch, Platform
from generator.spec.scraper import scraper, stand_in


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One file to come: where it goes, what fills it, and which node of the spec asked for it."""

    path: str
    template: str
    folders: tuple[str, ...]
    origin: Node
    verbatim: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChartPlan:
    """All files of one chart, and its values: an umbrella or a subchart.

    `folder` is the chart's own folder below the umbrella's, "" for the umbrella itself.
    """

    folder: str
    name: str
    origin: Node
    knobs: tuple[Knob, ...]
    files: tuple[Planned, ...]
    context: Mapping[str, Any]
    patches: tuple[Patch, ...] = ()


def plan_chart(platform: Platform, chart: Chart) -> Iterator[ChartPlan]:
    """The umbrella's plan, then its subcharts' in the spec's order."""
    callers = all_callers(platform)
    subcharts = [
        plan_component(platform, chart, component, callers.get((chart.name, component.name), ()))
        for component in chart.components
    ]
    yield plan_umbrella(platform, chart, subcharts)
    yield from subcharts


def plan_umbrella(platform: Platform, chart: Chart, subcharts: Sequence[ChartPlan]) -> ChartPlan:
    scrape = scraper(platform, chart)
    watched = any(knob.path == common.MONITORING for sub in subcharts for knob in sub.knobs)
    watched |= chart.mesh is not None and scrape is not None and scrape.namespace == MONITORING
    knobs = (
        *_shared_knobs(
            platform,
            chart,
            routed=bool(chart.routed),
            watched=watched,
            pods=True,
            meshed=chart.mesh is not None,
        ),
        *umbrella.knobs(chart),
        *(_condition(component) for component in chart.components),
        *(_brought(dependency) for dependency in chart.dependencies),
    )
    context = {
        "platform": platform,
        "chart": chart,
        "define": chart.name,
        "subcharts": subcharts,
        "upstream": upstream,
        "scrape": scrape,
        **umbrella.context(chart),
    }
    files = [
        *_frame("", ("Chart.yaml", ".helmignore", "README.md", "NOTES.txt", "_helpers.tpl")),
        *umbrella.files(chart),
    ]
    return ChartPlan(
        folder="",
        name=chart.name,
        origin=chart,
        knobs=tuple(pin(knobs, platform.images, chart.app_version)),
        files=tuple(_planned(file, "", umbrella.FOLDERS, chart) for file in files),
        context=context,
        patches=chart.patches,
    )


def plan_component(
    platform: Platform, chart: Chart, component: Component, callers: tuple[Caller, ...]
) -> ChartPlan:
    scrape = scraper(platform, chart)
    view = View(component=component, chart=chart, callers=callers, scrape=scrape)
    folder = f"charts/{component.name}"
    context = {
        "platform": platform,
        "chart": chart,
        "component": component,
        "s": component.settings,
        "view": view,
        "define": view.define,
    }
    knobs = (
        *_shared_knobs(
            platform,
            chart,
            routed=view.routed,
            watched=view.watched,
            pods=view.runs,
            meshed=view.meshed,
        ),
        *component.kind_module.knobs(component, chart),
        *_of_platform("platform_knobs", platform, chart, component),
        *_connection_knobs(view),
    )
    files = [
        *_frame("", ("Chart.yaml", ".helmignore", "README.md", "_helpers.tpl", "validate.yaml")),
        *component.kind_module.files(component, chart),
        *_of_platform("platform_files", platform, chart, component),
    ]
    folders = kind_folders(component)
    return ChartPlan(
        folder=folder,
        name=component.name,
        origin=component,
        knobs=tuple(pin(knobs, platform.images, chart.app_version)),
        files=tuple(_planned(file, folder, folders, component) for file in files),
        context=context,
        patches=component.patches,
    )


def _of_platform(
    what: str, platform: Platform, chart: Chart, component: Component
) -> Sequence[Any]:
    """What a kind makes of the whole platform, for those that look at it (`api.Overseer`)."""
    of_platform = getattr(component.kind_module, what, None)
    return () if of_platform is None else of_platform(component, chart, platform)


def kind_folders(component: Component) -> tuple[str, ...]:
    """Where the templates of a kind are looked for: its own folder first, then the shared.

    A kind with several engines has a folder for each of them before its own.
    """
    own = Path(str(component.kind_module.__file__)).parent
    extra = getattr(component.kind_module, "FOLDERS", ())
    chosen = getattr(component.kind_module, "folders", None)
    first = () if chosen is None else chosen(component)
    return (*first, str(own / "templates"), *extra, umbrella.COMMON)


def _frame(prefix: str, names: Sequence[str]) -> Iterator[File]:
    """The files that every chart has."""
    for name in names:
        inside = name.endswith((".tpl", ".txt", ".yaml")) and name != "Chart.yaml"
        yield File(template=prefix + name, path=f"templates/{name}" if inside else name)


def _planned(file: File, folder: str, folders: tuple[str, ...], origin: Node) -> Planned:
    return Planned(
        path=f"{folder}/{file.path}" if folder else file.path,
        template=file.template,
        folders=folders,
        origin=file.context.get("origin", origin),
        verbatim=file.verbatim,
        context=file.context,
    )


def _shared_knobs(
    platform: Platform, chart: Chart, *, routed: bool, watched: bool, pods: bool, meshed: bool
) -> list[Knob]:
    """What subcharts without pods have no use for is not there."""
    others = stand_in(platform) if watched else None
    found = common.of_pods() if pods else []
    if routed:
        found.append(common.ingress_namespace(chart.ingress.namespace))
    if others is not None:
        found.append(common.monitoring_namespace(others.namespace))
    if meshed and chart.mesh is not None:
        found.append(common.mesh_mode(chart.mesh))
    return found


def _condition(component: Component) -> Knob:
    return Knob(
        path=f"{component.name}.enabled",
        doc=f"Install {component.name}. Its values: charts/{component.name}/README.md.",
        default=True,
        schema=schemas.BOOLEAN,
    )


def _brought(dependency: Dependency) -> Knob:
    """The switch of a chart of others, and what the spec sets of its values."""
    one = f"{dependency.chart.name} {dependency.chart.version}"
    return Knob(
        path=dependency.name,
        doc=f"{one}, a chart of others: `enabled` installs it. Its other values: "
        f"charts/{dependency.name}/values.yaml.",
        default={"enabled": dependency.enabled, **dependency.values},
        schema=schemas.OPEN,
    )


def _connection_knobs(view: View) -> list[Knob]:
    return [
        Knob(
            path=f"connections.{name}.host",
            pattern="connections.*.host",
            doc="Where to connect to. Empty means the component of the same release.",
            default="",
            schema=schemas.STRING,
            flip="elsewhere.example.com",
        )
        for name in view.connections
    ]
