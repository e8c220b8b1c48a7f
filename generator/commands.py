"""What the commands other than build do: one function each, for cli.py to call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator import fresh, pipeline
from generator.errors import GeneratorError, UsageError
from generator.spec.read import read_platform

if TYPE_CHECKING:
    from generator.check.charts import Report
    from generator.findings import Finding
    from generator.ship.archive import Package
    from generator.ship.outcome import Outcome


def check(
    spec: Path,
    *,
    helm: Path | None,
    environments: tuple[str, ...],
    versions: tuple[str, ...],
    progress: pipeline.Progress,
) -> Report:
    """Prove what is in charts/, in every environment and on every Kubernetes version."""
    progress("reading the spec")
    platform = read_platform(spec)
    wanted = environments or platform.environments
    known("environment", wanted, platform.environments)
    progress("linting and rendering")
    wanted_versions = versions or pipeline.kubernetes_versions(platform)
    report = pipeline.prove_charts(spec, platform, wanted, wanted_versions, helm)
    stale = fresh.stale_finding(spec, platform, helm)
    return replace(report, findings=(stale, *report.findings)) if stale else report


def render(
    spec: Path,
    *,
    helm: Path | None,
    environment: str,
    chart: str | None,
    kube_version: str | None,
    warn: Callable[[Finding], None] = lambda _: None,
) -> Iterator[str]:
    """The objects of an environment, chart by chart, as `helm template` prints them.

    As in a cluster that has all that the charts ask for, as `check` renders them: else whatever
    is switched on and needs a CRD would end it.
    """
    from generator.check.sources import read_sources
    from generator.tools.helm import find

    platform = read_platform(spec)
    known("environment", (environment,), platform.environments)
    names = tuple(one.name for one in platform.charts)
    known("chart", (chart,) if chart else (), names)
    program = find(helm, project=spec.parent)
    if stale := fresh.stale_finding(spec, platform, helm):
        warn(stale)
    for target in pipeline.targets(spec, platform, (environment,)):
        if chart in (None, target.release):
            yield program.template(
                target.path,
                release=target.release,
                namespace=target.namespace,
                values=target.environments[environment],
                kube_version=kube_version or pipeline.newest_kubernetes(),
                api_versions=read_sources(target.path, target.release).api_versions,
            )


def package(spec: Path, out: Path | None) -> tuple[Package, ...]:
    """Pack each chart of the spec into `out`, with an index.yaml of what is there."""
    platform = read_platform(spec)
    fresh.require_charts(spec, platform)
    return pipeline.pack(spec, platform, out or pipeline.dist_folder(spec))


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
    fresh.require_packages(spec, platform, helm)
    access = Access(
        ca_file=ca_file,
        plain_http=plain_http,
        user=username,
        password=read_password(None) if password_stdin else None,
    )
    return ship(
        [pipeline.dist_folder(spec) / f"{c.name}-{c.version}.tgz" for c in platform.charts],
        where,
        find_helm=lambda: find(helm, project=spec.parent),
        access=access,
        dry_run=dry_run,
    )


def graph(spec: Path, chart: str | None) -> str:
    """A picture of the platform as SVG."""
    from generator.build.picture import draw

    platform = read_platform(spec)
    known("chart", (chart,) if chart else (), tuple(one.name for one in platform.charts))
    return draw(platform, chart)


def schema_text(spec: Path) -> str:
    """The JSON Schema of platform.yaml, with the kinds that lie beside the spec."""
    import orjson

    from generator.kinds import load_kinds
    from generator.spec.schema import platform_schema

    schema = platform_schema(load_kinds(spec.parent / "kinds"))
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n"


def known(what: str, wanted: Iterable[str], known: tuple[str, ...]) -> None:
    """Refuse a name on the command line that the spec does not have."""
    import difflib

    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
            raise UsageError(f"no {what} {name!r}", hint=hint)
