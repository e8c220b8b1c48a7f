"""Deploy one release: its namespace, then Helm, step by step, watched; and say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.check.objects import Object
from generator.errors import GeneratorError, RefusedError, StoppedError
from generator.release import admission, aftermath, immutable, pending, schema_guard
from generator.release.changes import MANAGER
from generator.release.conflicts import conflict_hint
from generator.release.history import History, read_history
from generator.release.layers import Step, steps
from generator.release.target import Target, World
from generator.release.values import merged
from generator.release.waits import choose
from generator.release.wanted import render
from generator.release.watch import Outcome, Show, Watcher
from generator.tools.kubectl import ClusterError
from generator.tools.releases import Upgrade

#: What Helm says to the second of two.
_BUSY = ("another operation", "release: already exists")


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
        pending.refuse(target, history)
    voice.say(pending.recover(target, world, history))


def deploy_release(target: Target, world: World, wishes: Wishes, voice: Voice) -> None:
    """Bring a release to what its chart and overlays say. Raises with the state that is left."""
    history = read_history(target, world.kubectl)
    pending.refuse(target, history)
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
    more = merged(step.more, wishes.more)
    objects = render(target, world, history, more=more)
    _guard(history, objects, target)
    wait = choose(objects, world.helm.version)
    first = history.last is None
    name = f"{target.release}: {step.description or ('installing' if first else 'upgrading')}"
    voice.say(f"{name} to {target.version} in {target.namespace}, {len(objects)} objects")
    voice.say(f"    waits by {wait.how}: {wait.reason}")
    undo = _undo(history, objects, voice)
    upgrade = Upgrade(
        release=target.release,
        chart=target.chart,
        namespace=target.namespace,
        values=target.values,
        more=more,
        wait=wait.how,
        seconds=wishes.seconds,
        undo=undo,
        force_conflicts=wishes.force_conflicts,
        description=step.description,
    )
    watcher = Watcher(target=target, world=world, objects=objects, show=voice.show)
    outcome = watcher.during(lambda: world.releases.upgrade(upgrade), seconds=wishes.seconds)
    if outcome.error or outcome.interrupted:
        raise failure(target, world, name, outcome)
    voice.say(f"    done in {outcome.seconds:.0f} s")


def _undo(history: History, objects: Sequence[Object], voice: Voice) -> bool:
    """Whether a failure shall be rolled back.

    To undo a first installation is to uninstall it: nobody could look why it failed. And code that
    would not run on the schema, once migrated, must not come back.
    """
    runs = history.deployed
    if runs is None:
        return False
    past = [one.objects for one in history.revisions]
    found = schema_guard.refusals([*past, objects], runs.objects)
    for one in found:
        voice.say(
            f"    no rollback if it fails: {one.title} of revision {runs.number} needs schema"
            f" {one.needs}, this version migrates to {one.schema}. Then repair it and deploy again"
        )
    return not found


def _guard(history: History, objects: Sequence[Object], target: Target) -> None:
    """An older version, deployed again, is a rollback, too."""
    past = [one.objects for one in history.revisions]
    if found := schema_guard.refusals(past, objects):
        sentences = "; ".join(one.sentence for one in found)
        raise RefusedError(f"{target.release} {target.version}: {sentences}", hint=found[0].way)


def failure(target: Target, world: World, name: str, outcome: Outcome) -> GeneratorError:
    left = aftermath.state_left(target, world)
    if outcome.interrupted:
        ended = "; it had just ended" if outcome.error is None else ""
        again = (
            "the same command again, with --recover," if left.stuck else "the same command again"
        )
        return StoppedError(
            f"{name}: interrupted after {outcome.seconds:.0f} s\n    state: {left.sentence}{ended}",
            hint=f"{again} goes on from there",
        )
    assert outcome.error is not None
    if any(words in outcome.error.output for words in _BUSY):
        return GeneratorError(
            f"{name}: somebody else deploys this release right now; nothing was done here",
            hint=f"wait for them: helm history {target.release} -n {target.namespace}",
        )
    lines = [f"{name}: failed after {outcome.seconds:.0f} s"]
    lines += [f"    {line}" for line in aftermath.reasons(outcome.parts)]
    lines += ["    Helm says:", *(f"      {line}" for line in aftermath.helm_words(outcome.error))]
    lines.append(f"    state: {left.sentence}")
    return GeneratorError("\n".join(lines), hint=_next(target, outcome, stuck=left.stuck))


def _next(target: Target, outcome: Outcome, *, stuck: bool) -> str:
    way = _way(target, outcome)
    if stuck:
        return f"{way or 'wait until the cluster answers'}; then deploy again with --recover"
    if way:
        return way
    what = "is not ready" if any(not part.done for part in outcome.parts) else "Helm names"
    return f"solve what {what}, then the same command again: there is nothing to clean up"


def _way(target: Target, outcome: Outcome) -> str | None:
    """What stood in the way, where its sign is known."""
    error = outcome.error
    assert error is not None
    if error.reason == "conflict":
        return conflict_hint(error.output)
    if way := admission.way(error.output):
        return way
    if error.reason == "forbidden":
        return f"kubectl auth can-i --list --namespace {target.namespace}"
    unheard = error.code is None or "connection refused" in error.output
    if unheard or error.reason == "unauthorized":
        return error.hint
    if immutable.refused(error.output):
        where = f"-e {target.environment} --chart {target.release}"
        return f"what can't change in place, and how to change it: python -m generator plan {where}"
    return None
