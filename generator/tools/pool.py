"""Run several calls of foreign programs at once; one failure or Ctrl-C ends them all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from generator.interrupts import held
from generator.tools import process

T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]], *, workers: int | None = None) -> tuple[T, ...]:
    """The results of the calls, in their order. The first failure is raised at once.

    A single call, too, runs in another thread: Ctrl-C hits the main thread, and one that hit it
    between the start of a program and the note of it would leave the program behind.
    """
    if not calls:
        return ()
    news: SimpleQueue[Future[T] | None] = SimpleQueue()  # None: interrupted
    with held(lambda _: news.put(None)):
        return _together(calls, workers, news)


def _together(
    calls: Sequence[Callable[[], T]], workers: int | None, news: SimpleQueue[Future[T] | None]
) -> tuple[T, ...]:
    """A function of its own, so that no thread is forgotten while interruptions may arrive.

    Python swallows a `KeyboardInterrupt` that hits in the middle of that.
    """
    # One more than the processors: while one program waits for a disk, another can run.
    pool = ThreadPoolExecutor(max_workers=workers or (os.cpu_count() or 1) + 1)
    try:
        futures = [pool.submit(call) for call in calls]
        for future in futures:
            future.add_done_callback(news.put)
        for _ in futures:
            _result(news.get())
        return tuple(future.result() for future in futures)
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown()


def _result(future: Future[T] | None) -> T:
    if future is None:
        raise KeyboardInterrupt
    return future.result()


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
    news: SimpleQueue[int | None] = SimpleQueue()  # None: interrupted

    def answer(number: int, call: Callable[[], T]) -> None:
        results[number] = call()
        news.put(number)

    with held(lambda _: news.put(None)):
        for number, call in enumerate(calls):
            threading.Thread(target=answer, args=(number, call), daemon=True).start()
        end = time.monotonic() + seconds
        try:
            for _ in calls:
                if news.get(timeout=max(0.0, end - time.monotonic())) is None:
                    raise Empty
        except Empty:
            process.stop_all(at_once=True)
        found = dict(results)
    return tuple(found.get(number) for number in range(len(calls)))
