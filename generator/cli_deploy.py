"""`deploy`, `rollback` and `restore`: what changes a cluster. It decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from generator.options import EPILOG, cluster_options, environment_option, spec_option

_TIMEOUT = click.option(
    "--timeout",
    "seconds",
    type=click.IntRange(min=1),
    default=900,
    show_default=True,
    metavar="SECONDS",
    help="How long each step may take.",
)


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", help="Only this chart.")
@click.option("--dry-run", is_flag=True, help="Try everything on the API server; change nothing.")
@click.option(
    "--plan",
    "saved",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Deploy what `plan --out` wrote; exit 2 when anything has moved since.",
)
@_TIMEOUT
@click.option("--skip-preflight", is_flag=True, help="Deploy without looking before.")
@click.option("--recover", is_flag=True, help="First free a release that was left pending.")
@click.option("--force-conflicts", is_flag=True, help="Take over fields that others have set.")
@click.option("--take-image", is_flag=True, help="Keep the images that `kubectl set image` set.")
@cluster_options
def deploy(
    spec: Path,
    environment: str,
    chart: str | None,
    dry_run: bool,
    saved: Path | None,
    seconds: int,
    skip_preflight: bool,
    recover: bool,
    force_conflicts: bool,
    take_image: bool,
    **access: Any,
) -> int:
    """Deploy the charts with Helm, and show what is not ready yet and why.

    A first installation goes layer by layer, a later one in one step that is rolled back when it
    fails. Ctrl-C asks Helm to end, and says which state that left. Asks nothing, so that it works
    unattended.

    \b
    python -m generator deploy -e staging --dry-run
    python -m generator deploy -e staging
    python -m generator deploy -e production --plan release.plan
    python -m generator deploy -e production --chart shop --timeout 1800
    """
    from generator import deployment
    from generator.progress import Board

    request = deployment.Request(
        spec=spec,
        environment=environment,
        chart=chart,
        saved=saved,
        seconds=seconds,
        skip_preflight=skip_preflight,
        recover=recover,
        force_conflicts=force_conflicts,
        take_image=take_image,
    )
    with Board() as board:
        if dry_run:
            return deployment.dry_run(request, access, say=click.echo, step=board.step)
        deployment.deploy(request, access, board)
    return 0


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", required=True, help="The chart whose release is rolled back.")
@click.argument("revision", type=click.IntRange(min=1), required=False)
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@_TIMEOUT
@click.option("--force-conflicts", is_flag=True, help="Take over fields that others have set.")
@cluster_options
def rollback(
    spec: Path,
    environment: str,
    chart: str,
    revision: int | None,
    dry_run: bool,
    seconds: int,
    force_conflicts: bool,
    **access: Any,
) -> int:
    """Roll a release back to REVISION, or to the last one that ran and was another.

    Refuses what would do harm: code that does not run on the database's schema, objects that the
    API server does not change in place, half a first installation. Data never goes back.

    \b
    python -m generator rollback -e production --chart shop --dry-run
    python -m generator rollback -e production --chart shop
    python -m generator rollback -e production --chart shop 12
    """
    from generator import deployment
    from generator.progress import Board

    with Board() as board:
        deployment.rollback(
            deployment.Return(
                spec=spec,
                environment=environment,
                chart=chart,
                revision=revision,
                seconds=seconds,
                force_conflicts=force_conflicts,
                dry_run=dry_run,
            ),
            access,
            board,
            say=click.echo,
        )
    return 0


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.argument("component", metavar="CHART/COMPONENT")
@click.option(
    "--to",
    "moment",
    required=True,
    metavar="TIME",
    help="Like 2026-11-28T12:00:00Z, or `latest`: all there is.",
)
@click.option("--beside", default="", metavar="RELEASE", help="As another release, to look.")
@click.option("--run", is_flag=True, help="Do it. Without this, it is only shown.")
@click.option(
    "--timeout",
    "seconds",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long the restore may take.",
)
@cluster_options
def restore(
    spec: Path,
    environment: str,
    component: str,
    moment: str,
    beside: str,
    run: bool,
    seconds: int,
    **access: Any,
) -> int:
    """Bring a database back to a time, from its backups and its archive.

    Shows the commands; with --run it follows them, and says how long it took until the database
    takes writes (RTO), and how old the last transaction is that came back (RPO). In place, those
    who write are stopped first, CronJobs and Jobs too, and the old volumes are kept. Beside it,
    nothing that runs is touched. A time without a zone is of UTC.

    \b
    python -m generator restore -e production shop/db --to 2026-11-28T12:00:00Z
    python -m generator restore -e production shop/db --to 2026-11-28T12:00:00Z --beside look --run
    """
    from generator import deployment
    from generator.progress import Board

    chart, slash, name = component.partition("/")
    if not (slash and chart and name):
        raise click.UsageError(f"{component!r} is no CHART/COMPONENT")
    to = None if moment == "latest" else _moment(moment)
    with Board() as board:
        deployment.restore(
            deployment.Back(
                spec=spec,
                environment=environment,
                chart=chart,
                component=name,
                to=to,
                beside=beside,
                seconds=seconds,
                run=run,
            ),
            access,
            board,
            say=click.echo,
        )
    return 0


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        what = f"{text!r} is no time like 2026-11-28T12:00:00Z"
        raise click.UsageError(what) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
