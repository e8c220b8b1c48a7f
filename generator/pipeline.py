"""The main job, its steps in order: read, fill, write, prove, package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import GeneratorError, InputError
from generator.findings import ERROR, worst
from generator.spec.model import Chart, Platform
from generator.spec.read import read_platform

if TYPE_CHECKING:
    from generator.check.charts import ChartTarget, Report
    from generator.ship.archive import Package
    from generator.ship.outcome import Outcome

#: Told what is going on, for people who wait.
Progress = Callable[[str], None]

Tree = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Built:
    """One chart that was filled: its folder, its files, and those that were there before."""

    chart: Chart
    folder: Path
    tree: Tree
    before: Tree

    @property
    def changed(self) -> bool:
        return self.tree != self.before


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a whole build made."""

    platform: Platform
    built: tuple[Built, ...]
    report: Report | None
    packages: tuple[Package, ...]


def generate(spec: Path) -> tuple[Platform, tuple[Built, ...]]:
    """Read the spec and fill its charts in memory, beside what is on the disk."""
    from generator.build.fill import fill_chart
    from generator.build.write import read_tree, recover

    platform = read_platform(spec)
    built = []
    for chart in platform.charts:
        folder = charts_folder(spec) / chart.name
        recover(folder)
        tree = fill_chart(platform, chart)
        built.append(Built(chart=chart, folder=folder, tree=tree, before=read_tree(folder)))
    return platform, tuple(built)


def write(built: tuple[Built, ...]) -> None:
    """Write the charts that changed."""
    from generator.build.write import write_tree

    for one in built:
        if one.changed:
            write_tree(one.folder, one.tree)


def build(
    spec: Path, *, prove: bool, helm: Path | None = None, progress: Progress = lambda _: None
) -> Result:
    """The whole main job. Raises `InputError` with all findings when the proof fails."""
    progress("reading the spec")
    platform, built = generate(spec)
    progress("writing the charts")
    write(built)
    if not prove:
        return Result(platform=platform, built=built, report=None, packages=())
    progress("linting and rendering")
    report = _prove(spec, platform, platform.environments, (newest_kubernetes(),), helm)
    if worst(report.findings) == ERROR:
        raise InputError(report.findings)
    progress("packaging")
    packages = package(spec, None)
    return Result(platform=platform, built=built, report=report, packages=packages)


def stale(spec: Path) -> list[tuple[str, str]]:
    """Each file of charts/ that is not what the spec says, with its difference."""
    from generator.build.write import diff_trees

    _, built = generate(spec)
    return [
        (f"charts/{one.folder.name}/{path}", diff)
        for one in built
        for path, diff in diff_trees(one.before, one.tree, f"charts/{one.folder.name}/")
    ]


def check(
    spec: Path,
    *,
    helm: Path | None,
    environments: tuple[str, ...],
    versions: tuple[str, ...],
    progress: Progress,
) -> Report:
    """Prove what is in charts/, in every environment and on every Kubernetes version."""
    progress("reading the spec")
    platform = read_platform(spec)
    wanted = environments or platform.environments
    _known("environment", wanted, platform.environments)
    progress("linting and rendering")
    return _prove(spec, platform, wanted, versions or kubernetes_versions(platform), helm)


def render(
    spec: Path, *, helm: Path | None, environment: str, chart: str | None, kube_version: str | None
) -> Iterator[str]:
    """The objects of an environment, chart by chart, as `helm template` prints them."""
    from generator.tools.helm import find

    platform = read_platform(spec)
    _known("environment", (environment,), platform.environments)
    names = tuple(one.name for one in platform.charts)
    _known("chart", (chart,) if chart else (), names)
    program = find(helm, project=spec.parent)
    for target in targets(spec, platform, (environment,)):
        if chart in (None, target.release):
            yield program.template(
                target.path,
                release=target.release,
                namespace=target.namespace,
                values=target.environments[environment],
                kube_version=kube_version or newest_kubernetes(),
            )


