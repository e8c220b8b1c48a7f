"""One step of what is done to a cluster: a command that a person could type, shown or followed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Step:
    """`words` are kubectl's, without the namespace; `act` is done instead where there is one.

    After one that `opens`, the database takes writes.
    """

    why: str
    words: tuple[str, ...] = ()
    shown: str = ""
    act: Callable[[], str | None] | None = field(default=None, compare=False)
    opens: bool = False


def command(step: Step, namespace: str) -> str:
    """As a person would type it."""
    return step.shown or f"kubectl --namespace {namespace} {shlex.join(step.words)}"
