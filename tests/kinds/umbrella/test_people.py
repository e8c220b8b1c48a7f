"""Roles for people: what each may do, and that nobody may read Secrets."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.kinds.umbrella.shop import render


def grants(role: dict[str, Any]) -> set[str]:
    return {
        f"{verb} {'/'.join(filter(None, (group, resource)))}"
        for rule in role["rules"]
        for group, resource, verb in itertools.product(
            rule["apiGroups"], rule["resources"], rule["verbs"]
        )
    }


@pytest.fixture(scope="module")
def roles(full):
    objects = render(full)
    return {name: grants(objects.one("Role", f"shop-{name}")) for name in ("viewer", "operator")}


def test_nobody_has_wildcards_secrets_or_the_way_to_more_rights(roles):
    for name, found in roles.items():
        words = {word for grant in found for word in grant.split()}
        assert not {word for word in words if "*" in word}, name
        assert not {word for word in words if "secrets" in word or "rbac" in word}, name


def test_the_viewer_only_reads(roles):
    assert {grant.split()[0] for grant in roles["viewer"]} == {"get", "list", "watch"}
    assert not {grant for grant in roles["viewer"] if "exec" in grant or "portforward" in grant}


def test_the_operator_may_also_what_the_viewer_may(roles):
    assert roles["viewer"] < roles["operator"]


@pytest.mark.parametrize(
    "grant",
    [
        "patch apps/deployments",  # kubectl set image, rollout restart
        "patch apps/deployments/scale",  # kubectl scale deployment
        "patch apps/statefulsets/scale",
        "create pods/exec",
        "get pods/exec",  # web sockets
        "create pods/portforward",
        "get pods/log",
        "list metrics.k8s.io/pods",  # kubectl top pods
    ],
)
def test_the_operator_may_run_the_usual_commands(roles, grant):
    assert grant in roles["operator"]


def test_nobody_is_bound_until_named(full):
    assert not {name for name in render(full).names if name.startswith("RoleBinding/shop-")}
    bound = render(
        full,
        {
            "roles": {
                "viewers": [{"kind": "Group", "name": "developers"}],
                "operators": [{"kind": "ServiceAccount", "name": "robot"}],
            }
        },
    )
    assert bound.one("RoleBinding", "shop-viewer")["subjects"] == [
        {"kind": "Group", "name": "developers", "apiGroup": "rbac.authorization.k8s.io"}
    ]
    operator = bound.one("RoleBinding", "shop-operator")
    assert operator["subjects"] == [
        {"kind": "ServiceAccount", "name": "robot", "namespace": "shop"}
    ]
    assert operator["roleRef"]["name"] == "shop-operator"
