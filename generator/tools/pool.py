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


def within(calls: Sequence[Callable[[], T]], seconds: float) -> tuple[T | None, ...]:
    """What the calls return that end in time, each in a thread of its own; None for the others.

    For questions that may go unanswered: a call must not raise. What it started is ended, and
    what still waits (for a name server, say) does not keep the program from ending.
    """
    results: dict[int, T] = {}

    def answer(number: int, call: Callable[[], T]) -> None:
        results[number] = call()

    threads = [
        threading.Thread(target=answer, args=(number, call), daemon=True)
        for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    found = dict(results)
    if len(found) < len(calls):
        process.stop_all(at_once=True)
    return tuple(found.get(number) for number in range(len(calls)))
