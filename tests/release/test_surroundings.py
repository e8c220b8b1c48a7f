"""What a user may do, from the cluster's own list of the user's rights."""

from __future__ import annotations

import pytest

from generator.release.surroundings import denied

ALL = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
WRITE = ["create", "patch", "delete", "get", "list", "update"]
EDIT = [
    {"verbs": WRITE, "apiGroups": [""], "resources": ["*"]},
    {"verbs": WRITE, "apiGroups": ["apps", "batch"], "resources": ["*"]},
    {"verbs": WRITE, "apiGroups": ["networking.k8s.io", "policy"], "resources": ["*"]},
]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([ALL], ()),
        (EDIT, ()),
        ([], ("change anything here",)),
        ([{**ALL, "verbs": ["get", "list", "watch"]}], ("change anything here",)),
        (
            EDIT[:2],
            (
                "create, patch, delete networkpolicies.networking.k8s.io",
                "create, patch, delete poddisruptionbudgets.policy",
            ),
        ),
        (
            [{**EDIT[0], "verbs": ["create", "get", "list", "patch", "delete"]}, *EDIT[1:]],
            ("update secrets",),
        ),
    ],
)
def test_rights_that_a_release_takes_are_looked_for(rules, told):
    assert denied({"resourceRules": rules}) == told


def test_a_right_to_one_object_by_name_is_not_one_to_all():
    assert denied({"resourceRules": [{**ALL, "resourceNames": ["mine"]}]})
