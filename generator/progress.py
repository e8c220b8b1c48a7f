"""Tell people who wait what is going on: a line that changes on a terminal, nothing elsewhere.

A terminal that cannot (TERM=dumb) or shall not (NO_COLOR) get control characters gets lines.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from generator.release.watch import Sight

#: Why a look at the cluster failed, as people say it.
_BLIND = {
    "unreachable": "the cluster does not answer; Helm goes on trying",
    "unauthorized": "the cluster no longer accepts the token or certificate",
    "interrupted": "Helm was asked to end, and notes that in the cluster; again to make it end",
    "late": "time is up: Helm notes the failure, and undoes what it can",
    "forbidden": "this user may not look at the pods; Helm goes on",
}


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

    def __enter__(self) -> Self:
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


class Board(Progress):
    """What a deployment waits for: a table that changes on a terminal, elsewhere lines."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = 0
        self._told: dict[str, str] = {}

    def say(self, text: str) -> None:
        """A sentence that stays."""
        self._clear()
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
        self._told.clear()

    def show(self, sight: Sight) -> None:
        """What was seen now."""
        if self._live:
            self._draw(sight)
        else:
            self._tell(sight)

    def step(self, what: str) -> None:
        self._clear()
        super().step(what)

    def _draw(self, sight: Sight) -> None:
        width, height = shutil.get_terminal_size()
        waiting = [part for part in sight.parts if not part.done]
        ready = len(sight.parts) - len(waiting)
        rows = [(f"{part.title}  {part.ready}/{part.wanted}", part.reasons) for part in waiting]
        lines = [f"    {ready} of {len(sight.parts)} ready, {_clock(sight.left)} left"]
        if sight.note:
            lines.append(f"    {_BLIND.get(sight.note, 'can not look at the cluster right now')}")
        for head, reasons in rows:
            lines.append(f"      {head}")
            lines += [f"          {reason}" for reason in reasons]
        room = max(height - 2, 4)
        if len(lines) > room:
            lines = [*lines[: room - 1], f"      and {len(lines) - room + 1} lines more"]
        self._clear()
        sys.stderr.write("".join(f"{_fit(line, width)}\n" for line in lines))
        sys.stderr.flush()
        self._lines = len(lines)

    def _tell(self, sight: Sight) -> None:
        if sight.note:
            self._once("", _BLIND.get(sight.note, "can not look at the cluster right now"), sight)
        for part in sight.parts:
            if part.done and part.title not in self._told:
                self._told[part.title] = "ready"  # it was before: no news
            self._once(part.title, "ready" if part.done else part.line, sight)

    def _once(self, title: str, text: str, sight: Sight) -> None:
        if self._told.get(title) == text:
            return
        self._told[title] = text
        shown = f"{title} ready" if text == "ready" else text
        sys.stderr.write(f"    {_clock(sight.left)} left  {shown}\n")
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[K" + "\x1b[1A\x1b[2K" * self._lines)
            self._lines = 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()
        super().__exit__(kind, error, trace)


class Screen:
    """An answer that is given again: drawn over on a terminal, elsewhere told when it changed."""

    def __init__(self) -> None:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        self._live = sys.stdout.isatty() and not plain
        self._lines = 0
        self._last: object = None

    def show(self, what: object, text: str) -> None:
        """The answer as it is now; `what` decides whether it is another."""
        if self._live:
            width, height = shutil.get_terminal_size()
            lines = text.splitlines()[: max(height - 2, 4)]
            self.clear()
            sys.stdout.write("".join(f"{_fit(line, width)}\n" for line in lines))
            self._lines = len(lines)
        elif what != self._last:
            sys.stdout.write(f"{text}\n" if self._last is None else f"\n{text}\n")
        self._last = what
        sys.stdout.flush()

    def clear(self) -> None:
        # Standard error's line of `Progress` may stand where the cursor is.
        sys.stdout.write("\r\x1b[K" + "\x1b[1A\x1b[2K" * self._lines)
        self._lines = 0

    def end(self, text: str) -> None:
        """The last answer in full: on a terminal it may have been cut."""
        if self._live:
            self.clear()
            sys.stdout.write(f"{text}\n")


def _clock(seconds: float) -> str:
    whole = max(int(seconds), 0)
    return f"{whole // 60}:{whole % 60:02}"


def _fit(line: str, width: int) -> str:
    """No line wraps: the table is drawn over as many lines as it has."""
    return line if len(line) < width else line[: width - 2] + "…"
