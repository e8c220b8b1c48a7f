"""Figures that the tests of the data layer measure: shown at the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_MARK = "figure: "


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str, str], None]:
    """Remember a figure under its name."""
    return lambda name, value: record_property(f"{_MARK}{name}", value)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    found: dict[str, object] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                found |= {n: v for n, v in report.user_properties if n.startswith(_MARK)}
    if found:
        terminalreporter.section("figures of the data layer")
        for name, value in found.items():
            terminalreporter.write_line(f"{name.removeprefix(_MARK):58} {value}")
