"""`init`: a first platform.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import click

from generator.options import EPILOG, output_option, spec_option


@click.command(epilog=EPILOG)
@spec_option
@output_option
def init(spec: Path, output: str) -> int:
    """Write a first platform.yaml, with comments, to change. Never over one that is there.

    \b
    python -m generator init
    python -m generator init -f teams/shop/platform.yaml
    """
    from generator import starter

    starter.write(spec)
    if output == "json":
        click.echo(json.dumps({"written": str(spec)}))
    else:
        named = "" if spec == Path("platform.yaml") else f" -f {spec}"
        click.echo(f"{spec} is written; change it, then: python -m generator build{named}")
    return 0
