"""Bring a database back to a time: beside the running one, or in its place.

What is done is a list of steps, each of them one command that a person could type: shown, or
followed. Old volumes are kept, and the place of the old backups is only read.
"""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from generator.check.objects import mapping
from generator.errors import GeneratorError
from generator.release.pods import ready
from generator.release.restore import Database, Wish, moment, overlay, values_of
from generator.release.target import Target, World
from generator.release.values import merged
from generator.tools.releases import HOOKS, Upgrade

Json = Mapping[str, Any]

#: What Patroni calls its own ConfigMaps. Without them it makes a new cluster.
_STATE = ("config", "leader", "sync", "failover", "failsafe")
_PAUSE = 2.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """`words` are kubectl's, without the namespace; `act` is done instead where there is one."""

    why: str
    words: tuple[str, ...] = ()
    shown: str = ""
    act: Callable[[], str | None] | None = field(default=None, compare=False)


def steps(database: Database, target: Target, world: World, wish: Wish) -> list[Step]:
    return (_beside if wish.beside else _in_place)(database, target, world, wish)


def _beside(database: Database, target: Target, world: World, wish: Wish) -> list[Step]:
    chart = target.chart / "charts" / wish.component
    more: dict[str, Any] = {}
    for one in reversed(target.given[:-1]):
        shared = {"global": one["global"]} if "global" in one else {}
        more = merged(more, {**mapping(one.get(wish.component)), **shared})
    more = merged(more, values_of(database, wish))
    more = merged(more, {"replicas": 1, "maxReplicas": max(int(more.get("maxReplicas", 1)), 1)})
    if not mapping(mapping(more.get("tls")).get("certManager")).get("enabled"):
        # The names differ, but a single member speaks to itself only.
        more = merged(more, {"tls": {"secret": database.tls}})
    name = f"{wish.beside}-{wish.component}"
    own = replace(database, name=name)
    return [
        _upgrade(
            f"{name}, a cluster of its own", wish.beside, chart, (), more, target, world, wish
        ),
        _ready(own, world, wish),
    ]


def _in_place(database: Database, target: Target, world: World, wish: Wish) -> list[Step]:
    name = database.name
    state = tuple(f"{name}-{end}" for end in _STATE)
    why = "the values say what to begin with"
    chart, values = target.chart, target.values
    return [
        *_stop(database, wish),
        *_keep_volumes(database),
        Step(
            why="Patroni makes a new cluster",
            words=("delete", "configmap", *state, "--ignore-not-found"),
        ),
        _upgrade(why, target.release, chart, values, {}, target, world, wish),
        Step(
            why="the members begin",
            words=("scale", "statefulset", name, f"--replicas={database.replicas}"),
        ),
        _ready(database, world, wish),
        *(
            Step(
                why=f"{caller} comes back",
                words=("scale", "deployment", caller, f"--replicas={count}"),
            )
            for caller, count in database.callers
        ),
    ]


def _stop(database: Database, wish: Wish) -> list[Step]:
    """An autoscaler leaves alone what was scaled to 0."""
    end = ("--for=delete", f"--timeout={wish.seconds}s")
    return [
        *(
            Step(
                why=f"{caller} stops writing",
                words=("scale", "deployment", caller, "--replicas=0"),
            )
            for caller, _ in database.callers
        ),
        Step(
            why="the members end",
            words=("scale", "statefulset", database.name, "--replicas=0"),
        ),
        Step(
            why="until they have",
            words=("wait", "pods", f"--selector={database.selector}", *end),
        ),
    ]


def _keep_volumes(database: Database) -> list[Step]:
    """The claims go, and what they were bound to stays."""
    retain = json.dumps({"spec": {"persistentVolumeReclaimPolicy": "Retain"}})
    kept = [
        Step(
            why=f"the volume of {claim} outlives its claim",
            words=("patch", "persistentvolume", volume, f"--patch={retain}"),
        )
        for claim, volume in database.volumes
        if volume
    ]
    gone = [
        Step(
            why=f"new members get new volumes; the old one stays: {volume or 'there is none yet'}",
            words=("delete", "persistentvolumeclaim", claim),
        )
        for claim, volume in database.volumes
    ]
    return [*kept, *gone]


