"""Drift of single objects: what the manifest sets and is otherwise, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from generator.release.drift import Drift, Drifted, drift_of
from generator.release.drifttext import as_json, text

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def deployment(**spec: Any) -> dict[str, Any]:
    container = {"name": "app", "image": "app:1", "resources": {"limits": {"cpu": "1000m"}}}
    pod = {"containers": [spec.pop("container", container)]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api"},
        "spec": {"replicas": 2, "template": {"spec": pod}, **spec},
    }


def container(**more: Any) -> dict[str, Any]:
    return {"name": "app", "image": "app:1", "resources": {"limits": {"cpu": "1"}}, **more}


def paths(wanted: dict[str, Any], live: dict[str, Any], **more: Any) -> list[str]:
    return [one.change.path for one in drift_of(wanted, live, **more)]


APP = "spec.template.spec.containers[name=app]"


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (deployment(), []),
        (deployment(container=container()), []),  # the same quantity in other words
        (deployment(container=container(imagePullPolicy="Always"), paused=True), []),
        (deployment(container=container(image="app:2")), [f"{APP}.image"]),
        (deployment(replicas=3), ["spec.replicas"]),
        (
            deployment(container={"name": "app", "image": "app:1", "resources": {}}),
            [f"{APP}.resources.limits.cpu"],
        ),
        (deployment(container=container(name="other")), [APP]),
    ],
)
def test_only_what_the_manifest_sets_is_compared(live, told):
    assert paths(deployment(), live) == told


def test_replicas_are_an_autoscalers_where_there_is_one():
    assert paths(deployment(), deployment(replicas=9), scaled=True) == []


def test_items_that_others_added_and_another_order_are_no_drift():
    wanted = deployment(container=container(env=[{"name": "A", "value": "1"}, {"name": "B"}]))
    live = deployment(
        container=container(env=[{"name": "X"}, {"name": "B"}, {"name": "A", "value": "1"}])
    )
    assert paths(wanted, live) == []


@pytest.mark.parametrize("empty", [None, "", False, 0, {}, [], {"inner": None}])
def test_what_the_server_does_not_keep_is_no_drift(empty):
    assert paths(deployment(more=empty), deployment()) == []


def test_but_a_value_that_is_no_default_is():
    assert paths(deployment(paused=False), deployment(paused=True)) == ["spec.paused"]


@pytest.mark.parametrize(("writer", "told"), [("helm", []), ("kubectl-edit", ["spec.address"])])
def test_what_the_manifest_leaves_to_the_server_is_its_own(writer, told):
    live = deployment(address="10.0.0.1")
    fields = {"f:spec": {"f:address": {}}}
    live["metadata"]["managedFields"] = [{"manager": writer, "fieldsV1": fields}]
    assert paths(deployment(address=""), live) == told


def test_a_secret_differs_without_its_values_being_told():
    base = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    wanted = {**base, "stringData": {"same": "x", "key": "old"}}
    live = {**base, "data": {"same": "eA==", "key": "bmV3", "other": "eA=="}}
    (field,) = drift_of(wanted, live)
    assert (field.change.path, field.change.secret) == ("data.key", True)
    drift = Drift(
        release="shop",
        namespace="shop",
        revision=4,
        objects=(
            Drifted(kind="Secret", name="s", namespace="shop", state="changed", fields=(field,)),
        ),
        same=2,
    )
    shown = text(drift, NOW, "dev") + str(as_json(drift))
    assert "another value (not shown)" in shown
    for value in ("old", "b2xk", "new", "bmV3"):
        assert value not in shown


def test_the_last_writer_of_a_field_is_named():
    live = deployment(container=container(image="app:2"), replicas=5)
    image = {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': {}}}}}}
    item = {"f:image": {}}
    image["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"app"}'] = item
    live["metadata"]["managedFields"] = [
        {"manager": "helm", "time": "2026-11-23T09:00:00Z", "fieldsV1": {**image}},
        {"manager": "kubectl-set", "time": "2026-11-23T11:00:00Z", "fieldsV1": image},
        {
            "manager": "kubectl",
            "subresource": "scale",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        },
    ]
    found = {one.change.path: (one.owner, one.at) for one in drift_of(deployment(), live)}
    assert found == {
        f"{APP}.image": ("kubectl-set", "2026-11-23T11:00:00Z"),
        "spec.replicas": ("kubectl (scale)", None),
    }


def test_the_terminal_names_object_field_and_writer():
    live = deployment(replicas=5)
    live["metadata"]["managedFields"] = [
        {
            "manager": "kubectl-edit",
            "time": "2026-11-23T11:56:00Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        }
    ]
    changed = Drifted(
        kind="Deployment",
        name="api",
        namespace="shop",
        state="changed",
        fields=drift_of(deployment(), live),
    )
    gone = Drifted(kind="Service", name="api", namespace="shop", state="missing")
    drift = Drift(release="shop", namespace="shop", revision=4, objects=(changed, gone), same=2)
    assert text(drift, NOW, "dev").splitlines() == [
        "✗ shop in shop: 2 of 4 objects are not as revision 4 says",
        "  ~ Deployment/api",
        "      spec.replicas: release 2, cluster 5",
        "          by kubectl-edit, 4m ago",
        "  - Service/api is missing",
        "    hint: python -m generator plan -e dev shows what a deployment would undo",
    ]
