"""Run several calls of foreign programs at once; one failure or Ctrl-C ends them all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from generator.tools import process

T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]], *, workers: int | None = None) -> tuple[T, ...]:
    """The results of the calls, in their order. The first failure is raised at once."""
    if len(calls) < 2:
        return tuple(call() for call in calls)
    # One more than the processors: while one program waits for a disk, another can run.
    with ThreadPoolExecutor(max_workers=workers or (os.cpu_count() or 1) + 1) as pool:
        try:
            futures = [pool.submit(call) for call in calls]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failed = next((each for each in futures if each in done and each.exception()), None)
            return tuple(each.result() for each in ([failed] if failed else futures))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            process.stop_all()
            raise
