"""deploy and rollback on a real API server: what goes well, and what is said when it does not."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests import needs
from tests.cluster import plane as planes
from tests.cluster.reach import Cluster, until
from tests.cluster.shops import Shop, kill

NOSUCH: dict[str, Any] = {"api": {"image": {"tag": "nosuch"}}}


@pytest.fixture
def fresh(
    cluster: Cluster, namespace: str, tmp_path: Any, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """A shop that was never installed; by Helm 4, unless the test says otherwise."""
    shop = Shop(
        cluster=cluster, folder=tmp_path, namespace=namespace, major=getattr(request, "param", 4)
    )
    shop.provide()
    shop.write()
    yield shop
    shop.end()


@pytest.fixture(scope="module")
def installed(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with cluster.fresh_namespace("deploy") as namespace:
        shop = Shop(cluster=cluster, folder=tmp_path_factory.mktemp("shop"), namespace=namespace)
        shop.provide()
        yield shop
        shop.end()


@pytest.fixture
def shop(installed: Shop) -> Shop:
    """A shop that runs as it was written first, whatever the test before did."""
    installed.end()
    installed._begun.clear()
    installed.write()
    installed.deploy("--recover", "--force-conflicts")
    return installed


@pytest.mark.parametrize("fresh", [4, 3], indirect=True, ids=["helm4", "helm3"])
def test_a_first_installation_goes_layer_by_layer_and_later_ones_in_one_step(fresh: Shop) -> None:
    said = fresh.run("deploy", "--timeout=90")
    assert [text for _, _, text in fresh.history()] == [
        "layer 1 of 4: infra",
        "layer 2 of 4: data",
        "layer 3 of 4: app",
        "layer 4 of 4: network",
    ]
    assert "waits by" in said
    labels = fresh.cluster.get("namespace", fresh.namespace, fresh.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    fresh.deploy()
    assert [status for _, status, _ in fresh.history()] == ["superseded"] * 4 + ["deployed"]


@pytest.mark.parametrize("fresh", [4, 3], indirect=True, ids=["helm4", "helm3"])
@pytest.mark.parametrize("layer", [1, 2])
def test_a_killed_installation_goes_on_where_it_stands(fresh: Shop, layer: int) -> None:
    fresh.write(cache={"tls": {"enabled": False}, "image": {"tag": "nosuch"}})
    begun = fresh.begin("deploy", "--skip-preflight", "--timeout=60")
    pending = "pending-install" if layer == 1 else "pending-upgrade"
    until(lambda: fresh.status == pending, within=60, what=f"{pending}: {fresh.history()}")
    kill(begun)
    said = fresh.deploy(code=1)
    assert f"is {pending}" in said
    assert "--recover" in said
    fresh.write()
    said = fresh.deploy("--recover")
    assert "layer 4 of 4: network" in said
    assert fresh.status == "deployed"


def test_an_image_that_never_becomes_ready_is_named_and_rolled_back(shop: Shop) -> None:
    shop.write(**NOSUCH)
    said = shop.deploy(code=1, timeout=12)
    assert "image registry.example/api:nosuch can't be pulled" in said
    assert "state: rolled back" in said
    assert shop.status == "deployed"
    assert shop.image() == "registry.example/api:1.0"


def test_a_quota_that_is_too_small_is_named(shop: Shop) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "tight", "namespace": shop.namespace},
        "spec": {"hard": {"pods": "1"}},
    }
    shop.cluster.apply([quota])
    try:
        shop.write(api={"podLabels": {"a": "b"}})
        said = shop.deploy(code=1, timeout=12)
    finally:
        shop.cluster.kubectl("delete", "resourcequota", "tight", "-n", shop.namespace)
    assert "its pods are refused: exceeded quota: tight" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_interruption_leaves_no_pending_release_and_says_what_it_left(
    shop: Shop, number: signal.Signals
) -> None:
    shop.write(**NOSUCH)
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=120")
    shop.until_status("pending-upgrade")
    time.sleep(2)
    begun.send_signal(number)
    said, _ = begun.communicate(timeout=90)
    assert begun.returncode == 130, said
    assert "interrupted after" in said
    assert "state: rolled back" in said
    assert shop.status == "deployed"


def test_the_second_of_two_is_told(shop: Shop) -> None:
    shop.write(**NOSUCH)
    first = shop.begin("deploy", "--skip-preflight", "--timeout=60")
    shop.until_status("pending-upgrade")
    said = shop.deploy(code=1)
    assert "somebody may be deploying right now" in said
    assert "No history is deleted" in said
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=90)


def test_an_image_that_somebody_set_stops_the_upgrade_and_can_be_kept(shop: Shop) -> None:
    words = ["set", "image", "deployment/api", "api=registry.example/api:1.1"]
    shop.cluster.kubectl(*words, "-n", shop.namespace)
    said = shop.run("deploy", code=3)
    assert "`kubectl set` wrote" in said
    assert "--take-image" in said
    shop.run("deploy", "--take-image", "--timeout=60")
    assert shop.image() == "registry.example/api:1.1"
    words[-1] = "api=elsewhere.example/api:1.2"
    shop.cluster.kubectl(*words, "-n", shop.namespace)
    assert "which is no tag of registry.example/api" in shop.run("deploy", "--take-image", code=3)
    shop.deploy("--force-conflicts")
    assert shop.image() == "registry.example/api:1.0"


def test_a_dry_run_tells_and_changes_nothing(shop: Shop) -> None:
    before = shop.history()
    shop.write(api={"image": {"tag": "1.3"}})
    said = shop.run("deploy", "--dry-run")
    assert "registry.example/api:1.0 -> registry.example/api:1.3" in said
    assert "policies:" in said
    assert shop.history() == before
    assert shop.image() == "registry.example/api:1.0"


def test_a_saved_plan_is_deployed_until_anything_has_moved(shop: Shop) -> None:
    shop.write(api={"image": {"tag": "1.3"}})
    plan = shop.folder / "release.plan"
    shop.run("plan", f"--out={plan}")
    shop.run("deploy", f"--plan={plan}", "--timeout=60")
    assert shop.image() == "registry.example/api:1.3"
    said = shop.run("deploy", f"--plan={plan}", code=2)
    assert "does not hold any more" in said
    assert f"--out {plan}" in said


def test_stale_charts_are_refused(shop: Shop) -> None:
    shop.spec.write_text(shop.spec.read_text().replace("scale: 1", "scale: 2"))
    assert "charts/ is not what platform.yaml says" in shop.run("deploy", code=2)


def test_a_rollback_goes_to_the_last_one_that_was_another(shop: Shop) -> None:
    shop.write(api={"image": {"tag": "1.3"}})
    shop.deploy()
    shop.deploy()
    said = shop.run("rollback", "--chart=shop", "--dry-run")
    assert "registry.example/api:1.3 -> registry.example/api:1.0" in said
    assert shop.image() == "registry.example/api:1.3"
    shop.run("rollback", "--chart=shop", "--timeout=60")
    assert shop.image() == "registry.example/api:1.0"
    assert "there is no revision 99" in shop.run("rollback", "--chart=shop", "99", code=1)


def test_code_that_does_not_run_on_the_schema_does_not_come_back(fresh: Shop) -> None:
    fresh.write(migrate=', needs: "0038"')
    fresh.deploy()
    fresh.write(version="1.1.0", migrate=', needs: "0039"', **NOSUCH)
    said = fresh.deploy(code=1, timeout=12)
    assert "no rollback if it fails: Deployment/api of revision 4 needs schema 0038" in said
    assert "revision 5 failed, and its objects are there; 4 ran before" in said
    said = fresh.run("rollback", "--chart=shop", code=3)
    assert "needs schema 0038; the database is at 0039" in said
    assert "go forward" in said
    fresh.write(migrate=', needs: "0038"')
    assert "the database is at 0039" in fresh.deploy(code=3)
    fresh.write(version="1.1.1", migrate=', needs: "0039", serves: ["0038"]')
    fresh.deploy()
    fresh.run("rollback", "--chart=shop", "4", "--timeout=60")
    assert fresh.status == "deployed"


def test_a_field_that_can_not_change_is_named_and_nothing_is_lost(shop: Shop) -> None:
    shop.write(cache={"tls": {"enabled": False}, "storage": {"size": "2Gi"}})
    said = shop.deploy(code=1, timeout=20)
    assert 'StatefulSet.apps "cache" is invalid: spec.volumeClaimTemplates' in said
    assert "python -m generator plan -e test --chart shop" in said
    assert "state: rolled back" in said
    said = shop.run("deploy", code=3)
    assert "kubectl delete statefulset cache" in said
    assert shop.status == "deployed"


def test_a_webhook_that_refuses_is_named(shop: Shop) -> None:
    selector = {"matchLabels": {"kubernetes.io/metadata.name": shop.namespace}}
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"]}
    hook = {
        "name": "refuses.example.com",
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "rules": [{**rule, "resources": ["deployments"]}],
        "namespaceSelector": selector,
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 1,
    }
    name = f"refuses-{shop.namespace}"
    configuration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [hook],
    }
    shop.cluster.apply([configuration])
    try:
        shop.write(api={"podLabels": {"a": "c"}})
        said = shop.deploy(code=1, timeout=12)
    finally:
        shop.cluster.kubectl("delete", "validatingwebhookconfiguration", name)
    assert 'failed calling webhook "refuses.example.com"' in said
    shop.deploy("--recover")
    assert shop.status == "deployed"


def test_who_may_not_is_told_before_anything_changes(shop: Shop) -> None:
    before = shop.history()
    nobody = shop.cluster.as_user("nobody").kubeconfig
    said = shop.run("deploy", code=1, kubeconfig=nobody)
    assert "forbidden" in said.lower()
    assert shop.history() == before


def test_an_expired_token_is_told(shop: Shop) -> None:
    gone = shop.cluster.as_user("gone", lasts=0.1).kubeconfig
    time.sleep(1)
    said = shop.run("deploy", code=1, kubeconfig=gone)
    assert "log in to the cluster again" in said


def test_an_api_server_that_dies_in_the_middle_loses_nothing(
    cluster: Cluster, tmp_path: Any
) -> None:
    """A control plane of its own: the others of the suite go on with theirs."""
    if cluster.plane is None:
        needs.missing("a cluster whose API server may be ended", "unset TEST_KUBECONFIG")
    own = planes.up(tmp_path / "own", cluster.definitions.parent / "bin")
    try:
        mine = Cluster(
            kubeconfig=own.admin, folder=own.folder, definitions=cluster.definitions, plane=own
        )
        namespace = mine.create_namespace("shop")
        shop = Shop(cluster=mine, folder=tmp_path, namespace=namespace)
        shop.provide()
        shop.write()
        shop.deploy()
        shop.write(**NOSUCH)
        begun = shop.begin("deploy", "--skip-preflight", "--timeout=15")
        shop.until_status("pending-upgrade")
        own.stop("kube-apiserver")
        said, _ = begun.communicate(timeout=200)
        assert begun.returncode == 1, said
        assert "the cluster does not answer" in said
        assert "state: unknown, for the cluster does not answer" in said
        own.start("kube-apiserver")
        own.wait_ready()
        shop.write()
        assert "--recover" in shop.deploy(code=1)
        shop.deploy("--recover")
        assert shop.status == "deployed"
        assert shop.image() == "registry.example/api:1.0"
    finally:
        planes.down(own.folder)
