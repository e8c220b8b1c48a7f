"""Those that write to a database: who they are, and what stops them and has them go on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.check.objects import mapping
from generator.release.step import Step, command
from generator.release.target import World

Json = Mapping[str, Any]

#: The role that a CronJob of the kind `cron` carries: its values have a `suspend`.
_CRON = "cron"


@dataclass(frozen=True, kw_only=True)
class Cron:
    """A CronJob. `wanted` is what the values say, `key` where they say it; "" for one of others."""

    name: str
    wanted: bool
    key: str


@dataclass(frozen=True, kw_only=True)
class Callers:
    """`deployments` with the replicas that run now; `jobs` that run now, of CronJobs too."""

    deployments: tuple[tuple[str, int], ...] = ()
    crons: tuple[Cron, ...] = ()
    jobs: tuple[str, ...] = ()

    @property
    def held(self) -> dict[str, Any]:
        """Values by which an upgrade leaves the CronJobs suspended."""
        return {one.key: {"suspend": True} for one in self.crons if one.key and not one.wanted}


def find(objects: Sequence[Json], component: str, world: World, namespace: str) -> Callers:
    """Who connects to the component: of the rendered objects, and of the Jobs that run."""
    return Callers(
        deployments=tuple(_deployments(objects, component, world, namespace)),
        crons=tuple(_crons(objects, component, world, namespace)),
        jobs=running_jobs(component, world, namespace),
    )


def running_jobs(component: str, world: World, namespace: str) -> tuple[str, ...]:
    """Jobs that connect to it and have not ended."""
    jobs = world.kubectl.list("job", namespace=namespace)
    return tuple(
        str(one["metadata"]["name"])
        for one in jobs
        if mapping(one.get("status")).get("active") and connects(_pod(one), component)
    )


def connects(pod: Json, component: str) -> bool:
    """Whether a container is told where the component is."""
    variable = re.sub(r"[^A-Z0-9]", "_", component.upper()) + "_HOST"
    every = (*pod.get("containers", ()), *pod.get("initContainers", ()))
    return any(entry["name"] == variable for each in every for entry in each.get("env") or ())


def _pod(workload: Json) -> Json:
    spec = workload["spec"]
    spec = spec["jobTemplate"]["spec"] if workload.get("kind") == "CronJob" else spec
    return mapping(mapping(spec["template"]).get("spec"))


def _of(objects: Sequence[Json], kind: str, component: str) -> Iterator[Json]:
    return (one for one in objects if one.get("kind") == kind and connects(_pod(one), component))


def _deployments(
    objects: Sequence[Json], component: str, world: World, namespace: str
) -> Iterator[tuple[str, int]]:
    """One that has no replicas is left alone."""
    for one in _of(objects, "Deployment", component):
        name = str(one["metadata"]["name"])
        live = world.kubectl.get("deployment", name, namespace=namespace)
        count = 0 if live is None else int(live["spec"].get("replicas", 1))
        if count:
            yield name, count


def _crons(objects: Sequence[Json], component: str, world: World, namespace: str) -> Iterator[Cron]:
    for one in _of(objects, "CronJob", component):
        name, labels = str(one["metadata"]["name"]), mapping(one["metadata"].get("labels"))
        if world.kubectl.get("cronjob", name, namespace=namespace) is None:
            continue
        ours = labels.get("app.kubernetes.io/component") == _CRON
        yield Cron(
            name=name,
            wanted=bool(one["spec"].get("suspend")),
            key=str(labels.get("app.kubernetes.io/name", "")) if ours else "",
        )


def around(
    callers: Callers, component: str, world: World, namespace: str
) -> tuple[list[Step], list[Step]]:
    """The steps that stop them, and those that have them go on."""
    stop = [
        Step(why=f"{name} stops writing", words=("scale", "deployment", name, "--replicas=0"))
        for name, _ in callers.deployments
    ]
    stop += [
        Step(why=f"{one.name} starts no more Jobs", words=_suspend("cronjob", one.name, True))
        for one in callers.crons
    ]
    go_on = [
        Step(
            why=f"{name} comes back",
            words=("scale", "deployment", name, f"--replicas={count}"),
        )
        for name, count in callers.deployments
    ]
    go_on += [
        Step(why=f"{one.name} starts Jobs again", words=_suspend("cronjob", one.name, False))
        for one in callers.crons
        if not one.wanted
    ]
    held: list[str] = []

    def hold() -> None:
        """Those that run by now."""
        for name in running_jobs(component, world, namespace):
            world.kubectl.run(*_suspend("job", name, True), f"--namespace={namespace}")
            held.append(name)

    def free() -> None:
        for name in held:
            world.kubectl.run(*_suspend("job", name, False), f"--namespace={namespace}")

    def shown(suspend: bool) -> str:
        steps = (Step(why="", words=_suspend("job", name, suspend)) for name in callers.jobs)
        return "\n".join(command(one, namespace) for one in steps)

    if callers.jobs or callers.crons:
        none = f"kubectl --namespace {namespace} get jobs    # of those that write, none ran"
        stop.append(Step(why="Jobs that run wait", shown=shown(True) or none, act=hold))
        go_on.append(Step(why="these Jobs go on", shown=shown(False) or none, act=free))
    return stop, go_on


def _suspend(kind: str, name: str, suspend: bool) -> tuple[str, ...]:
    patch = json.dumps({"spec": {"suspend": suspend}}, separators=(",", ":"))
    return ("patch", kind, name, f"--patch={patch}")
