"""The platforms of this repository: platform.yaml, and each in examples/."""

from __future__ import annotations

import shutil
from pathlib import Path

from generator.spec.source import read_source
from tests.needs import ROOT

SPECS = (ROOT / "platform.yaml", *sorted(ROOT.glob("examples/*/platform.yaml")))


def title(spec: Path) -> str:
    """What a test is called that looks at this platform."""
    return "main" if spec.parent == ROOT else spec.parent.name


def copied(spec: Path, target: Path) -> Path:
    """A copy of all that people wrote for a platform, in a folder of its own."""
    target.mkdir(parents=True, exist_ok=True)
    source = read_source(spec, spec.parent)
    raw = [name for chart in source.data["charts"].values() for name in chart.get("manifests", ())]
    for name in (*source.files, *raw):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(spec.parent / name, target / name)
    for name in ("values", "kinds"):
        if (spec.parent / name).is_dir():
            shutil.copytree(spec.parent / name, target / name, dirs_exist_ok=True)
    return target / spec.name
