from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from generator.errors import ToolError
from generator.tools import process
from generator.tools.pool import together


def test_results_come_in_the_order_of_the_calls():
    def slow_first(number: int) -> int:
        time.sleep(0.05 * (3 - number))
        return number

    calls = [lambda number=number: slow_first(number) for number in range(4)]
    assert together(calls, workers=4) == (0, 1, 2, 3)


def test_no_calls_and_one_call():
    assert together([]) == ()
    assert together([threading.get_ident]) == (threading.get_ident(),)


def test_no_more_calls_run_at_once_than_workers():
    lock, now, most = threading.Lock(), 0, 0

    def busy() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    together([busy] * 12, workers=3)
    assert 1 < most <= 3


def test_a_failure_ends_the_other_programs_at_once():
    def long() -> process.Done:
        return process.run(["sleep", "60"])

    def failing() -> process.Done:
        time.sleep(0.3)
        return process.run([sys.executable, "-c", "raise SystemExit('broken')"])

    start = time.monotonic()
    with pytest.raises(ToolError, match="broken"):
        together([long, long, failing, long, long], workers=3)
    assert time.monotonic() - start < 20


def test_ctrl_c_ends_all_programs():
    script = (
        "from generator.tools import process, pool;"
        "print('ready', flush=True);"
        "pool.together([lambda: process.run(['sleep', '60'])] * 6, workers=3)"
    )
    ours = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert ours.stdout is not None
    assert ours.stdout.readline() == "ready\n"
    time.sleep(0.5)
    ours.send_signal(signal.SIGINT)
    start = time.monotonic()
    _, error = ours.communicate(timeout=30)
    assert time.monotonic() - start < 15
    assert "KeyboardInterrupt" in error
