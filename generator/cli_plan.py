"""`plan` and `diff`: what deploying would do, and what stands in its way. Changes nothing."""

from __future__ import annotations

import os
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
    from generator.release.plan import Plan


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", help="Only this chart.")
@output_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save the plan, for `deploy --plan`. Not when it is blocked.",
)
@click.option("--detailed", is_flag=True, help="Exit 2 when there is something to do.")
@cluster_options
def plan(
    spec: Path,
    environment: str,
    chart: str | None,
    output: str,
    out: Path | None,
    detailed: bool,
    **access: Any,
) -> int:
    """Look whether a deployment would pass, and show what it would change.

    Asks the cluster for everything that stands in its way: versions, classes, CRDs, Secrets,
    rights, room, quotas. Then lets the API server try each object without keeping it. Exits 3
    when something must be solved first. Values of Secrets are never shown.

    \b
    python -m generator plan -e staging
    python -m generator plan -e production --out release.plan
    python -m generator plan -e production --detailed -o json > plan.json
    """
    found = _made(spec, environment, chart, access)
    if output == "json":
        _echo_json(found)
    else:
        from generator.release.plantext import text

        click.echo(text(found, _paint))
    if found.blocked:
        if out:
            click.echo(f"{out} was not written: what is above comes first", err=True)
        return 3
    if out:
        from generator.release.planfile import save_plan

        save_plan(out, found)
        click.echo(f"saved: python -m generator deploy -e {environment} --plan {out}", err=True)
    return 2 if detailed and found.pending else 0


@click.command(epilog=EPILOG)
@spec_option
@environment_option
@click.option("--chart", help="Only this chart.")
@output_option
@cluster_options
def diff(spec: Path, environment: str, chart: str | None, output: str, **access: Any) -> int:
    """Show what deploying would change, field by field. Exits 2 when there is anything.

    \b
    python -m generator diff -e production
    """
    found = _made(spec, environment, chart, access)
    unknown = [one for one in found.releases if one.changes is None]
    if unknown:
        from generator.findings import text as told

        click.echo(told([f for one in unknown for f in one.findings]), err=True)
        return 3
    if output == "json":
        _echo_json(found)
    else:
        from generator.release.plantext import difference

        click.echo(difference(found, _paint))
    return 2 if found.pending else 0


def _made(spec: Path, environment: str, chart: str | None, access: dict[str, Any]) -> Plan:
    from generator import live
    from generator.progress import Progress
    from generator.release.plan import make

    _, targets = live.targets(spec, environment, chart)
    world = live.world(spec, live.Access(**access))
    with Progress() as progress:
        return make(world, targets, root=spec.parent, progress=progress.step)


def _echo_json(found: Plan) -> None:
    import json

    from generator.release.planjson import as_data

    click.echo(json.dumps(as_data(found), indent=2))


def _paint(text: str, colour: str) -> str:
    """Coloured: `click.echo` takes the colours out again where nobody would see them."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    if colour in ("bold", "dim"):
        return click.style(text, **{colour: True})
    return click.style(text, fg=colour)
