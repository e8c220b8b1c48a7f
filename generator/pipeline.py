"""The main job, its steps in order: read, fill, write, prove, package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator import memo
from generator.errors import GeneratorError, InputError
from generator.summary import Summary, summarize

if TYPE_CHECKING:
    from generator.check.charts import ChartTarget, Report
    from generator.ship.archive import Package
    from generator.spec.model import Chart, Platform

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
    """What a whole build made. `gone` are the folders of charts that the spec has no more."""

    spec: Path
    platform: Platform
    built: tuple[Built, ...]
    gone: tuple[Path, ...]
    report: Report | None = None
    packages: tuple[Package, ...] = ()


def build(
    spec: Path, *, prove: bool, helm: Path | None = None, progress: Progress = lambda _: None
) -> Summary:
    """The whole main job. Raises `InputError` with all findings when the proof fails."""
    # Before anything is imported that costs time: most builds of a day have nothing to do.
    if prove and (known := memo.recall(spec, helm)) is not None:
        return Summary.recalled(known)
    from generator.build.write import alone
    from generator.findings import ERROR, NOTE, worst
    from generator.spec.read import read_platform

    progress("reading the spec")
    notes = memo.Memo(spec, helm)
    platform = read_platform(spec)
    notes.has_read(platform.files)
    with alone(spec.parent, lambda: progress("waiting for another build")):
        progress("writing the charts")
        built, gone = fill(spec, platform), abandoned(spec, platform)
        write(built, gone)
        notes.has_written()
        if not prove:
            return summarize(Result(spec=spec, platform=platform, built=built, gone=gone))
        progress("linting and rendering")
        report = prove_charts(spec, platform, platform.environments, (newest_kubernetes(),), helm)
        if worst(report.findings) == ERROR:
            # Notes are nothing to do: among them one would look for the error.
            raise InputError([one for one in report.findings if one.severity != NOTE])
        progress("packaging")
        packages = pack(spec, platform, dist_folder(spec))
        summary = summarize(
            Result(
                spec=spec,
                platform=platform,
                built=built,
                gone=gone,
                report=report,
                packages=packages,
            )
        )
        notes.keep(summary.to_keep())
    return summary


def fill(spec: Path, platform: Platform) -> tuple[Built, ...]:
    """Fill the charts of a spec in memory, beside what is on the disk."""
    from generator.build.fill import fill_chart
    from generator.build.write import read_tree

    folders = [(chart, charts_folder(spec) / chart.name) for chart in platform.charts]
    return tuple(
        Built(
            chart=chart,
            folder=folder,
            tree=fill_chart(platform, chart),
            before=read_tree(folder),
        )
        for chart, folder in folders
    )


def abandoned(spec: Path, platform: Platform) -> tuple[Path, ...]:
    """Folders in charts/ that a build once made and the spec no longer asks for.

    Only what carries our mark is ours to remove; a chart of the author's own stays.
    """
    from generator.build.fill import SOURCE_MAP

    names = {chart.name for chart in platform.charts}
    folders = sorted(path.parent for path in charts_folder(spec).glob(f"[!.]*/{SOURCE_MAP}"))
    return tuple(path for path in folders if path.name not in names and not path.is_symlink())


def write(built: tuple[Built, ...], gone: tuple[Path, ...]) -> None:
    """Write the charts that changed, remove those that are gone."""
    from generator.build.write import recover_all, remove_tree, write_tree

    for parent in {one.folder.parent for one in built}:
        recover_all(parent)
    for one in built:
        if one.changed:
            write_tree(one.folder, one.tree)
    for folder in gone:
        remove_tree(folder)


def stale(spec: Path) -> list[tuple[str, str]]:
    """Each file of charts/ that is not what the spec says, with its difference."""
    from generator.build.write import diff_trees
    from generator.spec.read import read_platform

    return [
        (f"charts/{folder.name}/{path}", diff)
        for folder, before, after in before_and_after(spec, read_platform(spec))
        for path, diff in diff_trees(before, after, f"charts/{folder.name}/")
    ]


def before_and_after(spec: Path, platform: Platform) -> list[tuple[Path, Tree, Tree]]:
    """Each folder of charts/ that is ours, as it lies there and as the spec wants it."""
    from generator.build.write import read_tree

    pairs: list[tuple[Path, Tree, Tree]] = []
    pairs += [(one.folder, one.before, one.tree) for one in fill(spec, platform)]
    pairs += [(folder, read_tree(folder), {}) for folder in abandoned(spec, platform)]
    return pairs


def pack(spec: Path, platform: Platform, folder: Path) -> tuple[Package, ...]:
    """Pack each chart of the spec into a folder, with an index.yaml of what is there."""
    from generator.ship import archive
    from generator.ship.repository import write_index

    packages = tuple(
        archive.pack(charts_folder(spec) / chart.name, folder) for chart in platform.charts
    )
    write_index(folder)
    return packages


def prove_charts(
    spec: Path,
    platform: Platform,
    environments: tuple[str, ...],
    versions: tuple[str, ...],
    helm: Path | None,
) -> Report:
    """Lint and render what is in charts/, and judge every object."""
    from generator.check.charts import check_charts
    from generator.check.unread import unread_overlays
    from generator.places import placed
    from generator.spec.hatches import hatches
    from generator.tools.helm import find

    report = check_charts(
        targets(spec, platform, environments),
        find(helm, project=spec.parent),
        kube_versions=versions,
        root=spec.parent,
    )
    names = tuple(chart.name for chart in platform.charts)
    unread = unread_overlays(spec.parent, platform.environments, names)
    found = (*platform.warnings, *report.findings, *unread, *hatches(platform))
    return replace(report, findings=placed(found, spec))


def targets(
    spec: Path, platform: Platform, environments: tuple[str, ...]
) -> tuple[ChartTarget, ...]:
    """What to prove: each chart in each environment, with the overlays that exist."""
    from generator.check.charts import ChartTarget

    for chart in platform.charts:
        path = charts_folder(spec) / chart.name
        if not (path / "Chart.yaml").is_file():
            raise GeneratorError(f"there is no chart in {path}", hint="python -m generator build")
    return tuple(
        ChartTarget(
            path=charts_folder(spec) / chart.name,
            release=chart.name,
            namespace=chart.namespace,
            environments={
                name: tuple(
                    p for p in (overlay(spec, name, chart),) if p.exists() or p.is_symlink()
                )
                for name in environments
            },
        )
        for chart in platform.charts
    )


def charts_folder(spec: Path) -> Path:
    """Where the machine writes, beside the spec."""
    return spec.parent / "charts"


def dist_folder(spec: Path) -> Path:
    """Where the packages go."""
    return spec.parent / "dist"


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
