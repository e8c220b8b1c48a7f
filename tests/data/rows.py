"""Applications that write rows without a pause, and remember which ones were acknowledged."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg


class Clerk(threading.Thread):
    """Inserts numbered rows, one a transaction. What it got no answer for it never tries again."""

    def __init__(self, name: str, options: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__(daemon=True)
        self.clerk, self._options = name, options
        self.acknowledged: list[int] = []
        #: The longest time without an acknowledgement, and how often a new connection was made.
        self.outage, self.connections = 0.0, 0
        self._last = time.monotonic()
        self._count = 0
        self._end = threading.Event()
        self._connection: psycopg.Connection[Any] | None = None
        self.refusals: set[str] = set()

    def run(self) -> None:
        while not self._end.is_set():
            try:
                self._write()
            except psycopg.Error as error:
                self.refusals.add(type(error).__name__)
                self._close()
                time.sleep(0.05)
        self._close()

    def _write(self) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(**self._options(), autocommit=True)
            self._connection.add_notice_handler(self._doubt)
            self.connections += 1
        number, self._count = self._count, self._count + 1
        self._doubtful = False
        self._connection.execute("INSERT INTO rows VALUES (%s, %s)", (self.clerk, number))
        if self._doubtful:
            return
        self.acknowledged.append(number)
        now = time.monotonic()
        self.outage, self._last = max(self.outage, now - self._last), now
        time.sleep(0.005)

    def _doubt(self, notice: psycopg.errors.Diagnostic) -> None:
        """A commit with a warning is one that the server says may not have been replicated."""
        if notice.severity_nonlocalized == "WARNING":
            self._doubtful = True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def forget(self) -> None:
        """Measure the longest time without an answer anew."""
        self.outage = 0.0

    def end(self) -> None:
        self._end.set()
        self.join(40)
        assert not self.is_alive()


@contextlib.contextmanager
def writing(routes: Mapping[str, Callable[[], Mapping[str, Any]]]) -> Iterator[dict[str, Clerk]]:
    """A clerk for each way to the database, all while the block lasts."""
    stamp = time.monotonic_ns()
    clerks = {name: Clerk(f"{name} {stamp}", options) for name, options in routes.items()}
    for clerk in clerks.values():
        clerk.start()
    try:
        yield clerks
    finally:
        for clerk in clerks.values():
            clerk.end()


def lost(clerk: Clerk, rows: list[tuple[Any, ...]]) -> list[int]:
    """Acknowledged, and not among the rows that the database has of this clerk."""
    return sorted(set(clerk.acknowledged) - {int(number) for (number,) in rows})
