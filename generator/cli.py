"""The command line: options in, one call, exit code out. It decides nothing."""

from __future__ import annotations

import gc
import io
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__, cli_deploy, cli_doctor, cli_init, cli_plan, cli_status
from generator.errors import GeneratorError, InputError
from generator.options import EPILOG, KUBERNETES, helm_option, spec_option

if TYPE_CHECKING:
    from generator.findings import Finding

USAGE, INTERRUPTED = 64, 130


def main() -> None:
    """Run the command line and exit, always with a code of the list above."""
    _prepare()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (click.Abort, KeyboardInterrupt):
        if tools := sys.modules.get("generator.tools.process"):
            tools.stop_all(at_once=True)  # one whose start was interrupted, and nobody waits for
        click.echo("interrupted: nothing half-written was left", err=True)
        code = INTERRUPTED
    except InputError as error:
        from generator.findings import text

        click.echo(text(error.findings), err=True)
        click.echo(f"\n{error.message}", err=True)
        code = error.exit_code
    except GeneratorError as error:
        click.echo(f"error: {error.message}", err=True)
        for line in (error.hint or "").splitlines():
            click.echo(f"    hint: {line}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"error: {error.strerror or error}{where}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _prepare() -> None:
    """What holds for the whole process: its streams are UTF-8, and its end is tidy."""
    gc.disable()  # it ends before garbage matters: 4 % of its time, and no memory that counts
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # charts and file names are, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    for number in (signal.SIGTERM, signal.SIGHUP):  # like Ctrl-C: what was begun is tidied up
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="generator")
def cli() -> None:
    """One platform.yaml becomes Helm umbrella charts: proven, packaged, published.

    \b
    python -m generator init                      a first platform.yaml
    python -m generator build                     charts/, proven, and packages in dist/
    python -m generator build --check             is charts/ what the spec says? (for CI)
    python -m generator check                     every environment, five Kubernetes versions
    python -m generator publish                   push to the spec's registry, never overwrite
    """


@cli.command(epilog=EPILOG)
@spec_option
@helm_option
@click.option("--check", is_flag=True, help="Write nothing. Exit 2 when charts/ is stale.")
@click.option("--diff", is_flag=True, help="Write nothing. Print what would change; exit 2 then.")
@click.option("--no-proof", is_flag=True, help="Only write charts/: no lint, rendering, packages.")
def build(spec: Path, helm: Path | None, check: bool, diff: bool, no_proof: bool) -> int:
    """Build the charts, prove them and package them.

    \b
    python -m generator build
    python -m generator build --diff | less
    python -m generator build -f teams/shop/platform.yaml
    """
    from generator import pipeline

    if check or diff:
        return _compare(spec, show=diff)
    from generator.progress import Progress

    with Progress() as progress:
        summary = pipeline.build(spec, prove=not no_proof, helm=helm, progress=progress.step)
    click.echo(summary.text(progress.seconds))
    return 0


def _compare(spec: Path, *, show: bool) -> int:
    from generator import pipeline

    stale = pipeline.stale(spec)
    for path, diff in stale:
        click.echo(diff if show else path, nl=not show)
    if stale and not show:
        click.echo(f"{len(stale)} files differ from the spec", err=True)
        click.echo("    hint: python -m generator build", err=True)
    return 2 if stale else 0


@cli.command(epilog=EPILOG)
@spec_option
@helm_option
@click.option("-e", "--env", "environments", multiple=True, help="Only this environment.")
@click.option(
    "--kube-version",
    "versions",
    type=KUBERNETES,
    multiple=True,
    help="Only this Kubernetes version.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["github", "json", "junit", "sarif", "text"]),
    default="text",
    show_default=True,
    help="Format of the findings.",
)
def check(
    spec: Path,
    helm: Path | None,
    environments: tuple[str, ...],
    versions: tuple[str, ...],
    output: str,
) -> int:
    """Prove the charts: lint, render, schemas, policies. Reads charts/, changes nothing.

    \b
    python -m generator check
    python -m generator check -e production --kube-version 1.34
    python -m generator check -o sarif > findings.sarif
    """
    from generator import commands
    from generator.progress import Progress

    try:
        with Progress() as progress:
            findings = commands.check(
                spec,
                helm=helm,
                environments=environments,
                versions=versions,
                progress=progress.step,
            ).findings
    except InputError as error:  # of the spec: who wants a format wants it for these, too
        findings = error.findings
    return _report(findings, output)


