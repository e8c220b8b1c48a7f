"""Deploy one release: its namespace, then Helm, step by step, watched; and say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from generator.errors import GeneratorError, StoppedError
from generator.release import aftermath, pending
from generator.release.changes import MANAGER
from generator.release.conflicts import conflict_hint
from generator.release.history import History, read_history
from generator.release.layers import Step, steps
from generator.release.target import Target, World
from generator.release.waits import choose
from generator.release.wanted import render
from generator.release.watch import Outcome, Show, Watcher
from generator.tools.kubectl import ClusterError
from generator.tools.releases import Upgrade


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user asked for. `more` are values on top of the overlays."""

    seconds: int = 900
    force_conflicts: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How a deployment tells what it does: sentences, and sights of what is not ready yet."""

    say: Callable[[str], None]
    show: Show


def free(target: Target, world: World, voice: Voice, *, recover: bool) -> None:
    """Free a release that an operation left pending, if that is asked for; else raise."""
    history = read_history(target, world.kubectl)
    if history.last is None or not history.last.pending:
        return
    if not recover or history.last.status == "uninstalling":
        pending.refuse(target, history, now=datetime.now(UTC))
    voice.say(pending.recover(target, world, history))


def deploy_release(target: Target, world: World, wishes: Wishes, voice: Voice) -> None:
    """Bring a release to what its chart and overlays say. Raises with the state that is left."""
    history = read_history(target, world.kubectl)
    pending.refuse(target, history, now=datetime.now(UTC))
    _namespace(target, world, voice)
    for step in steps(target, history):
        _step(target, world, wishes, voice, step=step, history=history)
        history = read_history(target, world.kubectl)


def _namespace(target: Target, world: World, voice: Voice) -> None:
    """Make the namespace, or give it its labels. Who may not can still deploy into one."""
    try:
        world.kubectl.apply(target.namespace_manifest, manager=MANAGER, force=True)
    except ClusterError as error:
        if error.reason != "forbidden":
            raise
        name = f"charts/{target.chart.name}/files/namespace.yaml"
        voice.say(f"{target.release}: this user may not apply {name}: its labels are left alone")


def _step(
    target: Target, world: World, wishes: Wishes, voice: Voice, *, step: Step, history: History
) -> None:
    more = _merged(step.more, wishes.more)
    objects = render(target, world, history, more=more)
    wait = choose(objects, world.helm.version)
    first = history.last is None
    name = f"{target.release}: {step.description or ('installing' if first else 'upgrading')}"
    voice.say(f"{name} to {target.version} in {target.namespace}, {len(objects)} objects")
    voice.say(f"    waits by {wait.how}: {wait.reason}")
    upgrade = Upgrade(
        release=target.release,
        chart=target.chart,
        namespace=target.namespace,
        values=target.values,
        more=more,
        wait=wait.how,
        seconds=wishes.seconds,
        # To undo a first installation is to uninstall it: nobody could look why it failed.
        undo=history.deployed is not None,
        force_conflicts=wishes.force_conflicts,
        description=step.description,
    )
    watcher = Watcher(target=target, world=world, objects=objects, show=voice.show)
    outcome = watcher.during(lambda: world.releases.upgrade(upgrade), seconds=wishes.seconds)
    if outcome.error or outcome.interrupted:
        raise _failure(target, world, name, outcome)
    voice.say(f"    done in {outcome.seconds:.0f} s")


def _failure(target: Target, world: World, name: str, outcome: Outcome) -> GeneratorError:
    left = aftermath.state_left(target, world)
    if outcome.interrupted:
        if outcome.error is None:
            left += "; it had just ended"
        return StoppedError(
            f"{name}: interrupted after {outcome.seconds:.0f} s\n    state: {left}",
            hint="the same command again goes on from there",
        )
    assert outcome.error is not None
    lines = [f"{name}: failed after {outcome.seconds:.0f} s"]
    lines += [f"    {line}" for line in aftermath.reasons(outcome.parts)]
    lines += ["    Helm says:", *(f"      {line}" for line in aftermath.helm_words(outcome.error))]
    lines.append(f"    state: {left}")
    return GeneratorError("\n".join(lines), hint=_next(target, outcome.error))


def _next(target: Target, error: ClusterError) -> str:
    if error.reason == "conflict":
        return conflict_hint(error.output)
    if "another operation" in error.output:
        return "somebody else deploys this release right now: wait, then look with `helm history`"
    if error.reason in ("unauthorized", "forbidden", "unreachable") and error.hint:
        return error.hint
    return f"kubectl get pods,events -n {target.namespace}; then the same command again"


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        inner = result.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        result[key] = _merged(inner, value) if both else value  # type: ignore[arg-type]
    return result
