from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.tools import process
from generator.tools.pool import together, within


def test_results_come_in_the_order_of_the_calls():
    def slow_first(number: int) -> int:
        time.sleep(0.05 * (3 - number))
        return number

    calls = [lambda number=number: slow_first(number) for number in range(4)]
    assert together(calls, workers=4) == (0, 1, 2, 3)


def test_no_calls_and_one_call():
    assert together([]) == ()
    assert together([lambda: 1]) == (1,)


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


def test_a_call_that_starts_one_program_after_another_ends_too():
    def stubborn() -> None:
        for _ in range(40):
            with contextlib.suppress(ToolError):
                process.run(["sleep", "1"])

    def failing() -> None:
        time.sleep(0.2)
        raise ToolError(["none"], 1, "broken")

    start = time.monotonic()
    with pytest.raises(ToolError, match="broken"):
        together([stubborn, failing], workers=2)
    assert time.monotonic() - start < 10


def test_a_program_that_will_not_end_is_ended():
    def deaf() -> process.Done:
        return process.run(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"])

    def failing() -> None:
        time.sleep(0.2)
        raise ToolError(["none"], 1, "broken")

    start = time.monotonic()
    with pytest.raises(ToolError, match="broken"):
        together([deaf, failing], workers=2)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("moment", [0.0, 0.002, 0.004, 0.006, 0.008])
def test_ctrl_c_while_a_program_starts_leaves_none(moment, tmp_path):
    """The moment is counted from when the program begins, often before its start has returned."""
    noting = f"echo $$ >>{tmp_path}/ids; exec sleep 60"
    script = (
        "from generator.tools import process, pool;"
        f"pool.together([lambda: process.run(['sh', '-c', {noting!r}])])"
    )
    ours = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while not (tmp_path / "ids").exists():
        time.sleep(0.0005)
    time.sleep(moment)
    ours.send_signal(signal.SIGINT)
    assert ours.wait(20) != 0
    for number in (tmp_path / "ids").read_text().split():
        assert not Path(f"/proc/{number}").exists()


#: Ctrl-C at a random moment, again and again; any call of `together` that never ends ends the test.
HAMMER = """
import faulthandler, random, signal, time
from generator.tools import pool

signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
random.seed(4)
came = 0
for _ in range(1200):
    faulthandler.dump_traceback_later(60, exit=True)
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 0.0025))
        assert pool.together([lambda: time.sleep(0.0003)] * 6, workers=3) == (None,) * 6
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        came += 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(came)
"""


def test_ctrl_c_at_any_moment_ends_the_calls_and_is_never_lost():
    ours = subprocess.run(
        [sys.executable, "-c", HAMMER], capture_output=True, text=True, timeout=240, check=False
    )
    assert (ours.returncode, ours.stderr) == (0, "")  # "ignored" is what Python says of a lost one
    assert 0 < int(ours.stdout) <= 1200


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


def test_what_does_not_answer_in_time_is_not_waited_for():
    def slow() -> int:
        with contextlib.suppress(ToolError):
            process.run([sys.executable, "-c", "import time; time.sleep(60)"])
        return 2

    start = time.monotonic()
    assert within([lambda: 1, slow, lambda: 3], 1.5) == (1, None, 3)
    assert time.monotonic() - start < 10


def test_ctrl_c_while_questions_are_asked_ends_them():
    script = (
        "from generator.tools import process, pool;"
        "print('ready', flush=True);"
        "pool.within([lambda: process.run(['sleep', '60'])] * 3, 50)"
    )
    command = [sys.executable, "-c", script]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=nowhere) as ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        start = time.monotonic()
        ours.send_signal(signal.SIGINT)
        assert ours.wait(30) != 0
    assert time.monotonic() - start < 20