def package(spec: Path, out: Path | None) -> tuple[Package, ...]:
    """Pack each chart of the spec into `out`, with an index.yaml of what is there."""
    from generator.ship.archive import pack
    from generator.ship.repository import write_index

    platform = read_platform(spec)
    folder = out or spec.parent / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    packages = tuple(pack(charts_folder(spec) / chart.name, folder) for chart in platform.charts)
    write_index(folder)
    return packages


def publish(
    spec: Path,
    target: str | None,
    *,
    helm: Path | None,
    dry_run: bool,
    username: str | None = None,
    password_stdin: bool = False,
    ca_file: Path | None = None,
    plain_http: bool = False,
) -> tuple[Outcome, ...]:
    """Publish the packages of dist/ to the target, or to the spec's registry."""
    from generator.ship.credentials import read_password
    from generator.ship.oci import Access
    from generator.ship.publish import publish as ship
    from generator.tools.helm import find

    platform = read_platform(spec)
    where = target or platform.registry
    if where is None:
        raise GeneratorError(
            "no target to publish to", hint="--to oci://…, or `registry:` in platform.yaml"
        )
    access = Access(
        ca_file=ca_file,
        plain_http=plain_http,
        user=username,
        password=read_password(None) if password_stdin else None,
    )
    return ship(
        [spec.parent / "dist" / f"{c.name}-{c.version}.tgz" for c in platform.charts],
        where,
        find_helm=lambda: find(helm, project=spec.parent),
        access=access,
        dry_run=dry_run,
    )


def graph(spec: Path, chart: str | None) -> str:
    """A picture of the platform as SVG."""
    from generator.build.picture import draw

    platform = read_platform(spec)
    _known("chart", (chart,) if chart else (), tuple(one.name for one in platform.charts))
    return draw(platform, chart)


def schema_text(spec: Path) -> str:
    """The JSON Schema of platform.yaml, with the kinds that lie beside the spec."""
    import orjson

    from generator.kinds import load_kinds
    from generator.spec.schema import platform_schema

    schema = platform_schema(load_kinds(spec.parent / "kinds"))
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n"


def _prove(
    spec: Path,
    platform: Platform,
    environments: tuple[str, ...],
    versions: tuple[str, ...],
    helm: Path | None,
) -> Report:
    from generator.check.charts import check_charts
    from generator.tools.helm import find

    return check_charts(
        targets(spec, platform, environments),
        find(helm, project=spec.parent),
        kube_versions=versions,
        root=spec.parent,
    )


def _known(what: str, wanted: Iterable[str], known: tuple[str, ...]) -> None:
    """Refuse a name on the command line that the spec does not have."""
    import difflib

    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
            raise GeneratorError(f"no {what} {name!r}", hint=hint)


def targets(
    spec: Path, platform: Platform, environments: tuple[str, ...]
) -> tuple[ChartTarget, ...]:
    """What to prove: each chart in each environment, with the overlays that exist."""
    from generator.check.charts import ChartTarget

    return tuple(
        ChartTarget(
            path=charts_folder(spec) / chart.name,
            release=chart.name,
            namespace=chart.namespace,
            environments={
                name: tuple(p for p in (overlay(spec, name, chart),) if p.is_file())
                for name in environments
            },
        )
        for chart in platform.charts
    )


def charts_folder(spec: Path) -> Path:
    return spec.parent / "charts"


def overlay(spec: Path, environment: str, chart: Chart) -> Path:
    """Where people write what an environment changes."""
    return spec.parent / "values" / environment / f"{chart.name}.yaml"


def newest_kubernetes() -> str:
    """The newest version that is proven."""
    return _KUBERNETES[-1]


def kubernetes_versions(platform: Platform) -> tuple[str, ...]:
    """The versions that `check` renders for: those that are not below the spec's lowest."""
    return tuple(v for v in _KUBERNETES if int(v.partition(".")[2]) >= platform.kubernetes_minor)


_KUBERNETES = ("1.25", "1.28", "1.31", "1.34", "1.37")
