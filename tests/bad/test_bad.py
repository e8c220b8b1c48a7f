"""Every broken spec of this folder gives exactly the message beside it, and no other.

`<name>.yaml` is a platform.yaml, `<name>/` a folder that holds one (or `repo/`, which holds one,
and things outside the repository). `<name>.txt` is what the reader says.

    yaml/   what is no YAML, or more than a platform may use of it; includes
    spec/   what no schema or kind accepts: one mistake each, several in those named many-…
    made/   files that no editor would keep, made by `made.py`: only their messages
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.findings import Finding, text
from generator.spec.read import read_platform
from tests.bad.made import MADE as MADE_FILES
from tests.bad.made import MADE_DEPENDENCIES

HERE = Path(__file__).parent
MADE = {**MADE_FILES, **MADE_DEPENDENCIES}
SUFFIXES = (".yaml", "")
WRITTEN = sorted(
    path for room in ("spec", "yaml") for path in (HERE / room).iterdir() if path.suffix in SUFFIXES
)
Golden = Callable[[Path, str], None]


def refused(path: Path) -> tuple[Finding, ...]:
    """What the reader finds wrong: the one call that all the cases are for."""
    with pytest.raises(InputError) as caught:
        read_platform(path)
    return caught.value.findings


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_broken_spec_has_its_message(case: Path, tmp_path: Path, golden: Golden) -> None:
    if case.is_dir():
        shutil.copytree(case, tmp_path, symlinks=True, dirs_exist_ok=True)
        root = tmp_path / "repo" if (case / "repo").is_dir() else tmp_path
    else:
        root = tmp_path
        shutil.copy(case, root / "platform.yaml")
    findings = refused(root / "platform.yaml")
    golden(case.with_suffix(".txt"), said(findings, root))
    several = case.stem.startswith("many-")
    assert case.parent.name == "yaml" or (len(findings) > 1) == several


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_made_file_has_its_message(name: str, tmp_path: Path, golden: Golden) -> None:
    MADE[name](tmp_path / "platform.yaml")
    golden(HERE / "made" / f"{name}.txt", said(refused(tmp_path / "platform.yaml"), tmp_path))


def test_every_message_has_its_case() -> None:
    cases = {case.with_suffix(".txt") for case in WRITTEN}
    cases |= {HERE / "made" / f"{name}.txt" for name in MADE}
    messages = {path for room in ("made", "spec", "yaml") for path in (HERE / room).glob("*.txt")}
    assert messages == cases


def said(findings: tuple[Finding, ...], root: Path) -> str:
    """All findings as people read them. Places of the test itself have no place in them."""
    return text(findings).replace(str(root.resolve()), "<root>") + "\n"
