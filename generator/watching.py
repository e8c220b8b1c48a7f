"""Look again and again, until what is seen is as it shall be or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from generator.release.status.model import ReleaseStatus
    from generator.release.target import Target
    from generator.tools.kubectl import Kubectl

T = TypeVar("T")

#: Seconds between two looks.
EVERY = 3.0


def watch(
    look: Callable[[], T],
    show: Callable[[T], None],
    *,
    done: Callable[[T], bool],
    missed: Callable[[], None],
    seconds: float,
) -> T:
    """What was seen last. `missed` is told of a look that the cluster did not answer.

    The first look must succeed: who can't see anything at all shall not wait for it.
    """
    from generator.tools.kubectl import ClusterError

    end = time.monotonic() + seconds
    found = look()
    show(found)
    while not done(found) and (left := end - time.monotonic()) > 0:
        time.sleep(min(EVERY, left))
        try:
            found = look()
        except ClusterError as error:
            if error.reason != "unreachable":
                raise
            missed()
        else:
            show(found)
    return found


def statuses(targets: tuple[Target, ...], kubectl: Kubectl) -> tuple[ReleaseStatus, ...]:
    """How releases are now."""
    from datetime import UTC, datetime
    from functools import partial

    from generator.release.status.facts import read_facts
    from generator.release.status.report import report
    from generator.tools.pool import together

    facts = together([partial(read_facts, one, kubectl) for one in targets])
    now = datetime.now(UTC)
    return tuple(report(one, now) for one in facts)
