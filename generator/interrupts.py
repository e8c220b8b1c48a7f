"""Ctrl-C and its kin as news, where an exception at any instruction would do harm.

Python raises `KeyboardInterrupt` between any two instructions of the main thread. Inside the locks
of `threading` and `concurrent.futures` that may leave one held for ever, and whoever needs it next
never wakes. What is noted here into a `queue.SimpleQueue` wakes the main thread and breaks nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def noted(note: Callable[[int], None]) -> Iterator[None]:
    """Tell `note` of each interruption, which does nothing else. `note` must not take a lock."""
    before = {}
    if threading.current_thread() is threading.main_thread():  # no other is ever interrupted
        before = {number: signal.getsignal(number) for number in _SIGNALS}
    # nohup ignores one; a handler that Python did not set (None) could not be set again.
    ours = [number for number, was in before.items() if was not in (signal.SIG_IGN, None)]
    try:
        for number in ours:
            signal.signal(number, lambda number, _frame: note(number))
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


@contextmanager
def held(note: Callable[[int], None] = lambda number: None) -> Iterator[None]:
    """Hold interruptions back: the first one arrives afterwards. Meanwhile `note` is told."""
    came: list[int] = []

    def keep(number: int) -> None:
        came.append(number)
        note(number)

    try:
        with noted(keep):
            yield
    finally:
        if came:
            signal.raise_signal(came[0])
