"""The first platform.yaml: it builds as it is, and is never written over another."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from generator import pipeline, starter
from generator.cli import cli
from generator.errors import RefusedError
from generator.spec.read import read_platform


def test_it_builds_as_it_is_and_with_all_that_is_commented_out(tmp_path: Path) -> None:
    spec = tmp_path / "new" / "platform.yaml"
    starter.write(spec)
    platform = read_platform(spec)
    assert [chart.name for chart in platform.charts] == ["shop"]
    assert pipeline.fill(spec, platform)
    # What stands behind `# ` and looks like a setting is one.
    text = re.sub(r"^( *)# (?=[a-z]+: \S|  ?[a-z]+: |mailer:)", r"\1", spec.read_text(), flags=re.M)
    assert "\n      mailer:\n        kind: worker\n" in text
    assert "\n        migrate: {" in text
    spec.write_text(text)
    (chart,) = read_platform(spec).charts
    assert {each.name for each in chart.components} == {"api", "database", "mailer"}


def test_it_refuses_to_overwrite(tmp_path: Path) -> None:
    spec = tmp_path / "platform.yaml"
    spec.write_text("name: mine\n")
    result = CliRunner().invoke(cli, ["init", "-f", str(spec)])
    assert isinstance(result.exception, RefusedError)
    assert result.exception.exit_code == 3
    assert spec.read_text() == "name: mine\n"


def test_it_says_what_to_type_next(tmp_path: Path) -> None:
    spec = tmp_path / "platform.yaml"
    said = CliRunner().invoke(cli, ["init", "-f", str(spec)], standalone_mode=False)
    assert said.output == (
        f"{spec} is written; change it, then: python -m generator build -f {spec}\n"
    )
    other = tmp_path / "b.yaml"
    as_json = CliRunner().invoke(cli, ["init", "-f", str(other), "-o", "json"])
    assert json.loads(as_json.output) == {"written": str(other)}
