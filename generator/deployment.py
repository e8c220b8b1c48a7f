"""What `deploy` and `rollback` do, in order: look before, then release by release."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import fresh, live, pipeline
from generator.errors import InputError, StaleError
from generator.findings import ERROR, NOTE, worst

if TYPE_CHECKING:
    from generator.progress import Board
    from generator.release.plan import Plan
    from generator.release.target import Target, World

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """The options of `deploy`."""

    spec: Path
    environment: str
    chart: str | None = None
    saved: Path | None = None
    seconds: int = 900
    skip_preflight: bool = False
    recover: bool = False
    force_conflicts: bool = False
    take_image: bool = False


def deploy(request: Request, access: dict[str, Any], board: Board) -> None:
    """Deploy the charts of an environment, one after the other.

    Raises `InputError` where something stands in the way; nothing was changed then.
    """
    from generator.release.deploy import Voice, Wishes, deploy_release, free

    world, targets = _stage(request, access)
    voice = Voice(say=board.say, show=board.show)
    board.step("looking at the cluster")
    for target in targets:
        free(target, world, voice, recover=request.recover)
    if request.saved:
        _hold_to(request.saved, targets, world)
    images = {}
    if not (request.skip_preflight or request.saved) or request.take_image:
        plan = _plan(request, world, targets, board.step)
        images = _settled(request, plan, board.say)
    for target in targets:
        wishes = Wishes(
            seconds=request.seconds,
            force_conflicts=request.force_conflicts,
            more=images.get(target.release, {}),
        )
        deploy_release(target, world, wishes, voice)


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """The options of `rollback`."""

    spec: Path
    environment: str
    chart: str
    revision: int | None
    seconds: int
    force_conflicts: bool
    dry_run: bool


def rollback(request: Return, access: dict[str, Any], board: Board, *, say: Say) -> None:
    """Roll one release back, or say what that would change."""
    from generator.release import plantext
    from generator.release.aftermath import what
    from generator.release.deploy import Voice
    from generator.release.rollback import look, roll_back

    _, (target,) = live.targets(request.spec, request.environment, request.chart)
    world = live.world(request.spec, live.Access(**access))
    board.step("looking at the cluster")
    way = look(target, world, request.revision)
    if request.dry_run:
        say(f"{target.release} would go back to revision {way.to.number} ({what(way.to)})")
        lines = tuple(plantext.changes(way.changes.objects, target.namespace))
        say("\n".join(lines) or f"  nothing: all is as revision {way.to.number} has it")
        return
    roll_back(
        target,
        world,
        way,
        Voice(say=board.say, show=board.show),
        seconds=request.seconds,
        force_conflicts=request.force_conflicts,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """The options of `restore`."""

    spec: Path
    environment: str
    chart: str
    component: str
    to: datetime | None
    beside: str
    seconds: int
    run: bool


def restore(request: Back, access: dict[str, Any], board: Board, *, say: Say) -> None:
    """Say how a database comes back to a time, and do it where that is asked for."""
    from generator.release import restore as back
    from generator.release import restore_steps as way

    begin = time.monotonic()
    _, (target,) = live.targets(request.spec, request.environment, request.chart)
    world = live.world(request.spec, live.Access(**access))
    wish = back.Wish(
        component=request.component,
        to=request.to,
        beside=request.beside,
        seconds=request.seconds,
    )
    board.step("looking at the cluster")
    database = back.look(target, world, wish)
    steps = way.steps(database, target, world, wish)
    if not request.run:
        say(way.runbook(database, steps, wish))
        return
    back.hold_to(database, target, wish)
    say(way.follow(database, steps, world, wish, board.say, begin))


def _settled(request: Request, plan: Plan, say: Say) -> dict[str, Any]:
    """The values that keep the live images, once nothing stands in the way any more."""
    from generator.findings import text
    from generator.release import images
    from generator.release.preflight import conflicts

    taken = {}
    if request.take_image:
        taken = {one.target.release: images.live_values(one) for one in plan.releases}
    settled = {conflicts.ID} if request.force_conflicts else set()
    found = [one for one in plan.findings if one.rule not in settled]
    if request.take_image and conflicts.ID not in settled:
        found = [one for one in found if not images.settles(one, plan)]
    if worst(found) == ERROR and not request.skip_preflight:
        raise InputError([one for one in found if one.severity != NOTE])
    if told := [one for one in found if one.severity != NOTE]:
        say(text(told))
    return taken


def _hold_to(saved: Path, targets: tuple[Target, ...], world: World) -> None:
    """Refuse what is not what the plan has shown. Raises `StaleError`."""
    from generator.release.planfile import load_plan, moved

    if reasons := moved(load_plan(saved), targets, world):
        raise StaleError(
            f"{saved} does not hold any more: " + "; ".join(reasons),
            hint=f"look again: python -m generator plan -e {targets[0].environment} --out {saved}",
        )


def dry_run(request: Request, access: dict[str, Any], *, say: Say, step: Say) -> int:
    """Render, let the API server try every object, prove the charts. Changes nothing."""
    from generator.findings import text
    from generator.release import plantext

    world, targets = _stage(request, access)
    plan = _plan(request, world, targets, step)
    say(plantext.text(plan))
    step("checking the charts")
    platform, _ = live.targets(request.spec, request.environment, request.chart)
    report = pipeline.prove_charts(
        request.spec,
        platform,
        (request.environment,),
        (pipeline.newest_kubernetes(),),
        world.helm.path,
    )
    found = tuple(one for one in report.findings if one.severity != NOTE)
    say("\npolicies: " + (f"\n{text(found)}" if found else "no findings"))
    return 3 if plan.blocked or worst(found) == ERROR else 0


def _stage(request: Request, access: dict[str, Any]) -> tuple[World, tuple[Target, ...]]:
    platform, targets = live.targets(request.spec, request.environment, request.chart)
    fresh.require_charts(request.spec, platform)
    return live.world(request.spec, live.Access(**access)), targets


def _plan(request: Request, world: World, targets: tuple[Target, ...], step: Say) -> Plan:
    from generator.release.plan import make

    return make(world, targets, root=request.spec.parent, progress=step)
