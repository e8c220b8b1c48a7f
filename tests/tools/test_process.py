from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.tools import process

PYTHON = sys.executable

# Starts a program of its own, writes that one's process id to a file, and waits for it.
PARENT = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"])
open(sys.argv[1], "w").write(str(child.pid))
print("started", flush=True)
child.wait()
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def test_output_and_exit_code_come_back():
    script = "import sys; print('out'); print('err', file=sys.stderr)"
    done = process.run([PYTHON, "-c", script])
    assert done == process.Done(code=0, stdout="out\n", stderr="err\n")


def test_arguments_pass_no_shell():
    words = ["$HOME", "a b", "; rm", "*", "'"]
    script = "import sys; print(sys.argv[1:])"
    assert process.run([PYTHON, "-c", script, *words]).stdout == f"{words}\n"


def test_standard_input_is_given_or_empty():
    script = "import sys; print(repr(sys.stdin.read()))"
    assert process.run([PYTHON, "-c", script], stdin="secret").stdout == "'secret'\n"
    assert process.run([PYTHON, "-c", script]).stdout == "''\n"


def test_the_environment_and_directory_are_those_given(tmp_path):
    script = "import os; print(os.environ.get('A'), os.environ.get('HOME'), os.getcwd())"
    done = process.run([PYTHON, "-c", script], env={"A": "b"}, cwd=tmp_path)
    assert done.stdout == f"b None {tmp_path}\n"


def test_a_failure_shows_command_code_and_output():
    script = "import sys; print('half done'); sys.exit('no room')"
    with pytest.raises(ToolError) as caught:
        process.run([PYTHON, "-c", script], hint="make room")
    assert caught.value.code == 1
    assert caught.value.hint == "make room"
    assert caught.value.message.startswith(f"`{PYTHON} -c")
    assert "ended with exit code 1\n    no room\n    half done" in caught.value.message


def test_an_accepted_exit_code_is_no_failure():
    assert process.run([PYTHON, "-c", "raise SystemExit(2)"], accept=(0, 2)).code == 2


def test_a_program_that_is_not_there_is_a_tool_error():
    with pytest.raises(ToolError, match="No such file or directory: no-such-program"):
        process.run(["no-such-program", "--help"])


def test_output_that_is_not_utf_8_does_not_stop_us():
    script = "import sys; sys.stdout.buffer.write(b'a\\xffb')"
    assert process.run([PYTHON, "-c", script]).stdout == "a�b"


def test_a_time_out_ends_the_program_and_what_it_started(tmp_path):
    pid_file = tmp_path / "pid"
    with pytest.raises(ToolError, match="did not finish in time\n    started") as caught:
        process.run([PYTHON, "-c", PARENT, str(pid_file)], timeout=1.5)
    assert caught.value.code is None
    assert wait_until(lambda: not is_alive(int(pid_file.read_text())))


def test_a_program_that_ignores_being_asked_is_killed():
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    start = time.monotonic()
    with pytest.raises(ToolError, match="deaf"):
        process.run([PYTHON, "-c", script], timeout=1)
    assert time.monotonic() - start < 30


def test_stop_all_ends_what_another_thread_waits_for(tmp_path):
    pid_file = tmp_path / "pid"
    caught: list[ToolError] = []

    def wait_for_it():
        try:
            process.run([PYTHON, "-c", PARENT, str(pid_file)])
        except ToolError as error:
            caught.append(error)

    thread = threading.Thread(target=wait_for_it)
    thread.start()
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text())
    process.stop_all()
    thread.join(20)
    assert [error.code for error in caught] == [-signal.SIGTERM]
    assert wait_until(lambda: not is_alive(int(pid_file.read_text())))


def test_ctrl_c_leaves_nothing_running(tmp_path):
    pid_file = tmp_path / "pid"
    script = (
        "import sys; from generator.tools import process;"
        f"process.run([sys.executable, '-c', {PARENT!r}, {str(pid_file)!r}])"
    )
    ours = subprocess.Popen([PYTHON, "-c", script], stderr=subprocess.PIPE, text=True)
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text())
    ours.send_signal(signal.SIGINT)
    _, error = ours.communicate(timeout=20)
    assert "KeyboardInterrupt" in error
    assert wait_until(lambda: not is_alive(int(pid_file.read_text())))


def test_many_threads_may_run_programs_at_once():
    results: dict[int, str] = {}

    def ask(number: int) -> None:
        results[number] = process.run([PYTHON, "-c", f"print({number})"]).stdout

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {number: f"{number}\n" for number in range(8)}
    assert os.getpid() not in {each.pid for each in process._running}
    assert not process._running