def _upgrade(
    why: str,
    release: str,
    chart: Path,
    values: Sequence[Path],
    more: Mapping[str, Any],
    target: Target,
    world: World,
    wish: Wish,
) -> Step:
    what = Upgrade(
        release=release,
        chart=chart,
        namespace=target.namespace,
        values=tuple(values),
        more=more,
        wait=HOOKS,
        seconds=wish.seconds,
        undo=False,
        description=f"restore to {moment(wish.to)}",
    )
    files = "".join(f" --values {path}" for path in values)
    given = f" --set-json '{_set(more)}'" if more else ""
    shown = f"helm upgrade --install {release} {chart} --namespace {target.namespace}{files}{given}"

    def act() -> str | None:
        world.releases.upgrade(what)
        return None

    return Step(why=why, shown=shown, act=act)


def _set(more: Mapping[str, Any]) -> str:
    return json.dumps(more, separators=(",", ":"), sort_keys=True)


def _ready(database: Database, world: World, wish: Wish) -> Step:
    """Until a member leads and is ready; then what the last transaction is that came back."""
    selector = f"cluster-name={database.name},role=primary"

    def act() -> str | None:
        deadline = time.monotonic() + wish.seconds
        while True:
            pods = world.kubectl.list("pods", namespace=database.namespace, selector=selector)
            leads = [one for one in pods if ready(one)]
            if leads:
                return _last(leads[0]["metadata"]["name"], database, world)
            if time.monotonic() >= deadline:
                raise GeneratorError(
                    f"no member of {database.name} leads after {wish.seconds} s",
                    hint=f"kubectl logs {database.name}-0 --namespace {database.namespace}",
                )
            time.sleep(_PAUSE)

    shown = f"kubectl get pods --namespace {database.namespace} --selector {selector} --watch"
    return Step(why="until a member leads", shown=shown, act=act)


def _last(pod: str, database: Database, world: World) -> str:
    """The time of the last transaction that was replayed, where the server still knows it."""
    query = "--command=SELECT pg_last_xact_replay_timestamp()"
    words = ("exec", pod, f"--namespace={database.namespace}", "--")
    psql = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", query)
    return world.kubectl.run(*words, *psql).stdout.strip()


def command(step: Step, namespace: str) -> str:
    """As a person would type it."""
    return step.shown or f"kubectl --namespace {namespace} {shlex.join(step.words)}"


def runbook(database: Database, steps: Sequence[Step], wish: Wish) -> str:
    """What would be done. It can be pasted into a shell, line by line."""
    lines = [f"# {database.name} as it was at {moment(wish.to)}, from {database.place}"]
    if not wish.beside:
        lines += ["", "# first, in the overlay, and without deploying it:"]
        lines += [f"#     {line}" for line in overlay(database, wish).splitlines()]
    for step in steps:
        lines += ["", f"# {step.why}", command(step, database.namespace)]
    return "\n".join(lines)


def follow(
    database: Database, steps: Sequence[Step], world: World, wish: Wish, say: Callable[[str], None]
) -> str:
    """Do it, step by step. A step that fails ends it: what was done stands above its error."""
    begin, last = time.monotonic(), None
    for step in steps:
        say(f"{step.why}\n    {command(step, database.namespace)}")
        if step.act is not None:
            last = step.act() or last
        else:
            bound = wish.seconds if step.words[0] == "wait" else 60
            world.kubectl.run(
                *step.words, f"--namespace={database.namespace}", request=bound, bound=bound + 60
            )
    name = f"{wish.beside}-{wish.component}" if wish.beside else database.name
    lines = [
        f"{name} is as it was at {moment(wish.to)}, after {time.monotonic() - begin:.0f} s (RTO)"
    ]
    if last:
        lost = (wish.to - _instant(last)).total_seconds()
        lines.append(f"its last transaction is of {last}: {lost:.0f} s before that (RPO at most)")
    return "\n".join(lines)


def _instant(text: str) -> datetime:
    """A time as PostgreSQL writes it: 2026-11-28 12:00:00.5+00."""
    return datetime.fromisoformat(re.sub(r"([+-]\d{2})$", r"\1:00", text))
