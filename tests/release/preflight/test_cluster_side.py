"""Checks of what the cluster has: versions, APIs, classes, rights, room, quotas."""

from __future__ import annotations

from typing import Any

import pytest

from generator.release.preflight import apis
from generator.release.preflight.versions import allows
from generator.release.rights import Right
from tests.release.preflight.stage import made, messages, node, pod, said, scene, workload


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        (">=1.25.0-0", "1.37.2", True),
        (">=1.25.0-0", "1.25.0", True),
        (">=1.25.0-0", "1.24.17", False),
        (">=1.25.0-0 <1.36.0", "1.36.1", False),
        (">= 1.25.0-0, < 1.40.0", "1.36.1", True),
        ("~1.30 || ^1.36.0", "1.31.4", False),
        ("~1.30 || ^1.36.0", "1.30.4", True),
        ("1.37", "1.37.9", True),
        (">=1.25.0-0", "1.31.4-eks-a1b2", True),
        (">=1.25.0-0", "v1.24.3+k3s1", False),
        ("whatever", "1.37.2", True),
    ],
)
def test_kubernetes_is_in_the_range_of_the_chart(constraint: str, version: str, allowed: bool):
    assert allows(constraint, version) is allowed


def test_an_old_cluster_and_a_far_kubectl():
    given = scene(metadata={"kubeVersion": ">=1.30.0-0"}, version="1.29.4", kubectl="1.33.1")
    assert messages("versions", given) == [
        "error: the cluster is Kubernetes 1.29.4, and the chart needs >=1.30.0-0",
        "warning: kubectl 1.33.1 is 4 minor versions from the cluster's 1.29.4: what it reads may"
        " lack fields",
    ]
    assert messages("versions", scene(metadata={"kubeVersion": ">=1.30.0-0"})) == []
    assert messages("versions", scene(version="1.36.0", kubectl="1.37.1")) == []


def test_kinds_that_nobody_serves_and_versions_that_are_others():
    given = scene(
        made("Certificate", "web", "cert-manager.io/v1"),
        made("ExternalSecret", "a", "external-secrets.io/v1"),
        made("ExternalSecret", "b", "external-secrets.io/v1"),
        made("Thing", "t", "things.example.com/v1"),
        serves=False,
        served={"external-secrets.io": ("external-secrets.io/v1beta1",)},
    )
    assert messages("apis", given) == [
        "error: Certificate/web: the cluster does not know Certificate of cert-manager.io/v1:"
        " cert-manager is not installed",
        "error: ExternalSecret/a, ExternalSecret/b: the cluster does not serve ExternalSecret of"
        " external-secrets.io/v1, only external-secrets.io/v1beta1",
        "error: Thing/t: the cluster does not know Thing of things.example.com/v1: what brings"
        " things.example.com is not installed",
    ]
    assert messages("apis", scene(made("ConfigMap", "a"))) == []


def test_kinds_that_helm_would_not_render_for():
    lines = (
        f'resource mapping not found for name: "{name}" namespace: "" from "": no matches for kind'
        ' "ScaledObject" in version "keda.sh/v1alpha1"\nensure CRDs are installed first'
        for name in ("front", "back")
    )
    words = f"Error: unable to build kubernetes objects from release manifest: [{', '.join(lines)}]"
    (one,) = apis.unrendered(scene(), words)
    assert one.subject == "ScaledObject/front, ScaledObject/back"
    assert one.message == (
        "the cluster does not know ScaledObject of keda.sh/v1alpha1: KEDA is not installed,"
        " or another version of it"
    )
    assert not list(apis.unrendered(scene(), "Error: it is not so"))


