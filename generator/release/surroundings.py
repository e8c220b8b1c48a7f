"""What a cluster has for a release, and what this user may do there: asked with short patience."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from generator.check.objects import mapping, maps
from generator.errors import GeneratorError
from generator.tools.kubectl import ClusterError, Json, Kubectl

#: Seconds for one request, and for one call of kubectl.
REQUEST, BOUND = 4, 6.0

_REVIEW = "authorization.k8s.io/v1"
_WRITE = ("create", "patch", "delete")
#: What any release takes: Helm keeps it in Secrets, and every chart has some of these kinds.
#: What one chart needs beyond, its plan tells.
_RIGHTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "secrets"): ("get", "list", "create", "update", "delete"),
    ("", "services"): _WRITE,
    ("", "configmaps"): _WRITE,
    ("", "serviceaccounts"): _WRITE,
    ("apps", "deployments"): _WRITE,
    ("apps", "statefulsets"): _WRITE,
    ("batch", "jobs"): _WRITE,
    ("networking.k8s.io", "networkpolicies"): _WRITE,
    ("policy", "poddisruptionbudgets"): _WRITE,
    ("", "pods"): ("list",),
    ("", "events"): ("list",),
}
_DEFAULT = "is-default-class"


def versions(kubectl: Kubectl) -> tuple[str, str | None, GeneratorError | None]:
    """kubectl's own version, the cluster's, and why that is not known."""
    done = kubectl.run("version", "--output=json", request=REQUEST, bound=BOUND, accept=(0, 1))
    found = json.loads(done.stdout) if done.stdout.strip() else {}
    client, server = (_version(found, side) for side in ("clientVersion", "serverVersion"))
    if server:
        return client or "?", server, None
    why = (done.stderr.strip().splitlines() or ["it did not answer"])[-1]
    return client or "?", None, GeneratorError(why)


def context(kubectl: Kubectl) -> tuple[str, str] | None:
    """The name of the context and the server's address, None where none is chosen."""
    words = ("config", "view", "--minify", "--output=json")
    done = kubectl.run(*words, request=REQUEST, bound=BOUND, accept=(0, 1))
    if done.code:
        return None
    found = json.loads(done.stdout)
    clusters = maps(found.get("clusters"))
    server = str(mapping(clusters[0].get("cluster")).get("server", "")) if clusters else ""
    return kubectl.context or str(found.get("current-context", "")), server


def user(kubectl: Kubectl) -> tuple[str, tuple[str, ...]]:
    """Who the cluster takes us for, and the groups that people gave us."""
    info = mapping(mapping(_ask(kubectl, "auth", "whoami").get("status")).get("userInfo"))
    groups = (str(one) for one in info.get("groups") or ())
    ours = tuple(one for one in groups if one not in ("system:authenticated",))
    return str(info.get("username", "")), ours


def classes(kubectl: Kubectl, kind: str) -> tuple[str, ...]:
    """The names of StorageClasses or IngressClasses; the default one says so."""
    return tuple(map(_class, maps(_ask(kubectl, "get", kind).get("items"))))


def groups(kubectl: Kubectl) -> frozenset[str]:
    """The API groups that the cluster serves."""
    done = kubectl.run("get", "--raw", "/apis", request=REQUEST, bound=BOUND)
    return frozenset(str(one.get("name")) for one in maps(json.loads(done.stdout).get("groups")))


def lacking(kubectl: Kubectl, namespace: str) -> tuple[str, ...]:
    """What the user may not do there and any release takes: `create statefulsets.apps`."""
    body = {
        "apiVersion": _REVIEW,
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    path = f"/apis/{_REVIEW}/selfsubjectrulesreviews"
    words = ("create", "--raw", path, "--filename=-")
    done = kubectl.run(*words, stdin=json.dumps(body), request=REQUEST, bound=BOUND)
    return denied(mapping(json.loads(done.stdout).get("status")))


def denied(status: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a SelfSubjectRulesReview's answer, the rights that are not in it."""
    rules = maps(status.get("resourceRules"))
    if not any(_granted(rules, "create", group, kind) for group, kind in _RIGHTS):
        return ("change anything here",)
    found = []
    for (group, resource), verbs in _RIGHTS.items():
        name = f"{resource}.{group}".rstrip(".")
        missing = [verb for verb in verbs if not _granted(rules, verb, group, resource)]
        if missing:
            found.append(f"{', '.join(missing)} {name}")
    return tuple(found)


def missing_namespace(kubectl: Kubectl, namespace: str) -> bool:
    """Whether there is no such namespace. Who may not look is told that there is."""
    words = ("get", "namespace", namespace, "--output=name", "--ignore-not-found")
    try:
        done = kubectl.run(*words, request=REQUEST, bound=BOUND)
    except ClusterError as error:
        if error.reason != "forbidden":
            raise
        return False
    return not done.stdout.strip()


def _ask(kubectl: Kubectl, *words: str) -> Json:
    answer: Json = json.loads(
        kubectl.run(*words, "--output=json", request=REQUEST, bound=BOUND).stdout
    )
    return answer


def _version(found: Mapping[str, Any], side: str) -> str | None:
    version = mapping(found.get(side)).get("gitVersion")
    return str(version).removeprefix("v") if version else None


def _class(one: Mapping[str, Any]) -> str:
    metadata = mapping(one.get("metadata"))
    notes = mapping(metadata.get("annotations"))
    default = any(key.endswith(_DEFAULT) and notes[key] == "true" for key in notes)
    return f"{metadata.get('name')}{' (default)' if default else ''}"


def _granted(rules: Sequence[Mapping[str, Any]], verb: str, group: str, resource: str) -> bool:
    wanted = {"verbs": verb, "apiGroups": group, "resources": resource}
    return any(
        not rule.get("resourceNames")
        and all({word, "*"} & set(rule.get(key) or ()) for key, word in wanted.items())
        for rule in rules
    )
