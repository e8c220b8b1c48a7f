"""What no schema can say of the settings that the data kinds share."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Container, Problem


def limit_problems(container: Container, path: tuple[str, ...]) -> Iterator[Problem]:
    """Limits below requests."""
    for what, request, limit in (
        ("cpu", container.cpu_request, container.cpu_limit),
        ("memory", container.memory_request, container.memory_limit),
    ):
        if request > limit:
            yield Problem(
                path=(*path, what),
                rule="limit-below-request",
                message="the limit is below the request",
                hint=f"{what}: [request, limit], the smaller one first",
            )
