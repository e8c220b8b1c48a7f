"""What tests need from the machine: there, or a failure under CI, or a skip that says how."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str, how: str) -> None:
    """End the test that cannot run: as failed where CI is set, else as skipped."""
    message = f"{what} is missing: {how}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def program(name: str, how: str) -> Path:
    """A program of this machine, by its absolute path."""
    found = shutil.which(name)
    if found is None:
        missing(name, how)
    return Path(str(found))


def helm(major: int) -> Path:
    """The pinned Helm 4 or Helm 3, as scripts/get-helm leaves them."""
    name = "helm" if major == 4 else "helm3"
    path = ROOT / ".tools" / "bin" / name
    return path if path.exists() else program(name, "scripts/get-helm --helm3")