CLAIMS = [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast-sdd"}}]
FAST = made("StorageClass", "fast-ssd")
DEFAULT = made(
    "StorageClass",
    "usual",
    metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
)


def test_a_storage_class_that_is_misspelt():
    given = scene(
        workload("StatefulSet", "a", volumeClaimTemplates=CLAIMS),
        workload("StatefulSet", "b", volumeClaimTemplates=CLAIMS),
        storage_classes=(FAST,),
    )
    assert messages("classes", given) == [
        "error: StatefulSet/a, StatefulSet/b: there is no StorageClass 'fast-sdd', did you mean"
        " 'fast-ssd'?"
    ]
    assert said("classes", given)[0].hint == "kubectl get storageclass    # there are: fast-ssd"


@pytest.mark.parametrize(
    ("spec", "classes", "found"),
    [
        ({}, (FAST,), ["error: PersistentVolumeClaim/c: asks for the default StorageClass, and the"
                       " cluster has none"]),
        ({}, (FAST, DEFAULT), []),
        ({"storageClassName": ""}, (), []),  # a volume that somebody made by hand
        ({"volumeName": "v"}, (), []),
        ({"storageClassName": "usual"}, (DEFAULT,), []),
        ({"storageClassName": "any"}, None, []),  # may not be read
    ],
)  # fmt: skip
def test_the_default_class(spec: dict[str, Any], classes: Any, found: list[str]):
    given = scene(made("PersistentVolumeClaim", "c", spec=spec), storage_classes=classes)
    assert messages("classes", given) == found


def test_classes_at_the_door():
    given = scene(
        made("Ingress", "web", "networking.k8s.io/v1", spec={"ingressClassName": "nginx"}),
        made("Gateway", "g", "gateway.networking.k8s.io/v1", spec={"gatewayClassName": "istio"}),
        ingress_classes=(),
        gateway_classes=(made("GatewayClass", "istio"),),
    )
    assert messages("classes", given) == ["warning: Ingress/web: there is no IngressClass 'nginx'"]


def test_rights_are_told_by_what_is_missing():
    denied = [
        Right(namespace="shop", group="", resource=kind, verb=verb)
        for kind in ("configmaps", "secrets")
        for verb in ("create", "patch")
    ]
    whole = Right(namespace="", group="g.io", resource="things", verb="get")
    given = scene(denied=(*denied, whole))
    assert messages("rights", given) == [
        "error: you may not get things.g.io in the whole cluster",
        "error: you may not create, patch configmaps, secrets in shop",
    ]
    assert said("rights", given)[1].hint == (
        "kubectl auth can-i create configmaps --namespace shop\n"
        "kubectl create rolebinding deployer --namespace shop --clusterrole admin --user NAME"
        "    # by someone who may"
    )


def test_nodes_have_room_for_the_rollout():
    app = workload(
        "Deployment", "app", cpu="500m", replicas=4, strategy={"rollingUpdate": {"maxSurge": 2}}
    )
    nodes = (node("a"), node("b"), node("cordoned", unschedulable=True), node("down", ready=False))
    assert messages("capacity", scene(app, nodes=nodes, pods=())) == []
    assert messages("capacity", scene(app, nodes=nodes, pods=(pod("x", cpu="1500m"),))) == [
        "warning: 2 nodes take pods, and have not the room: 3 CPU wanted, 2.5 free"
    ]
    # What runs of the release is counted once.
    running = pod("app-1", cpu="2", namespace="shop")
    assert messages("capacity", scene(app, nodes=nodes, pods=(running,))) == []


def test_what_autoscalers_may_want_stops_nothing():
    app = workload("Deployment", "app", cpu="500m", strategy={"type": "Recreate"})
    scaler = made(
        "HorizontalPodAutoscaler",
        "app",
        "autoscaling/v2",
        spec={
            "scaleTargetRef": {"kind": "Deployment", "name": "app"},
            "minReplicas": 2,
            "maxReplicas": 50,
        },
    )
    assert messages("capacity", scene(app, scaler, nodes=(node("a"),), pods=())) == [
        "note: there is room for now, but not for all that the autoscalers may want: 25 CPU wanted,"
        " 2 free"
    ]


def test_a_pod_larger_than_every_node():
    app = workload("Deployment", "app", memory="5Gi", replicas=1, strategy={"type": "Recreate"})
    nodes = (node("a"), node("b"))
    assert messages("capacity", scene(app, nodes=nodes, pods=())) == [
        "error: Deployment/app: a pod asks for 5Gi memory, and the largest node has 4Gi"
    ]


def test_who_may_not_look_is_told_that_nobody_knows():
    given = scene(workload("Deployment", "app"), nodes=None, pods=None)
    assert messages("capacity", given) == [
        "note: you may not look at nodes and pods, so nobody can tell whether there is room"
    ]


def quota(name: str, **hard: str) -> Any:
    return made("ResourceQuota", name, spec={"hard": hard})


def test_a_quota_of_others_that_is_too_small():
    app = workload(
        "Deployment", "app", cpu="500m", replicas=2, strategy={"rollingUpdate": {"maxSurge": 1}}
    )
    other = pod("tool", cpu="250m", namespace="shop")
    own = pod("app-1", cpu="500m", namespace="shop", **{"app.kubernetes.io/instance": "shop"})
    tight = quota("tight", **{"requests.cpu": "1600m", "pods": "10"})
    given = scene(app, quotas=(tight,), pods=(other, own))
    assert messages("quota", given) == [
        "error: ResourceQuota/tight: has not the room for what is to run with its rollout:"
        " requests.cpu 1.75 of 1600m"
    ]
    assert said("quota", given)[0].hint == (
        "kubectl patch resourcequota tight --namespace shop --patch"
        ' \'{"spec":{"hard":{"requests.cpu":"1.75"}}}\''
    )
    assert messages("quota", scene(app, quotas=(quota("wide", cpu="2"),), pods=(other, own))) == []


def test_of_the_releases_own_quota_the_one_to_come_counts():
    app = workload("Deployment", "app", cpu="500m", replicas=2, strategy={"type": "Recreate"})
    live = quota("shop", **{"requests.cpu": "100m"})
    wide = quota("shop", **{"requests.cpu": "1"})
    assert messages("quota", scene(app, wide, quotas=(live,), pods=())) == []
    assert messages("quota", scene(app, live, quotas=(wide,), pods=())) == [
        "error: ResourceQuota/shop: has not the room for what is to run with its rollout:"
        " requests.cpu 1 of 100m"
    ]


def test_a_quota_for_some_pods_is_left_alone():
    app = workload("Deployment", "app", replicas=9)
    some = made("ResourceQuota", "q", spec={"hard": {"pods": "1"}, "scopes": ["BestEffort"]})
    assert messages("quota", scene(app, quotas=(some,), pods=())) == []
