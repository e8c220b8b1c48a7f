"""`status` and `drift`: how releases are, and whether the cluster still is what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.options import (
    EPILOG,
    cluster_options,
    environment_option,
    output_option,
    spec_option,
)

if TYPE_CHECKING:
    from generator.release.status.model import ReleaseStatus


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", help="Only this chart.")
@cluster_options
@output_option
@click.option("--watch", "again", is_flag=True, help="Look again until all is ready.")
@click.option(
    "--timeout",
    "seconds",
    type=click.IntRange(min=1),
    default=900,
    show_default=True,
    metavar="SECONDS",
    help="How long to watch.",
)
def status(
    spec: Path,
    environment: str,
    chart: str | None,
    output: str,
    again: bool,
    seconds: int,
    **access: Any,
) -> int:
    """Say how the releases are: components, scaling, volumes, certificates, backups.

    Exit 0 when all is ready, 2 when something is not, or an operation is pending. With --watch,
    where standard output is no terminal, the answer is given anew whenever it changed.

    \b
    python -m generator status -e production
    python -m generator status -e production --watch
    python -m generator status -e production --chart monitoring -o json
    """
    from generator import live, watching
    from generator.progress import Progress, Screen

    world = live.world(spec, live.Access(**access))
    _, targets = live.targets(spec, environment, chart)
    screen = Screen()
    with Progress() as progress:
        progress.step("reading the releases")
        found = watching.watch(
            partial(watching.statuses, targets, world.kubectl),
            lambda now: screen.show(now, _shown(now, output)),
            done=lambda now: not again or all(one.ready for one in now),
            missed=lambda: click.echo("the cluster does not answer; looking again", err=True),
            seconds=seconds,
        )
    screen.end(_shown(found, output))
    return 0 if all(one.ready for one in found) else 2


def _shown(found: Sequence[ReleaseStatus], output: str) -> str:
    from generator.release.status.text import text

    if output == "json":
        return json.dumps([asdict(one) for one in found], indent=2)
    now = datetime.now(UTC)
    return "\n\n".join(text(one, now) for one in found)


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", help="Only this chart.")
@cluster_options
@output_option
def drift(spec: Path, environment: str, chart: str | None, output: str, **access: Any) -> int:
    """Say where the cluster is not what the releases say: what was changed by hand, and by whom.

    Only fields that the release sets are compared, not what an autoscaler scales or the server
    fills in. Values of Secrets are never shown. Exit 2 when something drifted.

    \b
    python -m generator drift -e production
    python -m generator drift -e production -o json
    """
    from generator import live
    from generator.progress import Progress
    from generator.release.drift import read_drift
    from generator.release.drifttext import as_json, text
    from generator.tools.pool import together

    world = live.world(spec, live.Access(**access))
    _, targets = live.targets(spec, environment, chart)
    with Progress() as progress:
        progress.step("comparing the releases with the cluster")
        found = together([partial(read_drift, one, world.kubectl) for one in targets])
    now = datetime.now(UTC)
    if output == "json":
        click.echo(json.dumps([as_json(one) for one in found], indent=2))
    else:
        click.echo("\n\n".join(text(one, now, environment) for one in found))
    return 2 if any(one.objects or one.revision is None for one in found) else 0
