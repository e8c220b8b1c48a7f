"""Let Helm work in a thread, and look at the cluster meanwhile: what is ready, what is not and why.

An interruption asks Helm to end, and goes on looking until it has: Helm first notes in the cluster
that the release failed, and may roll it back. A second one makes it end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

from generator.check.objects import Object
from generator.interrupts import noted
from generator.release.target import Target, World
from generator.release.waits import conditioned
from generator.release.why import Part, explain
from generator.tools import process
from generator.tools.kubectl import ClusterError

#: Seconds between two looks.
EVERY = 2.0
#: Seconds in which two signals are one.
_SAME = 1.0
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
        ended = threading.Event()
        signals: SimpleQueue[float | None] = SimpleQueue()  # when each came; None: no more will
        threading.Thread(target=_held(call, outcome, ended), daemon=True).start()
        threading.Thread(target=_ending, args=(signals, outcome), daemon=True).start()
        start = time.monotonic()
        with noted(lambda _: signals.put(time.monotonic())):
            try:
                while not ended.wait(EVERY):
                    self._look(outcome, start + seconds - time.monotonic())
            finally:
                signals.put(None)
        outcome.seconds = time.monotonic() - start
        return outcome

    def _look(self, outcome: Outcome, left: float) -> None:
        try:
            parts = self.parts()
        except ClusterError as error:
            note = "interrupted" if outcome.interrupted else error.reason
            self.show(Sight(parts=outcome.parts, left=left, note=note))
            return
        late = "interrupted" if outcome.interrupted else "late" if left <= 0 else None
        if late is None:  # later, Helm may be rolling back: what was wrong is kept
            outcome.parts = parts
        self.show(Sight(parts=parts, left=left, note=late))

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


def _held(
    call: Callable[[], object], outcome: Outcome, ended: threading.Event
) -> Callable[[], None]:
    def hold() -> None:
        try:
            call()
        except ClusterError as error:
            outcome.error = error
        finally:
            ended.set()

    return hold


def _ending(signals: SimpleQueue[float | None], outcome: Outcome) -> None:
    """End what runs when somebody interrupts, also what the main thread waits for."""
    first: float | None = None
    while (came := signals.get()) is not None:
        # Who sends one signal to a process and to its group does not mean two.
        if first is None or came - first > _SAME:
            outcome.interrupted = True
            process.stop_all(at_once=first is not None)
        first = first or came
