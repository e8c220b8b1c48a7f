from __future__ import annotations

import signal
import threading

import pytest

from generator.interrupts import held, noted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_noted_interrupts_nothing(number):
    before = signal.getsignal(number)
    came: list[int] = []
    with noted(came.append):
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert came == [number, number]
    assert signal.getsignal(number) is before


def test_what_is_held_arrives_afterwards_in_spite_of_a_failure():
    done = []
    with pytest.raises(KeyboardInterrupt), held():
        signal.raise_signal(signal.SIGINT)
        done.append(1)
        raise ValueError
    assert done == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    came: list[int] = []
    try:
        with held(came.append):
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert came == []


def test_other_threads_are_never_interrupted():
    came: list[bool] = []

    def work() -> None:
        with held():
            came.append(signal.getsignal(signal.SIGINT) is signal.default_int_handler)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert came == [True]
