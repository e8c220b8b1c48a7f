"""What is built once a machine: where it lies, and that one builds it at a time."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def home(name: str) -> Path:
    """${XDG_CACHE_HOME:-~/.cache}/helm-platform-generator/<name>."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "helm-platform-generator" / name


@contextmanager
def one_at_a_time(folder: Path, who: str) -> Iterator[None]:
    """Hold the lock of a folder, even before there is one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{who}: waiting for another build", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
