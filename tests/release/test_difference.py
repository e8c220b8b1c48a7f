"""difference.py: what is told of two states of an object, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.release.difference import compare


def deployment(**container: Any) -> dict[str, Any]:
    one = {"name": "app", "image": "app:1", **container}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"template": {"spec": {"containers": [one]}}},
    }


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(c.path, c.what, c.before, c.after) for c in compare(before, after)]


CONTAINER = "spec.template.spec.containers[name=app]"


def test_a_list_is_compared_by_the_names_of_its_items():
    before = deployment(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    after = deployment(
        image="app:2", env=[{"name": "A", "value": "1"}, {"name": "C", "value": "3"}]
    )
    assert told(before, after) == [
        (f"{CONTAINER}.env[name=B]", "removed", {"name": "B", "value": "2"}, None),
        (f"{CONTAINER}.env[name=C]", "added", None, {"name": "C", "value": "3"}),
        (f"{CONTAINER}.image", "changed", "app:1", "app:2"),
    ]


def test_an_item_before_the_others_moves_none_of_them():
    old = {"name": "side", "image": "side:1"}
    before = deployment()
    after = deployment()
    after["spec"]["template"]["spec"]["containers"].insert(0, old)
    assert told(before, after) == [
        ("spec.template.spec.containers[name=side]", "added", None, old),
    ]


def test_another_order_is_told_once():
    first, second = {"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}
    assert told(deployment(env=[first, second]), deployment(env=[second, first])) == [
        (f"{CONTAINER}.env", "order", ["A", "B"], ["B", "A"]),
    ]


KEYED = [
    ("ports", {"port": 80}, "name", "spec.ports[port=80,protocol=TCP].name"),
    ("ports", {"port": 53, "protocol": "UDP"}, "name", "spec.ports[port=53,protocol=UDP].name"),
    ("ports", {"containerPort": 80}, "name", "spec.ports[containerPort=80,protocol=TCP].name"),
    ("volumeMounts", {"mountPath": "/a"}, "subPath", "spec.volumeMounts[mountPath=/a].subPath"),
    (
        "volumeClaimTemplates",
        {"metadata": {"name": "data"}},
        "status",
        "spec.volumeClaimTemplates[name=data].status",
    ),
    ("rules", {"verbs": ["get"]}, "resources", "spec.rules[0].resources"),
]


@pytest.mark.parametrize(("field", "item", "key", "path"), KEYED)
def test_each_list_has_its_own_keys(field: str, item: dict[str, Any], key: str, path: str):
    states = [
        {"kind": "X", "metadata": {}, "spec": {field: [{**item, key: value}]}} for value in "ab"
    ]
    assert told(*states) == [(path, "changed", "a", "b")]


def test_ports_with_one_number_are_two_by_their_protocols():
    both = [{"port": 53, "protocol": "UDP"}, {"port": 53}]
    named = [both[0], {"port": 53, "name": "dns"}]
    states = [{"kind": "Service", "metadata": {}, "spec": {"ports": one}} for one in (both, named)]
    assert told(*states) == [("spec.ports[port=53,protocol=TCP].name", "added", None, "dns")]


def test_lists_of_words_are_told_whole_and_odd_keys_in_brackets():
    states = [
        {"kind": "X", "metadata": {}, "spec": {"args": ["a", word], "on": {"a.io/os": word}}}
        for word in ("b", "c")
    ]
    assert told(*states) == [
        ("spec.args", "changed", ["a", "b"], ["a", "c"]),
        ("spec.on[a.io/os]", "changed", "b", "c"),
    ]


def test_items_without_names_stay_together():
    rules = [{"verbs": [verb]} for verb in ("get", "list", "watch")]
    before = {"kind": "Role", "metadata": {}, "rules": rules}
    after = {"kind": "Role", "metadata": {}, "rules": [{"verbs": ["create"]}, *rules]}
    assert told(before, after) == [("rules[0]", "added", None, {"verbs": ["create"]})]


def test_what_the_server_writes_is_left_out():
    before = deployment()
    after = deployment() | {"status": {"replicas": 3}}
    after["metadata"] = {
        "name": "a",
        "uid": "x",
        "resourceVersion": "7",
        "generation": 2,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": "helm"}],
        "annotations": {
            "deployment.kubernetes.io/revision": "3",
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
        },
    }
    assert told(before, after) == []


@pytest.mark.parametrize("nothing", [None, {}, []])
def test_nothing_in_whatever_form_is_nothing(nothing: Any):
    assert told(deployment(), deployment(securityContext=nothing)) == []
    assert told(deployment(securityContext=nothing), deployment()) == []


def test_zero_and_false_are_not_nothing():
    assert told(deployment(), deployment(tty=False)) == [(f"{CONTAINER}.tty", "added", None, False)]
    assert told(deployment(x=0), deployment(x=1)) == [(f"{CONTAINER}.x", "changed", 0, 1)]


def test_no_value_of_a_secret_is_told():
    note = {"kubectl.kubernetes.io/last-applied-configuration": "hunter1"}
    before = {
        "kind": "Secret",
        "metadata": {"name": "s", "annotations": note},
        "data": {"a": "aHVudGVyMQ==", "gone": "aHVudGVyMQ=="},
    }
    after = {
        "kind": "Secret",
        "metadata": {"name": "s", "labels": {"tier": "data"}},
        "data": {"a": "aHVudGVyMg=="},
        "stringData": {"b": "hunter2"},
        "type": "Opaque",
    }
    changes = compare(before, after)
    assert [(c.path, c.what, c.secret) for c in changes] == [
        ("data.a", "changed", True),
        ("data.gone", "removed", True),
        ("metadata.labels.tier", "added", False),
        ("stringData.b", "added", True),
        ("type", "added", False),
    ]
    shown = json.dumps([(c.before, c.after) for c in changes])
    assert "hunter" not in shown
    assert "aHVudGVy" not in shown
