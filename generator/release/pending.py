"""A release that an operation left pending: explained, and recovered when that is asked for.

Helm refuses every upgrade of such a release. Its history is never deleted: a rollback makes a new
revision on top, to what ran last or, where nothing ever did, of the interrupted installation.
"""

from __future__ import annotations

from datetime import UTC, datetime

from generator.errors import GeneratorError
from generator.release.aftermath import what
from generator.release.history import History, Revision
from generator.release.target import Target, World
from generator.tools.releases import HOOKS

#: Younger than this, in seconds, the operation may well be running still.
YOUNG = 120
_BY = {
    "pending-install": "an installation",
    "pending-upgrade": "an upgrade",
    "pending-rollback": "a rollback",
    "uninstalling": "an uninstallation",
}


def refuse(target: Target, history: History, *, now: datetime | None = None) -> None:
    """Raises when the release is pending: which operation, since when, what to do."""
    last = history.last
    if last is None or not last.pending:
        return
    age = _age(last, now or datetime.now(UTC))
    since = f" {_duration(age)} ago" if age is not None else ""
    message = (
        f"{target.release} in {target.namespace} is {last.status}: {_BY[last.status]}, revision"
        f" {last.number}, began{since} and has not ended"
    )
    if last.status == "uninstalling":
        raise GeneratorError(
            message, hint=f"end it: helm uninstall {target.release} -n {target.namespace}"
        )
    running = "somebody may be deploying right now: wait for them. Else it was killed"
    if age is None or age > YOUNG:
        running = "if nobody is deploying any more, it was killed"
    raise GeneratorError(
        message, hint=f"{running}: the same command with --recover, which\n{_way(history)}"
    )


def recover(target: Target, world: World, history: History) -> str:
    """Bring a pending release to a state that Helm accepts: what was done."""
    last, runs = history.last, history.deployed
    assert last is not None
    to = runs or last
    world.releases.rollback(
        target.release, to.number, namespace=target.namespace, wait=HOOKS, seconds=120
    )
    if runs is None:
        return f"{target.release}: took revision {last.number}, which never ended, as installed"
    return f"{target.release}: rolled back to revision {runs.number} ({what(runs)})"


def _way(history: History) -> str:
    if (runs := history.deployed) is not None:
        return f"rolls back to revision {runs.number} ({what(runs)}) first. No history is deleted"
    return (
        "takes what was installed so far as a revision of its own, and goes on from there."
        " No history and no data are deleted"
    )


def _age(revision: Revision, now: datetime) -> float | None:
    text = revision.deployed_at
    try:
        # Nine digits of a second are more than Python 3.11 takes.
        head, dot, rest = text.partition(".")
        zone = rest.lstrip("0123456789")
        then = datetime.fromisoformat((head + zone if dot else text).replace("Z", "+00:00"))
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return (now - then).total_seconds()


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{int(seconds)} s"
    if seconds < 7200:
        return f"{int(seconds / 60)} min"
    return f"{int(seconds / 3600)} h"
