"""The folder of things that are remembered between runs, and small answers kept there.

Whatever is in it can be removed at any time: it is made again.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

NAME = "helm-platform-generator"


def folder() -> Path:
    """`${XDG_CACHE_HOME:-~/.cache}/helm-platform-generator`, not made yet perhaps."""
    home = os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path(os.path.expanduser("~/.cache"))  # noqa: PTH111 no HOME is no error
    return base / NAME


def remembered(name: str, key: str, ask: Callable[[], str]) -> str:
    """The answer kept for a key, else what `ask` returns, which is then kept."""
    file = folder() / f"{name}.json"
    answers = _read(file)
    if key not in answers:
        answers[key] = ask()
        _write(file, answers)
    return answers[key]


def _read(file: Path) -> dict[str, str]:
    try:
        answers = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return answers if isinstance(answers, dict) else {}


def _write(file: Path, answers: dict[str, str]) -> None:
    """Write by rename; not being able to remember is no failure (a read-only home)."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, delete=False
        ) as temporary:
            json.dump(answers, temporary)
        Path(temporary.name).replace(file)
    except OSError:
        return
