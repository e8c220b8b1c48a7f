"""Let Helm work in a thread, and look at the cluster meanwhile: what is ready, what is not and why.

An interruption asks Helm to end, and goes on looking until it has: Helm first notes in the cluster
that the release failed, and may roll it back. A second one makes it end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generator.check.objects import Object
from generator.release.target import Target, World
from generator.release.waits import conditioned
from generator.release.why import Part, explain
from generator.tools import process
from generator.tools.kubectl import ClusterError

#: Seconds between two looks, and how many of one kind of look may fail before it is given up.
EVERY = 2.0
_KINDS = "deployments,statefulsets,daemonsets,jobs,replicasets,pods"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What was seen at one moment. `note` says why nothing could be seen."""

    parts: tuple[Part, ...]
    left: float
    note: str | None = None


Show = Callable[[Sight], None]


@dataclass(kw_only=True, slots=True)
class Outcome:
    """How Helm's call ended, and what was seen last."""

    error: ClusterError | None = None
    interrupted: bool = False
    parts: tuple[Part, ...] = ()
    seconds: float = 0.0


@dataclass(kw_only=True)
class Watcher:
    """Looks at one release, whose `objects` are those that Helm is sending."""

    target: Target
    world: World
    objects: Sequence[Object]
    show: Show
    _selector: str = field(init=False)

    def __post_init__(self) -> None:
        self._selector = f"app.kubernetes.io/instance={self.target.release}"

    def during(self, call: Callable[[], object], *, seconds: float) -> Outcome:
        """Make the call of Helm, which may take `seconds`, and show what is going on."""
        outcome = Outcome()
        thread = threading.Thread(target=_held(call, outcome), daemon=True)
        start = time.monotonic()
        thread.start()
        looking = True
        while thread.is_alive():
            try:
                thread.join(EVERY if looking else None)
                if looking and thread.is_alive():
                    self._look(outcome, start + seconds - time.monotonic())
            except KeyboardInterrupt:
                process.stop_all(at_once=outcome.interrupted)
                outcome.interrupted = True
        outcome.seconds = time.monotonic() - start
        if outcome.error and not outcome.interrupted:
            self._look(outcome, 0)
        return outcome

    def _look(self, outcome: Outcome, left: float) -> None:
        try:
            parts = self.parts()
        except ClusterError as error:
            self.show(Sight(parts=outcome.parts, left=left, note=error.reason))
            return
        # A failed upgrade may be rolled back before anybody looks again: what was wrong is kept.
        if not outcome.error or any(not part.done for part in parts):
            outcome.parts = parts
        self.show(Sight(parts=parts, left=left))

    def parts(self) -> tuple[Part, ...]:
        """What takes time in the release, as it is now. Raises `ClusterError`."""
        kubectl, namespace = self.world.kubectl, self.target.namespace
        kinds = ",".join((_KINDS, *conditioned(self.objects)))
        found = kubectl.list(kinds, namespace=namespace, selector=self._selector)
        parts = explain(found, ())
        if all(part.done for part in parts):
            return parts
        events = kubectl.list("events", namespace=namespace, field="type!=Normal")
        claims = kubectl.list("persistentvolumeclaims", namespace=namespace)
        return explain((*found, *claims), events)


def _held(call: Callable[[], object], outcome: Outcome) -> Callable[[], None]:
    def hold() -> None:
        try:
            call()
        except ClusterError as error:
            outcome.error = error

    return hold
