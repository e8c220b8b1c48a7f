"""What a run loads: importing is most of the time of a small build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from generator.kinds import BUILT_IN
from tests import needs

SPEC = """\
name: small
environments: [dev]
charts:
  small:
    version: 1.0.0
    namespace: small
    components:
      web:
        kind: web
        image: example/web:1.0.0
        port: 8080
        probes: {live: /live, ready: /ready}
        resources: {cpu: [100m, 1], memory: [64Mi, 128Mi]}
"""


RUN = """
import sys
from generator.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(*sys.modules)
"""


def loaded(*words: str) -> frozenset[str]:
    """All modules after a command. (`-X importtime` does not see those loaded by importlib.)"""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        cwd=needs.ROOT,
        env={**os.environ, "PYTHONPATH": str(needs.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stdout.splitlines()[-1].split())


def test_a_build_loads_the_kinds_that_it_uses_and_nothing_for_errors(tmp_path: Path) -> None:
    spec = tmp_path / "platform.yaml"
    spec.write_text(SPEC)
    words = loaded("build", "--no-proof", "-f", str(spec))
    used = {name for name in BUILT_IN if f"generator.kinds.{name}" in words}
    assert used == {"web"}
    assert words.isdisjoint({"generator.spec.syntax", "html", "importlib.resources", "traceback"})
    others = ("generator.check", "generator.ship", "grafana_foundation_sdk")
    assert not [word for word in words if word.startswith(others)]


def test_help_needs_click_alone() -> None:
    heavy = {"grafana_foundation_sdk", "jinja2", "jsonschema_rs", "yaml"}
    assert loaded("--help").isdisjoint(heavy)
