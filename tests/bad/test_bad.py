"""Every broken spec of this folder gives exactly the message beside it, and no other.

`<name>.yaml` is a platform.yaml, `<name>/` a folder that holds one (or `repo/`, which holds one,
and things outside the repository). `<name>.txt` is what the reader says. Files that no editor
would keep are made by `made.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.findings import text
from generator.spec.source import read_source
from tests.bad.made import MADE

HERE = Path(__file__).parent
WRITTEN = sorted(
    path
    for path in HERE.iterdir()
    if path.suffix == ".yaml" or (path.is_dir() and path.name != "__pycache__")
)


def load(path: Path) -> None:
    """The reader that all the cases are for."""
    read_source(path, path.parent)


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.stem)
def test_a_broken_spec_has_its_message(
    case: Path, tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    if case.is_dir():
        shutil.copytree(case, tmp_path, symlinks=True, dirs_exist_ok=True)
        root = tmp_path / "repo" if (case / "repo").is_dir() else tmp_path
    else:
        root = tmp_path
        shutil.copy(case, root / "platform.yaml")
    golden(HERE / f"{case.stem}.txt", said_of(root / "platform.yaml"))


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_made_file_has_its_message(
    name: str, tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    MADE[name](tmp_path / "platform.yaml")
    golden(HERE / f"{name}.txt", said_of(tmp_path / "platform.yaml"))


def test_every_message_has_its_case() -> None:
    cases = {case.stem for case in WRITTEN} | set(MADE)
    assert {path.stem for path in HERE.glob("*.txt")} == cases


def said_of(path: Path) -> str:
    """All findings as people read them. Places of the test itself have no place in them."""
    with pytest.raises(InputError) as caught:
        load(path)
    return text(caught.value.findings).replace(str(path.parent.resolve()), "<root>") + "\n"
