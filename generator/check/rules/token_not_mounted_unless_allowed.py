"""Pods hold no token of the Kubernetes API, unless their service account was given rights.

The rights are the reason: a RoleBinding or ClusterRoleBinding of the same rendering that names the
account. Service account and pod both say no, for either may be used without the other.

Good:

    kind: ServiceAccount
    metadata: {name: a}
    automountServiceAccountToken: false
    ---
    kind: Pod
    metadata: {name: a}
    spec: {serviceAccountName: a, automountServiceAccountToken: false}

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {serviceAccountName: a}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import maps
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "token-not-mounted-unless-allowed"
SEVERITY = ERROR


def check(rendering: Rendering) -> Iterator[Violation]:
    with_rights = set(_accounts_with_rights(rendering))
    for workload in rendering.workloads:
        account = str(workload.pod.get("serviceAccountName", "default"))
        if (workload.object.namespace, account) in with_rights:
            continue
        if workload.pod.get("automountServiceAccountToken") is not False:
            yield Violation(
                workload.object,
                f"{workload.path}.automountServiceAccountToken: must be false,"
                f" no role is bound to {account!r}",
            )
    for obj in rendering.of("ServiceAccount"):
        mounted = obj.data.get("automountServiceAccountToken") is not False
        if mounted and (obj.namespace, obj.name) not in with_rights:
            message = "automountServiceAccountToken: must be false, no role is bound to it"
            yield Violation(obj, message)


def _accounts_with_rights(rendering: Rendering) -> Iterator[tuple[str, str]]:
    for binding in rendering.of("RoleBinding", "ClusterRoleBinding"):
        for subject in maps(binding.data.get("subjects")):
            if subject.get("kind") == "ServiceAccount":
                namespace = subject.get("namespace") or binding.namespace
                yield str(namespace), str(subject.get("name"))
