"""The way to wait for a chart's objects, with its reason."""

from __future__ import annotations

import pytest

from generator.check.objects import Object
from generator.release.waits import choose, conditioned, is_custom

FOUR, THREE = (4, 3, 1), (3, 17, 3)


def made(api_version: str, kind: str) -> Object:
    return Object(
        api_version=api_version, kind=kind, name="x", namespace="n", path="", data={"kind": kind}
    )


DEPLOYMENT = made("apps/v1", "Deployment")
INGRESS = made("networking.k8s.io/v1", "Ingress")
CERTIFICATE = made("cert-manager.io/v1", "Certificate")


@pytest.mark.parametrize(
    ("objects", "helm", "how", "reason"),
    [
        ([DEPLOYMENT, INGRESS], FOUR, "watcher", "only kinds of Kubernetes' own"),
        ([DEPLOYMENT], THREE, "legacy", "Helm 3 has no other way"),
        ([made("autoscaling.k8s.io/v1", "VerticalPodAutoscaler")], FOUR, "watcher", "at once"),
        ([made("gateway.networking.k8s.io/v1", "HTTPRoute")], FOUR, "watcher", "at once"),
        ([DEPLOYMENT, CERTIFICATE], FOUR, "legacy", "its authority has answered"),
        ([made("external-secrets.io/v1", "ExternalSecret")], FOUR, "legacy", "its store"),
        ([made("postgresql.cnpg.io/v1", "Cluster")], FOUR, "legacy", "who connects waits for it"),
        ([made("postgresql.cnpg.io/v1", "Pooler")], FOUR, "legacy", "Pooler ready is not known"),
        ([made("barmancloud.cnpg.io/v1", "ObjectStore")], FOUR, "watcher", "at once"),
        ([made("shop.example.com/v1", "Parade")], FOUR, "legacy", "Parade ready is not known"),
    ],
)
def test_choose(objects: list[Object], helm: tuple[int, int, int], how: str, reason: str) -> None:
    wait = choose(objects, helm)
    assert wait.how == how
    assert reason in wait.reason


def test_only_kinds_that_a_crd_brings_are_custom() -> None:
    assert not is_custom(INGRESS)
    assert not is_custom(made("v1", "Service"))
    assert not is_custom(made("rbac.authorization.k8s.io/v1", "Role"))
    assert is_custom(CERTIFICATE)


def test_what_says_itself_whether_it_is_ready_is_looked_at() -> None:
    assert conditioned([DEPLOYMENT, CERTIFICATE]) == ("certificates.cert-manager.io",)
    cluster = made("postgresql.cnpg.io/v1", "Cluster")
    assert conditioned([cluster]) == ("clusters.postgresql.cnpg.io",)
