"""images.lock is optional, strict and refused with a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from generator.findings import text
from generator.spec.images import read_images

DIGEST = "sha256:" + "a" * 64


def test_no_lock_is_no_digests(tmp_path: Path) -> None:
    assert read_images(tmp_path) == {}


def test_references_and_digests(tmp_path: Path) -> None:
    (tmp_path / "images.lock").write_text(f"localhost:5000/team/app:v2: {DIGEST}\n")
    assert read_images(tmp_path) == {"localhost:5000/team/app:v2": DIGEST}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("team/app:v2: abc", "images.lock:1:14: team/app:v2: expected a digest"),
        (f"team/app: {DIGEST}", "images.lock:1:1: "),
    ],
)
def test_what_is_no_reference_or_digest_is_refused(tmp_path: Path, line: str, problem: str) -> None:
    (tmp_path / "images.lock").write_text(line + "\n")
    with pytest.raises(InputError) as refused:
        read_images(tmp_path)
    assert text(refused.value.findings).startswith(problem)
