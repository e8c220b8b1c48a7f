"""What is done while Helm works: programs stand for Helm and kubectl, and signals are real."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.interrupts import noted
from generator.release.target import Target, World
from generator.release.watch import Sight, Watcher
from generator.tools import process
from generator.tools.helm import Helm
from generator.tools.kubectl import ClusterError, Kubectl


def watcher(folder: Path, kubectl: str, seen: list[Sight]) -> Watcher:
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\n{kubectl}\n")
    program.chmod(0o755)
    target = Target(release="shop", namespace="shop", environment="dev", chart=folder, values=())
    world = World(helm=Helm(path=program, version=(4, 3, 1)), kubectl=Kubectl(path=program))
    return Watcher(target=target, world=world, objects=(), show=seen.append)


def helm(*words: str) -> None:
    """As `Releases` calls it, with much patience for its end."""
    try:
        process.run(words, grace=60)
    except ToolError as error:
        raise ClusterError(error, "other") from None


@contextmanager
def interrupted(ready: Path, *numbers: signal.Signals, pause: float = 0) -> Iterator[None]:
    """As soon as a file is there: these signals, so many seconds apart.

    One that comes when the work has ended already is nothing to the test.
    """

    def send() -> None:
        while not ready.exists():
            time.sleep(0.05)
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(pause)

    sender = threading.Thread(target=send, daemon=True)
    with noted(lambda number: None):
        sender.start()
        yield
        sender.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_helm_and_the_look_that_goes_on(tmp_path, number):
    looks = tmp_path / "looks"
    seen: list[Sight] = []
    with interrupted(looks, number, number):
        outcome = watcher(tmp_path, f"touch {looks}; exec sleep 60", seen).during(
            lambda: helm("sleep", "60"), seconds=60
        )
    assert outcome.interrupted
    assert outcome.error is not None
    assert outcome.error.code == -signal.SIGTERM
    assert [one.note for one in seen] == ["interrupted"]


def test_a_second_interruption_does_not_wait(tmp_path):
    deaf = tmp_path / "deaf"
    with interrupted(deaf, signal.SIGINT, signal.SIGINT, pause=1.5):
        outcome = watcher(tmp_path, "exec sleep 60", []).during(
            lambda: helm("sh", "-c", f"trap '' TERM; touch {deaf}; sleep 60"), seconds=60
        )
    assert outcome.error is not None
    assert outcome.error.code == -signal.SIGKILL


def test_what_ends_by_itself_was_not_interrupted(tmp_path):
    seen: list[Sight] = []

    def work() -> None:
        end = time.monotonic() + 60
        while not seen and time.monotonic() < end:
            time.sleep(0.05)

    outcome = watcher(tmp_path, "echo '{\"items\": []}'", seen).during(work, seconds=60)
    assert (outcome.error, outcome.interrupted, outcome.parts) == (None, False, ())
    assert {(one.parts, one.note) for one in seen} == {((), None)}
