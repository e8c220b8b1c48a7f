"""The order of chart versions, as https://semver.org §11 has it."""

from __future__ import annotations

Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...], str]


def precedence(version: str) -> Key:
    """A sort key: 1.0.0-alpha.2 < 1.0.0-alpha.10 < 1.0.0 < 1.0.1 < 1.10.0.

    Build metadata has no precedence; it only keeps the order of equals the same everywhere.
    Loose versions, which Helm takes in an index (v1, 1.0), are ordered as far as they go.
    """
    rest, _, metadata = version.removeprefix("v").partition("+")
    numbers, _, prerelease = rest.partition("-")
    parts = tuple(
        (False, int(part), "") if part.isdecimal() else (True, 0, part)
        for part in (prerelease.split(".") if prerelease else ())
    )
    release = tuple(int(part) if part.isdecimal() else 0 for part in numbers.split("."))
    return release, not prerelease, parts, metadata
