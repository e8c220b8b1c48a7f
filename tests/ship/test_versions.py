from __future__ import annotations

from generator.ship.versions import precedence

# The example of https://semver.org §11, and what people get wrong besides.
IN_ORDER = [
    "0.9.10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.0+build.1",
    "1.2.0",
    "1.10.0",
    "v1.11.0",
    "2.0",
    "10.0.0",
]


def test_versions_sort_by_precedence():
    assert sorted(set(IN_ORDER), key=precedence) == IN_ORDER
