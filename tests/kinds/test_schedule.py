from __future__ import annotations

import pytest

from generator.kinds.common.schedule import schedule_problem


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "*/5 0-12/2 1,15 JAN-dec ?",
        "0 0 31 12 0",
        "59 23 * * mon-fri",
        "5/15 * * * *",
        "@daily",
        "@every 1h30m",
    ],
)
def test_accepts_what_kubernetes_accepts(text):
    assert schedule_problem(text) is None


@pytest.mark.parametrize(
    "text", ["", "@fortnightly", "@every", "a * * * *", "1--2 * * * *", "1, * * * *", "-1 * * * *"]
)
def test_refuses_what_kubernetes_refuses(text):
    assert schedule_problem(text) is not None
