"""The README's first screen and its five minutes: what it shows is what comes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import needs
from tests.docs.markdown import ROOT, blocks

README = ROOT / "README.md"


def build(spec: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "generator", "build", "--helm", str(needs.helm(4))],
        cwd=spec.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_five_minute_platform_builds(tmp_path: Path) -> None:
    (spec,) = (b for b in blocks(README) if b.text.startswith("# yaml-language-server"))
    assert spec.text.count("\n") <= 30
    (tmp_path / "platform.yaml").write_text(spec.text, encoding="utf-8")
    build(tmp_path / "platform.yaml")
    assert (tmp_path / "dist" / "shop-0.1.0.tgz").is_file()
    for page in re.findall(r"`(charts/shop/\S+)`", README.read_text(encoding="utf-8")):
        assert (tmp_path / page).is_file(), page


def test_the_first_screen_shows_what_a_build_prints(tmp_path: Path) -> None:
    for name in ("platform.yaml", "images.lock"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, tmp_path)
    for name in ("charts", "values", "kinds", "platform", "manifests"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    shown = next(b for b in blocks(README) if b.text.startswith("$ scripts/build"))
    printed = build(tmp_path / "platform.yaml")
    assert steady(shown.text.partition("\n")[2]) == steady(printed), "run scripts/docs"


def steady(text: str) -> list[str]:
    """What stays the same from one chart to its next change: no digests, sizes, times, news."""
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:…", text)
    text = re.sub(r"\d+(\.\d)? KiB|\d+\.\d s\b", "…", text)
    text = re.sub(r"nothing changed|\d+ of \d+ charts? changed", "…", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
