"""Every step of docs/guide.md, in order, in an empty folder: what the page shows works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import needs
from tests.docs.markdown import ROOT, Block, blocks

GUIDE = ROOT / "docs" / "guide.md"


def test_the_guide_works_from_the_first_step_to_the_last(tmp_path: Path) -> None:
    folder = Follower(tmp_path, needs.helm(4))
    for block in blocks(GUIDE):
        folder.follow(block)
    assert sorted(path.name for path in (tmp_path / "repository").glob("*.tgz")) == [
        "monitoring-0.1.0.tgz",
        "shop-0.1.0.tgz",
    ]


class Follower:
    """Somebody who does what a page says, in one folder."""

    def __init__(self, folder: Path, helm: Path) -> None:
        self.folder = folder
        programs = [str(Path(sys.executable).parent), str(helm.parent), os.environ["PATH"]]
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "HELM_BIN"},
            "PATH": os.pathsep.join(programs),
            "PYTHONPATH": str(ROOT),
        }

    def follow(self, block: Block) -> None:
        if block.verb == "file":
            path = self.folder / str(block.what)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.verb == "into":
            self._change_spec(str(block.what), block.text)
        elif block.verb == "typo":
            self._mistype(*str(block.what).split("="), block.text)
        elif block.language == "console":
            for command in block.commands:
                self._run(command, block.line)
        else:
            assert block.language in ("sh", "text"), f"line {block.line} of the page is not tested"

    def _change_spec(self, place: str, text: str) -> None:
        path = self.folder / "platform.yaml"
        change: Any = yaml.safe_load(text)
        for name in reversed(place.split(".")):
            change = {name: change}
        path.write_text(yaml.safe_dump(_merged(yaml.safe_load(path.read_text()), change)))

    def _mistype(self, right: str, wrong: str, message: str) -> None:
        path = self.folder / "platform.yaml"
        spec = path.read_text()
        path.write_text(spec.replace(right, wrong))
        command = [sys.executable, "-m", "generator", "build"]
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        path.write_text(spec)
        assert done.returncode == 3
        assert done.stderr.startswith(message)

    def _run(self, command: str, line: int) -> None:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"line {line}: {command}\n{done.stdout}{done.stderr}"


def _merged(one: Any, other: Any) -> Any:
    """The second map into the first, at every depth."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return other
    return {**one, **{key: _merged(one.get(key), value) for key, value in other.items()}}
