"""Where dashboards are found: `/d/<uid>`, for all who lead to one."""

from __future__ import annotations

#: Grafana takes no longer ones.
_MOST = 40


def uid_of(platform: str, name: str) -> str:
    """The uid of a dashboard: it never changes, so that links stay good."""
    return f"{platform[: _MOST - 1 - len(name)]}-{name}"
