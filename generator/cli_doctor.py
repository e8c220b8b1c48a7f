"""`doctor`: what is here and what is missing, each with the line that fixes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.options import EPILOG, cluster_options, output_option, spec_option

if TYPE_CHECKING:
    from generator.doctor import Check

_MARKS = {"ok": "✓", "missing": "✗", "look": "!", "none": "-"}


@click.command(epilog=EPILOG)
@spec_option
@click.option(
    "-e",
    "--env",
    "environment",
    help="Environment to deploy: a cluster that is not there or not usable is then a fault.",
)
@cluster_options
@click.option("--ca-file", type=click.Path(path_type=Path, exists=True), help="CA of the registry.")
@click.option("--plain-http", is_flag=True, help="The registry speaks plain HTTP.")
@output_option
def doctor(
    spec: Path,
    environment: str | None,
    ca_file: Path | None,
    plain_http: bool,
    output: str,
    **access: Any,
) -> int:
    """Look for what building and deploying need: tools, spec, cluster, registry.

    Exit 1 when something is missing that `build` needs or, with -e, that `deploy` needs.

    \b
    python -m generator doctor
    python -m generator doctor -e production --context production -o json
    """
    from generator import doctor as examination
    from generator.live import Access, targets
    from generator.progress import Progress
    from generator.ship.oci import Access as Login

    wanted = environment is not None
    with Progress() as progress:
        progress.step("looking")
        checks = examination.examine(
            spec,
            Access(**access),
            Login(ca_file=ca_file, plain_http=plain_http),
            cluster=wanted,
        )
    if environment and any(one.part == "spec" and one.state == "ok" for one in checks):
        targets(spec, environment)  # refuses one that the spec does not have
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in checks], indent=2))
    else:
        for part, group in groupby(checks, key=lambda one: one.part):
            click.echo("\n".join([part, *_table(list(group))]))
    return 0 if examination.healthy(checks, cluster=wanted) else 1


def _table(checks: list[Check]) -> list[str]:
    width = max(len(one.name) for one in checks)
    lines = []
    for one in checks:
        lines.append(f"  {_MARKS[one.state]} {one.name.ljust(width)}  {one.found}")
        if one.fix:
            lines.append(f"      fix: {one.fix}")
    return lines
