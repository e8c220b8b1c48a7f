"""What is here and what is missing: tools, spec, cluster, registry. All is asked at once.

No question may take long: what does not answer in a few seconds is said not to answer.
"""

from __future__ import annotations

import platform as machine
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import GeneratorError, InputError, ToolError
from generator.live import Access
from generator.release import surroundings
from generator.tools import helm, kubectl, pool

if TYPE_CHECKING:
    from generator.ship.oci import Access as Login
    from generator.spec.model import Platform
    from generator.tools.kubectl import Kubectl

#: There; not there; there, but look at it; not there, and not asked for.
OK, MISSING, LOOK, NONE = "ok", "missing", "look", "none"
#: Seconds for all answers.
PATIENCE = 13.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked for. `build` and `deploy` say what needs it."""

    part: str  # tools, spec, cluster, registry
    name: str
    state: str
    found: str
    fix: str | None = None
    needed_by: str | None = None  # build, deploy, publish


def examine(spec: Path, access: Access, login: Login, *, cluster: bool) -> tuple[Check, ...]:
    """All checks, in the order of their parts. With `cluster` its absence is a fault."""
    platform, read = _spec(spec)
    probes: list[tuple[str, str, Callable[[], Sequence[Check]]]] = [
        ("tools", "helm", partial(_helm, access.helm, spec.parent)),
        ("tools", "kubectl", partial(_kubectl, access, spec.parent, platform, cluster)),
    ]
    if platform:
        probes.append(("registry", "registry", partial(_registry, platform, login)))
    answers = pool.within([partial(_safely, *probe) for probe in probes], PATIENCE)
    found = [
        check
        for (part, name, _), answer in zip(probes, answers, strict=True)
        for check in ([_silent(part, name)] if answer is None else answer)
    ]
    return (_python(), *found[:1], *found[1:2], read, *found[2:])


def healthy(checks: Sequence[Check], *, cluster: bool) -> bool:
    """Whether all is there that building needs, and with `cluster` what deploying needs."""
    needed = {"build", "deploy"} if cluster else {"build"}
    return not any(one.state == MISSING and one.needed_by in needed for one in checks)


def skew(kubectl: str, server: str, helm_version: tuple[int, int, int] | None) -> str | None:
    """What is wrong with versions side by side, None when they are made for each other.

    kubectl is: one minor version apart. A Helm knows the Kubernetes of its own time, and is not
    made for newer ones.
    """
    client, cluster = _minor(kubectl), _minor(server)
    if client is None or cluster is None:
        return None
    if abs(client - cluster) > 1:
        return f"kubectl {kubectl} is made for Kubernetes 1.{client - 1} to 1.{client + 1}"
    if helm_version:
        newest = helm_version[1] + (34 if helm_version[0] >= 4 else 15)
        if cluster > newest:
            name = ".".join(map(str, helm_version))
            return f"Helm {name} is made for Kubernetes up to 1.{newest}"
    return None


def _minor(version: str) -> int | None:
    found = re.match(r"1\.(\d+)", version)
    return int(found[1]) if found else None


def _safely(part: str, name: str, probe: Callable[[], Sequence[Check]]) -> Sequence[Check]:
    needed = {"tools": "build", "registry": "publish"}.get(part) if name != "kubectl" else "deploy"
    try:
        return probe()
    except GeneratorError as error:
        text = error.output.strip().splitlines() if isinstance(error, ToolError) else ()
        found = text[-1] if text else error.message.splitlines()[0]
        return (
            Check(
                part=part,
                name=name,
                state=MISSING,
                found=found,
                fix=error.hint,
                needed_by=needed,
            ),
        )


def _silent(part: str, name: str) -> Check:
    needed = {"helm": "build", "kubectl": "deploy"}.get(name, "publish")
    found = f"did not answer within {PATIENCE:.0f} s"
    return Check(part=part, name=name, state=MISSING, found=found, needed_by=needed)


def _python() -> Check:
    found = f"{machine.python_version()}  {sys.executable}"
    return Check(part="tools", name="python", state=OK, found=found, needed_by="build")


def _spec(spec: Path) -> tuple[Platform | None, Check]:
    from generator.spec.read import read_platform

    try:
        platform = read_platform(spec)
    except InputError as error:
        first = error.findings[0]
        found, fix = f"{error.message}, the first: {first.place}: {first.message}", first.hint
    except (GeneratorError, OSError) as error:
        found, fix = str(error), "write one (README), or name yours: -f FILE"
    else:
        names = ", ".join(one.name for one in platform.charts)
        found = f"charts {names}; environments {', '.join(platform.environments)}"
        return platform, Check(
            part="spec", name=spec.name, state=OK, found=found, needed_by="build"
        )
    return None, Check(
        part="spec", name=spec.name, state=MISSING, found=found, fix=fix, needed_by="build"
    )


def _helm(option: Path | None, project: Path) -> Sequence[Check]:
    found = helm.find(option, project=project)
    version = ".".join(map(str, found.version))
    return (
        Check(
            part="tools",
            name="helm",
            state=OK,
            found=f"{version}  {found.path}",
            needed_by="build",
        ),
    )


def _kubectl(
    access: Access, project: Path, platform: Platform | None, wanted: bool
) -> Sequence[Check]:
    from generator.doctor_cluster import cluster_checks

    found = kubectl.find(
        access.kubectl, project=project, kubeconfig=access.kubeconfig, context=access.context
    )
    client, server, why = surroundings.versions(found)
    tool = Check(
        part="tools",
        name="kubectl",
        state=OK,
        found=f"{client}  {found.path}",
        needed_by="deploy",
    )
    if server is None:
        return tool, _no_cluster(found, why, wanted)
    return tool, *cluster_checks(found, client, server, access, project, platform)


def _no_cluster(found: Kubectl, why: GeneratorError | None, wanted: bool) -> Check:
    chosen = surroundings.context(found)
    if chosen is None:
        text, fix = "no cluster: no context is chosen", "kubectl config get-contexts"
    else:
        text = f"no cluster: {chosen[0]} ({chosen[1]}): {why.message if why else ''}"
        fix = f"kubectl cluster-info --context {chosen[0]}"
    fix += "; then name it with --kubeconfig and --context" if chosen is None else ""
    state = MISSING if wanted else NONE
    return Check(
        part="cluster",
        name="cluster",
        state=state,
        found=text,
        fix=fix if wanted or chosen else None,
        needed_by="deploy",
    )


def _registry(platform: Platform, login: Login) -> Sequence[Check]:
    from generator.ship.oci import knock

    where = platform.registry
    if where is None:
        none = "platform.yaml names none"
        return (Check(part="registry", name="registry", state=NONE, found=none),)
    if not where.startswith("oci://"):
        return (Check(part="registry", name="registry", state=OK, found=f"the folder {where}"),)
    try:
        found = knock(where, platform.charts[0].name, login, timeout=surroundings.REQUEST)
    except GeneratorError as error:
        return (
            Check(
                part="registry",
                name=where,
                state=MISSING,
                found=error.message,
                fix=error.hint or "name another one: `registry:` in the spec, or publish --to",
                needed_by="publish",
            ),
        )
    return (Check(part="registry", name=where, state=OK, found=found, needed_by="publish"),)
