"""Call Helm where it speaks to a cluster: install, upgrade, roll back, render against it.

Helm 3 and Helm 4 name some options differently; the words of this module are the same for both.
A call that changes a release is asked to end before it is made to: it then notes in the cluster
that the release failed, and nobody finds it pending.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from generator.tools import process
from generator.tools.helm import Helm, environment, value_files
from generator.tools.kubectl import ClusterError, Kubectl, reason_of

#: Seconds that Helm gets to note its own end in the cluster.
GRACE = 45.0

#: How to wait: until the objects are ready (`watcher` asks kstatus, also of custom resources;
#: `legacy` knows only Kubernetes' own kinds), or only for hooks.
WATCHER, LEGACY, HOOKS = "watcher", "legacy", "hookOnly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """What an installation or upgrade is to do. `seconds` bound each wait of Helm's own.

    `more` are values on top of the files. `undo` rolls back when it fails.
    """

    release: str
    chart: Path
    namespace: str
    values: tuple[Path, ...]
    more: Mapping[str, Any]
    wait: str
    seconds: int
    undo: bool
    force_conflicts: bool = False
    description: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Releases:
    """The releases of a cluster, through a Helm."""

    helm: Helm
    kubectl: Kubectl

    def upgrade(self, what: Upgrade) -> str:
        """`helm upgrade --install`: what Helm printed. Raises `ClusterError`."""
        words = ["upgrade", what.release, str(what.chart), "--install", "--hide-notes"]
        words += [f"--namespace={what.namespace}", f"--timeout={what.seconds}s", "--wait-for-jobs"]
        words += value_files(what.values)
        words += self._waiting(what.wait)
        if what.undo:
            words.append("--rollback-on-failure" if self._four else "--atomic")
        if what.force_conflicts and self._four:
            words.append("--force-conflicts")
        if what.description:
            words.append(f"--description={what.description}")
        # Twice the time: a failed upgrade waits again while it is rolled back.
        return self._run(words, seconds=2 * what.seconds + 60, more=what.more)

    def rollback(
        self,
        release: str,
        revision: int,
        *,
        namespace: str,
        wait: str,
        seconds: int,
        force_conflicts: bool = False,
    ) -> str:
        """`helm rollback` to a revision: what Helm printed."""
        words = ["rollback", release, str(revision), f"--namespace={namespace}"]
        words += [f"--timeout={seconds}s", "--wait-for-jobs", *self._waiting(wait)]
        if force_conflicts and self._four:
            words.append("--force-conflicts")
        return self._run(words, seconds=seconds + 60)

    def render(
        self,
        release: str,
        chart: Path,
        *,
        namespace: str,
        values: Sequence[Path],
        more: Mapping[str, Any],
        upgrade: bool,
    ) -> str:
        """What an upgrade would send, rendered with what the cluster can and has (`lookup`).

        With its hooks, without its tests; a release that is pending does not hinder it.
        """
        words = ["template", release, str(chart), f"--namespace={namespace}", "--dry-run=server"]
        words += ["--skip-tests", *(["--is-upgrade"] if upgrade else []), *value_files(values)]
        return self._run(words, seconds=120, more=more)

    @property
    def _four(self) -> bool:
        return self.helm.version >= (4, 0, 0)

    def _waiting(self, wait: str) -> list[str]:
        if self._four:
            return [f"--wait={wait}"]
        return [] if wait == HOOKS else ["--wait"]

    def _run(
        self, words: list[str], *, seconds: float, more: Mapping[str, Any] | None = None
    ) -> str:
        command = [str(self.helm.path), *words]
        if self.kubectl.context:
            command.append(f"--kube-context={self.kubectl.context}")
        if more:
            command.append("--values=-")
        # Its pace is the cluster's, so what saves a short call its time is of no use here.
        fast = {"GOGC", "GOMAXPROCS", "GOMEMLIMIT"}
        env = {name: value for name, value in environment().items() if name not in fast}
        if self.kubectl.kubeconfig:
            env["KUBECONFIG"] = str(self.kubectl.kubeconfig)
        stdin = json.dumps(more) if more else None
        try:
            done = process.run(command, env=env, stdin=stdin, timeout=seconds, grace=GRACE)
        except ToolError as error:
            raise ClusterError(error, reason_of(error)) from None
        return done.stdout
