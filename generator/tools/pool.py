"""Run several calls of foreign programs at once; one failure or Ctrl-C ends them all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from generator.tools import process

T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]], *, workers: int | None = None) -> tuple[T, ...]:
    """The results of the calls, in their order. The first failure is raised at once.

    A single call, too, runs in another thread: Ctrl-C hits the main thread, and one that hit it
    between the start of a program and the note of it would leave the program behind.
    """
    if not calls:
        return ()
    # One more than the processors: while one program waits for a disk, another can run.
    pool = ThreadPoolExecutor(max_workers=workers or (os.cpu_count() or 1) + 1)
    futures: list[Future[T]] = []
    try:
        for call in calls:
            futures.append(pool.submit(call))
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        failed = next((each for each in futures if each in done and each.exception()), None)
        return tuple(each.result() for each in ([failed] if failed else futures))
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown()


def _end(pool: ThreadPoolExecutor) -> None:
    """End what runs, again and again: a call may start one program after another."""
    ending = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True})
    ending.start()
    patience = time.monotonic() + process.GRACE
    while ending.is_alive():
        process.stop_all(at_once=time.monotonic() > patience)
        ending.join(0.05)
