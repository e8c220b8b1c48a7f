"""Which rights a release takes, and which of them the user of the kubeconfig has not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.check.objects import Object
from generator.tools.kubectl import Json, Kubectl

if TYPE_CHECKING:
    from generator.release.facts import Apis

#: What Helm does to an object of a release, with rolling back; and to watch until it is ready.
_OBJECT = ("get", "list", "watch", "create", "patch", "delete")
#: Helm keeps each revision in a Secret, and removes old ones.
_RELEASE = ("get", "list", "create", "update", "delete")
_REVIEW = "authorization.k8s.io/v1"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Right:
    """To do something with a kind of objects: in a namespace, or in the whole cluster ("")."""

    namespace: str
    group: str
    resource: str
    verb: str


def needed(namespace: str, objects: Iterable[Object], apis: Apis) -> tuple[Right, ...]:
    """The rights that Helm needs for the objects: each once, sorted."""
    rights = {
        Right(namespace=namespace, group="", resource="secrets", verb=verb) for verb in _RELEASE
    }
    # To say why something is not ready, deploy looks at pods and events.
    for resource in ("events", "pods"):
        rights.add(Right(namespace=namespace, group="", resource=resource, verb="list"))
    for one in objects:
        api = (apis.get(one.api_version) or {}).get(one.kind)
        if api is not None:
            where = one.namespace if api.namespaced else ""
            rights |= {
                Right(namespace=where, group=one.group, resource=api.resource, verb=verb)
                for verb in _OBJECT
            }
    return tuple(sorted(rights))


def denied(kubectl: Kubectl, rights: Sequence[Right]) -> tuple[Right, ...]:
    """Those of the rights that the user has not.

    One review a namespace tells most; what it does not grant, or cannot know of, is asked for
    one by one, in one call.
    """
    rules = {
        namespace: _rules(kubectl, namespace)
        for namespace in sorted({right.namespace for right in rights} - {""})
    }
    unsure = [
        one
        for one in rights
        if not any(_grants(rule, one) for rule in rules.get(one.namespace, ()))
    ]
    answers = kubectl.review([_access(one) for one in unsure]) if unsure else ()
    allowed = {
        _of(answer) for answer in answers if (answer.get("status") or {}).get("allowed") is True
    }
    return tuple(one for one in unsure if one not in allowed)


def _grants(rule: Json, right: Right) -> bool:
    return (
        _in(rule.get("verbs"), right.verb)
        and _in(rule.get("apiGroups"), right.group)
        and _in(rule.get("resources"), right.resource)
        and not rule.get("resourceNames")
    )


def _in(words: Sequence[str] | None, word: str) -> bool:
    return word in (words or ()) or "*" in (words or ())


def _rules(kubectl: Kubectl, namespace: str) -> tuple[Json, ...]:
    answer = kubectl.post(
        f"/apis/{_REVIEW}/selfsubjectrulesreviews",
        {
            "apiVersion": _REVIEW,
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": namespace},
        },
    )
    return tuple((answer.get("status") or {}).get("resourceRules") or ())


def _access(right: Right) -> Json:
    attributes = {"verb": right.verb, "group": right.group, "resource": right.resource}
    if right.namespace:
        attributes["namespace"] = right.namespace
    return {
        "apiVersion": _REVIEW,
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def _of(answer: Json) -> Right:
    attributes = answer["spec"]["resourceAttributes"]
    return Right(
        namespace=attributes.get("namespace", ""),
        group=attributes.get("group", ""),
        resource=attributes["resource"],
        verb=attributes["verb"],
    )
