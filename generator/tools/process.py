"""Run one foreign program and wait for it. No other module starts a process.

Commands are argument lists and never pass a shell. A program gets no standard input to wait on, a
time-out, and a process group of its own, so that stopping it also stops what it started. Because
of that group a Ctrl-C in the terminal does not reach it: `stop_all` does, from whichever thread
noticed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError

TIMEOUT = 120.0
#: How long a program may take to end after it was asked to.
GRACE = 2.0
#: The exit code of what could not even be started.
NOT_STARTED = 127

_running: set[subprocess.Popen[str]] = set()
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How a program ended: its exit code and what it printed."""

    code: int
    stdout: str
    stderr: str


def run(
    command: Sequence[str | Path],
    *,
    timeout: float = TIMEOUT,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    accept: Sequence[int] = (0,),
    hint: str | None = None,
    grace: float = GRACE,
) -> Done:
    """Run a program to its end; a ToolError unless its exit code is one of `accept`.

    `env` is the whole environment of the program, the caller's own when None. `grace` is how
    many seconds it may take to end after it was asked to: Helm notes in the cluster that it was.
    """
    words = [os.fspath(word) for word in command]
    process = _start(words, env, cwd, hint, stdin=stdin is not None)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        stdout, stderr = _stop(process, grace)
        raise ToolError(words, None, stdout + stderr, hint=hint) from None
    except BaseException:  # Ctrl-C among them: nothing we started may outlive us
        _stop(process, grace)
        raise
    finally:
        with _lock:
            _running.discard(process)
    if process.returncode not in accept:
        raise ToolError(words, process.returncode, stderr + stdout, hint=hint)
    return Done(code=process.returncode, stdout=stdout, stderr=stderr)


def stop_all(*, at_once: bool = False) -> None:
    """End every program that any thread is waiting for: ask it to, or make it `at_once`."""
    with _lock:
        processes = tuple(_running)
    for process in processes:
        _signal(process, signal.SIGKILL if at_once else signal.SIGTERM)


def _start(
    words: Sequence[str],
    env: Mapping[str, str] | None,
    cwd: Path | None,
    hint: str | None,
    *,
    stdin: bool,
) -> subprocess.Popen[str]:
    # Under the lock: `stop_all` must not run between a start and its entry in the list.
    with _lock:
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
            raise ToolError(words, NOT_STARTED, reason, hint=hint) from error
        _running.add(process)
    return process


def _stop(process: subprocess.Popen[str], grace: float) -> tuple[str, str]:
    """Ask the whole group to end, then make it; return what the program had printed."""
    _signal(process, signal.SIGTERM)
    try:
        return process.communicate(timeout=grace)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
    try:
        return process.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:  # a grandchild in a session of its own holds the pipe
        return "", ""


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    # The group's id is the program's own: `start_new_session` made it the leader. The id stays
    # reserved while any member lives, also after the leader itself has ended.
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of zombies
        return
