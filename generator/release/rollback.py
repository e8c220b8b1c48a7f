"""Roll a release back to a revision, after a look at what can't go back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.errors import GeneratorError, RefusedError
from generator.release import pending, schema_guard
from generator.release.aftermath import what
from generator.release.changes import REPLACED, Changes, find_changes
from generator.release.deploy import Voice, failure
from generator.release.facts import read_apis
from generator.release.history import History, Revision, read_history
from generator.release.target import Target, World
from generator.release.waits import choose
from generator.release.watch import Watcher

_HALF = re.compile(r"layer (\d+) of (\d+): ")


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """A rollback that can be made: to which revision, and what it would change."""

    to: Revision
    changes: Changes


def look(target: Target, world: World, revision: int | None) -> Way:
    """Choose the revision, and see whether everything can go back to it. Changes nothing.

    Raises `RefusedError` where it would do harm.
    """
    history = read_history(target, world.kubectl)
    if history.last is None:
        raise GeneratorError(f"{target.release} is not installed in {target.namespace}")
    if history.last.status == "uninstalling":
        pending.refuse(target, history)
    to = chosen(history, revision)
    _whole(to)
    guard(history, to)
    objects = to.objects
    last = history.deployed or history.last
    apis = read_apis(world.kubectl, (*objects, *last.objects))
    changes = find_changes(target, world, history, objects, apis, absent=frozenset())
    _possible(changes, to)
    return Way(to=to, changes=changes)


def roll_back(
    target: Target, world: World, way: Way, voice: Voice, *, seconds: int, force_conflicts: bool
) -> None:
    """Roll back, and watch until all is ready. Raises with the state that is left."""
    to = way.to
    wait = choose(to.objects, world.helm.version)
    name = f"{target.release}: rolling back to revision {to.number} ({what(to)})"
    voice.say(f"{name} in {target.namespace}, {len(to.objects)} objects")
    voice.say(f"    waits by {wait.how}: {wait.reason}")
    watcher = Watcher(target=target, world=world, objects=to.objects, show=voice.show)
    outcome = watcher.during(
        lambda: world.releases.rollback(
            target.release,
            to.number,
            namespace=target.namespace,
            wait=wait.how,
            seconds=seconds,
            force_conflicts=force_conflicts,
        ),
        seconds=seconds,
    )
    if outcome.error or outcome.interrupted:
        raise failure(target, world, name, outcome)
    voice.say(f"    done in {outcome.seconds:.0f} s")


def chosen(history: History, number: int | None) -> Revision:
    """The revision of that number, or the newest good one that is another than what is there.

    What is there is the last attempt: after a failed one that nobody rolled back, it is what ran
    before it.
    """
    if number is not None:
        found = history.revision(number)
        if found is None:
            kept = ", ".join(str(one.number) for one in history.revisions)
            raise GeneratorError(f"there is no revision {number}", hint=f"kept are: {kept}")
        return found
    last = history.last
    assert last is not None
    manifest = last.record.get("manifest")
    for one in reversed(history.revisions[:-1]):
        if one.good and not _is_half(one) and one.record.get("manifest") != manifest:
            return one
    raise GeneratorError(
        "no revision that is kept ran as a whole and is another than what runs now",
        hint="helm history shows them; name one: rollback REVISION",
    )


def guard(history: History, to: Revision) -> None:
    """Raises `RefusedError` where the revision's code would not run on the schema."""
    past = [one.objects for one in history.revisions]
    if found := schema_guard.refusals(past, to.objects):
        sentences = "; ".join(one.sentence for one in found)
        raise RefusedError(f"revision {to.number} ({what(to)}): {sentences}", hint=found[0].way)


def _whole(to: Revision) -> None:
    if _is_half(to):
        raise RefusedError(
            f"revision {to.number} is a step of the first installation ({to.description}): rolling"
            " back to it would remove what came after",
            hint="deploy a version that works, or name another revision",
        )


def _is_half(one: Revision) -> bool:
    found = _HALF.match(one.description)
    return found is not None and found[1] != found[2]


def _possible(changes: Changes, to: Revision) -> None:
    """Raises `RefusedError` where the API server would not take an object as it was."""
    stuck = changes.of(REPLACED)
    refused = [one for one in changes.objects if one.refused and one not in stuck]
    if not stuck and not refused:
        return
    lines = [f"not everything can go back to revision {to.number}:"]
    for one in (*stuck, *refused):
        fields = ", ".join(change.path for change in one.fields)
        lines.append(f"    {one.title}: {fields or one.refused}")
    recipe = "\n".join(line for one in stuck for line in one.recipe)
    raise RefusedError("\n".join(lines), hint=recipe or "deploy a version that goes forward")
