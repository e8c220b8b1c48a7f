"""Bring a database back to a time: beside the running one, or in its place.

What is done is a list of steps, each of them one command that a person could type: shown, or
followed. Old volumes are kept, and the place of the old backups is only read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.check.objects import mapping
from generator.errors import GeneratorError
from generator.release.callers import around
from generator.release.pods import ready
from generator.release.restore import Database, Wish, overlay, values_of
from generator.release.step import Step, command
from generator.release.target import Target, World
from generator.release.values import merged
from generator.tools.kubectl import ClusterError
from generator.tools.releases import HOOKS, Upgrade

Json = Mapping[str, Any]

#: What Patroni calls its own ConfigMaps. Without them it makes a new cluster.
_STATE = ("config", "leader", "sync", "failover", "failsafe")
_PAUSE = 2.0
#: In a member's volume: from where, up to when, and the last transaction (post_bootstrap.sh).
_MARK = "/home/postgres/pgdata/restored"


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
    name, callers = database.name, database.callers
    stop, go_on = around(callers, wish.component, world, database.namespace)
    state = tuple(f"{name}-{end}" for end in _STATE)
    end = ("--for=delete", f"--timeout={wish.seconds}s")

    def upgrade(why: str, more: Mapping[str, Any]) -> Step:
        return _upgrade(why, target.release, target.chart, target.values, more, target, world, wish)

    return [
        *stop,
        Step(why="the members end", words=("scale", "statefulset", name, "--replicas=0")),
        Step(
            why="until they have",
            words=("wait", "pods", f"--selector={database.selector}", *end),
        ),
        *_keep_volumes(database),
        Step(
            why="Patroni makes a new cluster",
            words=("delete", "configmap", *state, "--ignore-not-found"),
        ),
        upgrade("the values say what to begin with", callers.held),
        Step(
            why="the members begin",
            words=("scale", "statefulset", name, f"--replicas={database.replicas}"),
        ),
        _ready(database, world, wish),
        *go_on,
        # Else the release would go on to say that they are suspended.
        *([upgrade("the release says what the values say", {})] if callers.held else ()),
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
        description=f"restore: {wish.said}",
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
    """Until a member leads, is ready and takes a write; then what it was restored to."""
    selector = f"cluster-name={database.name},role=primary"

    def act() -> str | None:
        deadline = time.monotonic() + wish.seconds
        while True:
            pods = world.kubectl.list("pods", namespace=database.namespace, selector=selector)
            leads = [str(one["metadata"]["name"]) for one in pods if ready(one)]
            if leads and _writes(leads[0], database, world):
                return _restored(leads[0], database, world, wish)
            if time.monotonic() >= deadline:
                raise GeneratorError(
                    f"no member of {database.name} takes writes after {wish.seconds} s",
                    hint=f"kubectl logs {database.name}-0 --namespace {database.namespace}",
                )
            time.sleep(_PAUSE)

    shown = f"kubectl get pods --namespace {database.namespace} --selector {selector} --watch"
    return Step(why="until a member leads and takes writes", shown=shown, act=act, opens=True)


def _inside(pod: str, database: Database, world: World, *words: str) -> str:
    """What a command in the member's container prints."""
    where = ("exec", pod, f"--namespace={database.namespace}", "--")
    return world.kubectl.run(*where, *words).stdout.strip()


def _writes(pod: str, database: Database, world: World) -> bool:
    """Whether it takes a write: nothing gets a number of a transaction before."""
    psql = ("psql", "--no-psqlrc", "--tuples-only", "--no-align")
    try:
        return bool(_inside(pod, database, world, *psql, "--command=SELECT pg_current_xact_id()"))
    except ClusterError as error:
        if error.reason in ("forbidden", "unauthorized"):
            raise
        return False


def _restored(pod: str, database: Database, world: World, wish: Wish) -> str:
    """The time of the last transaction that came back. Its volume must tell of this restore."""
    script = f"cat {_MARK} 2>/dev/null || true"
    said = _inside(pod, database, world, "sh", "-c", script).splitlines()
    place, moment, last = (*said, "", "", "")[:3]
    if not place.endswith(f"/{database.place}") or moment != wish.time:
        found = f"from {place}, up to {moment or 'the end'}" if place else "from nothing"
        raise GeneratorError(
            f"{database.name} takes writes, but it began {found}: its volumes or Patroni's "
            "ConfigMaps are of an earlier cluster",
            hint=f"kubectl get persistentvolumeclaims,configmaps --namespace {database.namespace}",
        )
    return last


def runbook(database: Database, steps: Sequence[Step], wish: Wish) -> str:
    """What would be done. It can be pasted into a shell, line by line."""
    lines = [f"# {database.name} {wish.said}, from {database.place}"]
    if not wish.beside:
        lines += ["", "# first, in the overlay, and without deploying it:"]
        lines += [f"#     {line}" for line in overlay(database, wish).splitlines()]
    for step in steps:
        lines += ["", f"# {step.why}", command(step, database.namespace)]
    return "\n".join(lines)


def follow(
    database: Database,
    steps: Sequence[Step],
    world: World,
    wish: Wish,
    say: Callable[[str], None],
    begin: float | None = None,
) -> str:
    """Do it, step by step. A step that fails ends it: what was done stands above its error.

    `begin` is since when the database is missed, by the monotonic clock.
    """
    begin, started = time.monotonic() if begin is None else begin, datetime.now(UTC)
    last, took = None, 0.0
    for step in steps:
        say(f"{step.why}\n    {command(step, database.namespace)}")
        if step.act is not None:
            last = step.act() or last
        else:
            bound = wish.seconds if step.words[0] == "wait" else 60
            world.kubectl.run(
                *step.words, f"--namespace={database.namespace}", request=bound, bound=bound + 60
            )
        if step.opens:
            took = time.monotonic() - begin
    name = f"{wish.beside}-{wish.component}" if wish.beside else database.name
    return "\n".join(
        (
            f"{name} is {wish.said}",
            f"RTO: it takes writes {took:.1f} s after this command began",
            f"RPO: {_lost(last, wish.to or started, bool(wish.time))}",
        )
    )


def _lost(last: str | None, until: datetime, wanted: bool) -> str:
    """How old the last transaction is that came back."""
    if not last:
        return "no transaction was replayed: the data is that of the base backup"
    lost = (until - datetime.fromisoformat(last)).total_seconds()
    since = "the time that was asked for" if wanted else "this command began"
    return f"its last transaction is of {last}, {lost:.1f} s before {since}"
