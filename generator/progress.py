"""Tell people who wait what is going on: a line that changes on a terminal, nothing elsewhere.

A terminal that cannot (TERM=dumb) or shall not (NO_COLOR) get control characters gets lines.
"""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType


class Progress:
    """Shows the current step on standard error while a `with` block runs."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown = sys.stderr.isatty()
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        self._live = self._shown and not plain

    def step(self, what: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{what} …" if self._live else f"{what} …\n")
            sys.stderr.flush()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
