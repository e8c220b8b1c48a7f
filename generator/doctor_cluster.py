"""The doctor's look at a cluster that answers: versions, user, rights, classes, APIs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator.doctor import LOOK, MISSING, NONE, OK, Check, skew
from generator.errors import GeneratorError
from generator.release import surroundings
from generator.tools import helm, pool
from generator.tools.kubectl import ClusterError, Kubectl

if TYPE_CHECKING:
    from generator.live import Access
    from generator.spec.model import Platform

_METRICS = "metrics.k8s.io"
_FIXES = {
    "storage": "install a provisioner of volumes; databases wait for theirs until then",
    "ingress": "install an ingress controller; nobody reaches the routes until then",
}


def cluster_checks(
    found: Kubectl,
    client: str,
    server: str,
    access: Access,
    project: Path,
    platform: Platform | None,
) -> Sequence[Check]:
    """Every question to the cluster, all at once."""
    spaces = sorted({one.namespace for one in platform.charts}) if platform else ()
    questions: dict[str, Callable[[], Check]] = {
        "context": partial(_context, found),
        "version": partial(_version, client, server, access, project, platform),
        "user": partial(_user, found),
        **{f"namespace {one}": partial(_namespace, found, one) for one in spaces},
        "storage classes": partial(_classes, found, "storage", "storageclasses"),
        "ingress classes": partial(_classes, found, "ingress", "ingressclasses"),
        "metrics": partial(_metrics, found),
    }
    calls = [partial(_safely, name, question) for name, question in questions.items()]
    answers = pool.within(calls, surroundings.BOUND + 1)
    return tuple(
        answer or _look(name, "did not answer in time")
        for name, answer in zip(questions, answers, strict=True)
    )


def _safely(name: str, question: Callable[[], Check]) -> Check:
    """What may not be asked is no fault: the answer is not known, and that is said."""
    try:
        return question()
    except ClusterError as error:
        if error.reason == "forbidden":
            return _look(name, "not known: you may not look")
        lines = error.output.strip().splitlines()
        return _look(name, lines[-1] if lines else error.message, error.hint)
    except GeneratorError as error:
        return _look(name, error.message, error.hint)


def _good(name: str, found: str) -> Check:
    return Check(part="cluster", name=name, state=OK, found=found, needed_by="deploy")


def _look(name: str, found: str, fix: str | None = None) -> Check:
    return Check(part="cluster", name=name, state=LOOK, found=found, fix=fix, needed_by="deploy")


def _context(found: Kubectl) -> Check:
    name, server = surroundings.context(found) or ("in a pod", "")
    return _good("context", f"{name}  {server}".rstrip())


def _version(
    client: str, server: str, access: Access, project: Path, platform: Platform | None
) -> Check:
    try:
        ours = helm.find(access.helm, project=project).version
    except GeneratorError:  # said where the tools are
        ours = None
    minor = server.split(".")[1]
    if platform and minor.isdecimal() and int(minor) < platform.kubernetes_minor:
        return Check(
            part="cluster",
            name="version",
            state=MISSING,
            found=f"{server}; the spec wants 1.{platform.kubernetes_minor} or later",
            fix="upgrade the cluster, or lower `kubernetes:` in the spec and build again",
            needed_by="deploy",
        )
    if problem := skew(client, server, ours):
        return _look("version", f"{server}; {problem}", "scripts/get-helm brings newer tools")
    return _good("version", server)


def _user(found: Kubectl) -> Check:
    try:
        name, groups = surroundings.user(found)
    except ClusterError as error:
        if error.reason == "unauthorized":
            raise
        return Check(
            part="cluster", name="user", state=NONE, found="not known: the cluster does not say"
        )
    return _good("user", f"{name} ({', '.join(groups)})" if groups else name)


def _namespace(found: Kubectl, namespace: str) -> Check:
    denied = surroundings.lacking(found, namespace)
    name = f"namespace {namespace}"
    absent = surroundings.missing_namespace(found, namespace)
    note = "not there yet: deploy makes it; " if absent else ""
    if denied:
        more = f" and {len(denied) - 3} more" if len(denied) > 3 else ""
        return Check(
            part="cluster",
            name=name,
            state=MISSING,
            found=f"{note}you may not {'; '.join(denied[:3])}{more}",
            fix=f"kubectl create rolebinding deploy --clusterrole=admin --user=YOU -n {namespace}",
            needed_by="deploy",
        )
    return _good(name, f"{note}you may deploy here")


def _classes(found: Kubectl, what: str, kind: str) -> Check:
    names = surroundings.classes(found, kind)
    name = f"{what} classes"
    if not names:
        return _look(name, "none", _FIXES[what])
    if what == "storage" and not any("(default)" in one for one in names):
        return _good(name, f"{', '.join(names)}; none is the default: name it in the values")
    return _good(name, ", ".join(names))


def _metrics(found: Kubectl) -> Check:
    if _METRICS in surroundings.groups(found):
        return _good("metrics", "autoscalers can read CPU and memory")
    fix = "install metrics-server: https://github.com/kubernetes-sigs/metrics-server"
    return _look("metrics", f"no {_METRICS}: autoscalers do not scale", fix)
