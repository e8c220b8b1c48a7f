"""A plan: for each release, what stands in its way and what deploying it would change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from generator.check.chartfiles import read_chart
from generator.check.objects import Object
from generator.check.release import release_bytes
from generator.errors import ToolError
from generator.findings import ERROR, Finding, worst
from generator.release import preflight, wanted
from generator.release.changes import (
    ACTIONS,
    KEPT,
    Changes,
    ObjectChange,
    find_changes,
    namespace_change,
)
from generator.release.dryrun import spoken
from generator.release.facts import (
    Facts,
    Server,
    read_apis,
    read_facts,
    read_namespaces,
    read_server,
)
from generator.release.history import History, read_history
from generator.release.keys import keys_of
from generator.release.preflight.apis import unrendered
from generator.release.preflight.scene import Scene, finding
from generator.release.target import Target, World
from generator.tools import pool
from generator.tools.kubectl import ClusterError, Json

Progress = Callable[[str], None]

INSTALL, UPGRADE, NOTHING, BLOCKED = "install", "upgrade", "nothing", "blocked"


@dataclass(frozen=True, kw_only=True, eq=False)
class ReleasePlan:
    """One release: what was found, what would change. `changes` is None where nobody can tell."""

    target: Target
    revision: int | None  # the last one, 0 before the first installation, None if unreadable
    findings: tuple[Finding, ...]
    changes: Changes | None = None
    namespace: ObjectChange | None = None  # made or labelled before the release
    hooks: tuple[Object, ...] = ()

    @property
    def objects(self) -> tuple[ObjectChange, ...]:
        first = (self.namespace,) if self.namespace else ()
        return (*first, *(self.changes.objects if self.changes else ()))

    @property
    def pending(self) -> bool:
        return any(one.action != KEPT for one in self.objects) or self.changes is None

    @property
    def action(self) -> str:
        """What deploying would do: install, upgrade, nothing; blocked where it would fail."""
        if worst(self.findings) == ERROR:
            return BLOCKED
        if not self.pending:
            return NOTHING
        return UPGRADE if self.revision else INSTALL

    @property
    def counts(self) -> Mapping[str, int]:
        counts = {action: sum(o.action == action for o in self.objects) for action in ACTIONS}
        return {**counts, "unchanged": self.changes.unchanged if self.changes else 0}


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """All releases of an environment, in the order in which they are deployed."""

    environment: str
    server: Server
    helm: str
    releases: tuple[ReleasePlan, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(found for one in self.releases for found in one.findings)

    @property
    def blocked(self) -> bool:
        return worst(self.findings) == ERROR

    @property
    def pending(self) -> bool:
        return any(one.pending for one in self.releases)

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            key: sum(one.counts[key] for one in self.releases) for key in (*ACTIONS, "unchanged")
        }


def make(
    world: World,
    targets: Sequence[Target],
    *,
    root: Path,
    progress: Progress = lambda _: None,
) -> Plan:
    """Ask the cluster and compare. Changes nothing. Raises `ClusterError` without a cluster."""
    progress("asking the cluster")
    server = pool.together([partial(read_server, world.kubectl)])[0]
    own = tuple(sorted({one.namespace for one in targets}))
    namespaces = pool.together([partial(read_namespaces, world.kubectl, own)])[0]
    maker = _Maker(world, server, namespaces, root, progress)
    releases = tuple(maker.make(one) for one in targets)
    return Plan(
        environment=targets[0].environment if targets else "",
        server=server,
        helm=".".join(map(str, world.helm.version)),
        releases=releases,
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    world: World
    server: Server
    namespaces: Mapping[str, Json | None]  # of all targets
    root: Path
    progress: Progress

    def make(self, target: Target) -> ReleasePlan:
        """One release, as far as one gets: a chart that does not render ends it early."""
        self.progress(f"{target.release}: reading its revisions")
        blank = Scene(
            target=target,
            root=self.root,
            helm=self.world.helm.version,
            history=History(revisions=()),
            facts=Facts(server=self.server, namespace=None),
            objects=(),
            changes=None,
            keys={},
            size=0,
        )
        try:
            history, namespace = self._before(target)
        except ClusterError as error:
            return self._ended(blank, _unread(blank, error), known=False)
        scene = replace(
            blank, history=history, facts=Facts(server=self.server, namespace=namespace)
        )
        self.progress(f"{target.release}: rendering against the cluster")
        try:
            render = partial(wanted.render, target, self.world, history)
            objects, look = self._rendered_by(target, render)
        except ToolError as error:
            return self._ended(scene, *_unrendered(scene, error))
        return self._compared(scene, objects, look)

    def _before(self, target: Target) -> tuple[History, Json | None]:
        """The revisions, and the namespace; None where it is not there."""
        history = pool.together([partial(read_history, target, self.world.kubectl)])[0]
        return history, self.namespaces.get(target.namespace)

    def _rendered_by(
        self, target: Target, render: Callable[..., tuple[Object, ...]]
    ) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
        """The objects, and those with the chart's look at its Secrets switched on.

        Before a first installation Helm looks at what is there already, and ends where that is
        another's or may not be read. An upgrade's rendering goes on, and our checks tell more.
        """
        try:
            return self._rendered(target, render)
        except ClusterError as error:
            if error.reason != "forbidden" and "ownership metadata" not in error.output:
                raise
        return self._rendered(target, partial(render, upgrade=True))

    def _rendered(
        self, target: Target, render: Callable[..., tuple[Object, ...]]
    ) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
        has_look = (target.chart / "files" / "preflight.sh").is_file()
        more = {"preflight": {"enabled": True}}
        calls: list[Callable[[], tuple[Object, ...]]] = [render]
        if has_look:
            calls.append(partial(render, more=more))
        found = pool.together(calls)
        return found[0], found[-1]

    def _compared(
        self, scene: Scene, objects: tuple[Object, ...], look: tuple[Object, ...]
    ) -> ReleasePlan:
        target, kubectl = scene.target, self.world.kubectl
        last = scene.history.deployed or scene.history.last
        self.progress(f"{target.release}: asking what would change")
        apis = read_apis(kubectl, (*objects, *(last.objects if last else ())))
        keys = keys_of(objects, look)
        others = {one.namespace for one in objects} - self.namespaces.keys() - {""}
        namespaces = {**self.namespaces, **read_namespaces(kubectl, tuple(sorted(others)))}
        absent = frozenset(name for name, found in namespaces.items() if found is None)
        facts = read_facts(
            kubectl,
            self.server,
            scene.facts.namespace,
            target.namespace,
            objects,
            apis,
            tuple(keys),
        )
        facts = replace(facts, homeless=absent - self.namespaces.keys())
        # Of what the user may not touch, nothing can be asked; `rights` says so.
        own = tuple(o for o in objects if not wanted.is_hook(o))
        changing = partial(
            find_changes,
            target,
            self.world,
            scene.history,
            own,
            facts.permitted(),
            absent=absent,
        )
        changes = pool.together([changing])[0]
        full = replace(
            scene,
            facts=facts,
            objects=objects,
            changes=changes,
            keys=keys,
            size=self._size(target, objects),
        )
        return ReleasePlan(
            target=target,
            revision=scene.history.last.number if scene.history.last else 0,
            findings=preflight.look(full),
            changes=changes,
            namespace=namespace_change(target, self.world, scene.facts.namespace),
            hooks=tuple(one for one in objects if wanted.is_hook(one)),
        )

    def _size(self, target: Target, objects: Sequence[Object]) -> int:
        shown = f"charts/{target.chart.name}"
        text = "\n".join(json.dumps(one.data) for one in objects)
        return release_bytes(read_chart(target.chart, shown), text)

    def _ended(self, scene: Scene, *last: Finding, known: bool = True) -> ReleasePlan:
        """A plan that ends before the comparison."""
        number = scene.history.last.number if scene.history.last else 0
        early = [*preflight.look(scene), *last] if scene.history.revisions else last
        return ReleasePlan(
            target=scene.target,
            revision=number if known else None,
            findings=tuple(early),
        )


def _unread(scene: Scene, error: ClusterError) -> Finding:
    if error.reason != "forbidden":
        raise error
    return finding(
        "rights",
        scene.chart,
        f"nobody can tell what would change: {spoken(error)}",
        hint=f"kubectl create rolebinding deployer --namespace {scene.namespace}"
        " --clusterrole admin --user NAME    # by someone who may",
        subject=scene.target.release,
    )


def _unrendered(scene: Scene, error: ToolError) -> Sequence[Finding]:
    """What is not served, the chart's own words where it refused, or else Helm's."""
    if isinstance(error, ClusterError) and error.reason in ("unreachable", "unauthorized"):
        raise error
    words, release = _chart_words(error.output), scene.target.release
    return tuple(unrendered(scene, error.output)) or (
        finding("rendering", scene.overlay, words, subject=release),
    )


def _chart_words(output: str) -> str:
    text = output.replace("Use --debug flag to render out invalid YAML", "").strip()
    text = text.removeprefix("Error: ").removeprefix("INSTALLATION FAILED: ")
    text = re.sub(r"\s*To render without a cluster: --api-versions \S+", "", text)
    found = re.search(r"(?:error calling fail|execution error at \(.*?\)): (.*)", text, re.DOTALL)
    return (found[1] if found else text).strip()
