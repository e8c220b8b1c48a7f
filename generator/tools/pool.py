"""Run several calls of foreign programs at once; one failure or Ctrl-C ends them all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
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
    with ThreadPoolExecutor(max_workers=workers or (os.cpu_count() or 1) + 1) as pool:
        futures = [pool.submit(call) for call in calls]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failed = next((each for each in futures if each in done and each.exception()), None)
            return tuple(each.result() for each in ([failed] if failed else futures))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            patience = time.monotonic() + process.GRACE
            while not all(each.done() for each in futures):
                # Again and again: a call may start one program after another.
                process.stop_all(at_once=time.monotonic() > patience)
                wait([each for each in futures if not each.done()], timeout=0.05)
            raise
