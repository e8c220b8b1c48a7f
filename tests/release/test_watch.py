"""What is done while Helm works: programs stand for Helm and kubectl, and signals are real."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from generator.errors import ToolError
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


def interrupt(ready: Path, *numbers: signal.Signals, pause: float = 0) -> None:
    """As soon as a file is there: these signals, so many seconds apart."""

    def send() -> None:
        while not ready.exists():
            time.sleep(0.05)
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(pause)

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_helm_and_the_look_that_goes_on(tmp_path, number):
    before = signal.signal(number, signal.default_int_handler)
    seen: list[Sight] = []
    try:
        looks = tmp_path / "looks"
        interrupt(looks, number, number)
        outcome = watcher(tmp_path, f"touch {looks}; exec sleep 60", seen).during(
            lambda: helm("sleep", "60"), seconds=60
        )
    finally:
        signal.signal(number, before)
    assert outcome.interrupted
    assert outcome.error is not None
    assert outcome.error.code == -signal.SIGTERM
    assert outcome.seconds < 30
    assert [one.note for one in seen] == ["interrupted"]


def test_a_second_interruption_does_not_wait(tmp_path):
    deaf = tmp_path / "deaf"
    interrupt(deaf, signal.SIGINT, signal.SIGINT, pause=1.5)
    outcome = watcher(tmp_path, "exec sleep 60", []).during(
        lambda: helm("sh", "-c", f"trap '' TERM; touch {deaf}; sleep 60"), seconds=60
    )
    assert outcome.error is not None
    assert outcome.error.code == -signal.SIGKILL


def test_what_ends_by_itself_was_not_interrupted(tmp_path):
    seen: list[Sight] = []
    outcome = watcher(tmp_path, "echo '{\"items\": []}'", seen).during(
        lambda: time.sleep(2.5), seconds=60
    )
    assert (outcome.error, outcome.interrupted, outcome.parts) == (None, False, ())
    assert [(one.parts, one.note) for one in seen] == [((), None)]
