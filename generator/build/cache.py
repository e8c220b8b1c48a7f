"""Compiled templates, kept between runs: compiling costs ten times what filling does."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import jinja2

from generator import __version__


def bytecode_cache() -> jinja2.BytecodeCache | None:
    """A cache in the user's cache folder, or none where that can't be written."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "helm-platform-generator" / f"templates-{__version__}"
    with contextlib.suppress(OSError, RuntimeError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return jinja2.FileSystemBytecodeCache(str(folder))
    return None