def _report(findings: tuple[Finding, ...], output: str) -> int:
    from generator.findings import FORMATS, worst

    if findings or output != "text":
        click.echo(FORMATS[output](findings))
    if worst(findings) == "error":
        return 3
    if output == "text":
        click.echo(f"no errors, {len(findings)} remarks" if findings else "no findings")
    return 0


@cli.command(epilog=EPILOG)
@spec_option
@helm_option
@click.option("-e", "--env", required=True, help="Environment whose overlay is used.")
@click.option("--chart", help="Only this chart.")
@click.option("--kube-version", type=KUBERNETES, help="Kubernetes version to render for.")
def render(
    spec: Path, helm: Path | None, env: str, chart: str | None, kube_version: str | None
) -> int:
    """Print the objects of an environment.

    \b
    python -m generator render -e production
    python -m generator render -e dev --chart monitoring | kubectl diff -f -
    """
    from generator import commands

    for text in commands.render(
        spec, helm=helm, environment=env, chart=chart, kube_version=kube_version, warn=_warn
    ):
        click.echo(text)
    return 0


def _warn(finding: Finding) -> None:
    from generator.findings import text

    click.echo(text([finding]), err=True)


@cli.command(epilog=EPILOG)
@spec_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder. Otherwise dist/."
)
def package(spec: Path, out: Path | None) -> int:
    """Pack charts/ into archives: the same bytes on every machine. Refuses stale charts.

    \b
    python -m generator package
    python -m generator package --out /tmp/archives
    """
    from generator import commands

    for one in commands.package(spec, out):
        click.echo(f"{one.path}  {one.size} bytes  sha256:{one.digest}")
    return 0


@cli.command(epilog=EPILOG)
@spec_option
@helm_option
@click.option("--to", "target", help="oci://host/path or a directory. Otherwise the spec's.")
@click.option("--username", help="User of the registry. Otherwise `helm registry login`.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--ca-file", type=click.Path(path_type=Path, exists=True), help="CA of the registry.")
@click.option("--plain-http", is_flag=True, help="The registry speaks plain HTTP.")
@click.option("--dry-run", is_flag=True, help="Say what would be pushed, push nothing.")
def publish(spec: Path, helm: Path | None, target: str | None, dry_run: bool, **access: Any) -> int:
    """Publish the packages of dist/. A published version is never overwritten.

    Packages that are not what the spec and charts/ say are refused: build them anew.

    \b
    python -m generator publish --dry-run
    python -m generator publish --to oci://localhost:5000/charts --plain-http
    python -m generator publish --to ../chart-repository
    """
    from generator import commands

    for outcome in commands.publish(spec, target, helm=helm, dry_run=dry_run, **access):
        click.echo(f"{outcome.action:<10} {outcome.reference}  sha256:{outcome.package.digest}")
    return 0


@cli.command(epilog=EPILOG)
@spec_option
@click.option("--chart", help="Only this chart.")
def graph(spec: Path, chart: str | None) -> int:
    """Print a picture of the platform as SVG: components and edges.

    \b
    python -m generator graph > docs/platform.svg
    """
    from generator import commands

    click.echo(commands.graph(spec, chart), nl=False)
    return 0


@cli.command(epilog=EPILOG)
@spec_option
def schema(spec: Path) -> int:
    """Print the JSON Schema of platform.yaml.

    The kinds in kinds/ beside the spec are part of it.

    \b
    python -m generator schema > schemas/platform.schema.json
    """
    from generator import commands

    click.echo(commands.schema_text(spec), nl=False)
    return 0


cli.add_command(cli_deploy.deploy)
cli.add_command(cli_deploy.rollback)
cli.add_command(cli_deploy.restore)
cli.add_command(cli_doctor.doctor)
cli.add_command(cli_init.init)
cli.add_command(cli_plan.plan)
cli.add_command(cli_plan.diff)
cli.add_command(cli_status.drift)
cli.add_command(cli_status.status)
