"""What stands in a deployment's way: named, without a loss, and with a sentence on what to do.

What breaks off in the middle: test_outages.py.
"""

from __future__ import annotations

import signal

from tests.cluster import webhook
from tests.cluster.shops import IMAGE, NOSUCH, Shop

AGAIN = "then the same command again: there is nothing to clean up"


def advice(said: str) -> str:
    """The last sentence that says what to do."""
    _, hint, text = said.rpartition("hint: ")
    assert hint, said
    return text


def test_an_image_that_never_becomes_ready_is_named_and_rolled_back(shop: Shop) -> None:
    shop.write(**NOSUCH)
    said = shop.deploy(code=1, timeout=12)
    assert "image registry.example/api:nosuch can't be pulled" in said
    assert "state: rolled back" in said
    assert AGAIN in advice(said)
    assert shop.status == "deployed"
    assert shop.image() == IMAGE


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
    assert AGAIN in advice(said)
    assert shop.status == "deployed"


def test_a_secret_that_is_missing_is_told_before_anything_changes(shop: Shop) -> None:
    before = shop.history()
    shop.cluster.kubectl("delete", "secret", "cache-credentials", "-n", shop.namespace)
    try:
        shop.write(api={"podLabels": {"a": "d"}})
        said = shop.run("deploy", code=3)
    finally:
        shop.provide()
    assert "Secret/cache-credentials" in said
    assert "kubectl create secret generic cache-credentials" in advice(said)
    assert shop.history() == before


def test_a_field_that_can_not_change_is_named_and_nothing_is_lost(shop: Shop) -> None:
    shop.write(cache={"tls": {"enabled": False}, "storage": {"size": "2Gi"}})
    said = shop.deploy(code=1, timeout=20)
    assert 'StatefulSet.apps "cache" is invalid: spec.volumeClaimTemplates' in said
    assert "python -m generator plan -e test --chart shop" in said
    assert "state: rolled back" in said
    said = shop.run("deploy", code=3)
    assert "kubectl delete statefulset cache" in said
    assert shop.status == "deployed"


def test_volumes_that_would_shrink_are_refused_before_anything_is_sent(shop: Shop) -> None:
    """Kubernetes would say only that a field can't change, after half of the upgrade."""
    refusal = (
        "cache: storage.size 512Mi is below the 1Gi that the volumes of StatefulSet cache have, and"
        " a volume never shrinks; set it back, or move the data to a component with another name"
    )
    before = shop.history()
    shop.write(cache={"tls": {"enabled": False}, "storage": {"size": "512Mi"}})
    chart, overlay = shop.folder / "charts" / "shop", shop.folder / "values" / "test" / "shop.yaml"
    for major in (4, 3):
        words = ("shop", chart, f"--namespace={shop.namespace}", "--values", overlay)
        assert refusal in shop.cluster.helm(major, "upgrade", *words, fails=True)
        shop.cluster.helm(major, "template", *words, "--set", "cache.storage.size=1024Mi")
        shop.cluster.helm(
            *(major, "upgrade", *words, "--set", "cache.storage.size=1024Mi", "--dry-run=server")
        )
    assert refusal in shop.run("plan", code=3)
    assert refusal in shop.run("deploy", code=3)
    assert shop.history() == before


def test_a_rollback_that_would_change_such_a_field_is_refused_with_the_way(shop: Shop) -> None:
    back = shop.history()[-1][0]
    larger = {"tls": {"enabled": False}, "storage": {"size": "2Gi"}}
    where = ("-n", shop.namespace)
    shop.cluster.kubectl("delete", "statefulset", "cache", "--cascade=orphan", *where)
    try:
        shop.write(cache=larger, api={"image": {"tag": "1.4"}})
        shop.deploy()
        before = shop.history()
        said = shop.run("rollback", "--chart=shop", str(back), code=3)
        assert f"not everything can go back to revision {back}" in said
        assert "StatefulSet/cache: spec.volumeClaimTemplates" in said
        assert "a volume never shrinks" in advice(said)
        assert shop.history() == before
        assert shop.image() == "registry.example/api:1.4"
    finally:  # for the tests that follow: nothing keeps data here
        shop.cluster.kubectl("delete", "statefulset", "cache", "--cascade=orphan", *where)


def test_a_webhook_that_refuses_is_named_with_its_reason(shop: Shop) -> None:
    shop.write(api={"podLabels": {"a": "c"}})
    because = "not without a ticket"
    with webhook.refusing(
        shop.cluster, shop.namespace, resource="deployments", because=because
    ) as name:
        said = shop.run("deploy", code=3)
        assert f'admission webhook "{name}" denied the request: {because}' in said
        assert f"the webhook {name} has rules of its own" in advice(said)
        said = shop.deploy(code=1, timeout=12)
    assert f'admission webhook "{name}" denied the request: {because}' in said
    assert f"the webhook {name} has rules of its own" in advice(said)
    shop.deploy("--recover")
    assert shop.status == "deployed"


def test_a_webhook_that_does_not_answer_is_named(shop: Shop) -> None:
    shop.write(api={"podLabels": {"a": "e"}})
    nobody = {"url": "https://127.0.0.1:1/"}
    with webhook.configured(shop.cluster, shop.namespace, nobody, resource="deployments") as name:
        said = shop.deploy(code=1, timeout=12)
    assert f'failed calling webhook "{name}"' in said
    assert f"the webhook {name} does not answer" in advice(said)
    shop.deploy("--recover")
    assert shop.status == "deployed"


def test_who_may_not_is_told_before_anything_changes(shop: Shop) -> None:
    before = shop.history()
    nobody = shop.cluster.as_user("nobody").kubeconfig
    said = shop.run("deploy", code=1, kubeconfig=nobody)
    assert "forbidden" in said.lower()
    assert shop.history() == before


def test_who_may_too_little_is_told_which_rights_are_missing(shop: Shop) -> None:
    words = ("create", "rolebinding", "few", "--clusterrole=edit", "--user=few")
    shop.cluster.kubectl(*words, "-n", shop.namespace)
    few = shop.cluster.as_user("few").kubeconfig
    before = shop.history()
    shop.write(api={"podLabels": {"a": "f"}})
    said = shop.run("deploy", code=3, kubeconfig=few)
    assert "you may not" in said
    assert "networkpolicies" in said or "roles.rbac" in said
    assert "kubectl create rolebinding deployer" in advice(said)
    assert shop.history() == before
    said = shop.run("deploy", "--skip-preflight", "--timeout=12", code=1, kubeconfig=few)
    assert "this user may not apply charts/shop/files/namespace.yaml" in said
    assert 'User "few" cannot' in said
    assert f"kubectl auth can-i --list --namespace {shop.namespace}" in advice(said)


def test_the_second_of_two_is_told(shop: Shop) -> None:
    shop.write(**NOSUCH)
    first = shop.begin("deploy", "--skip-preflight", "--timeout=60")
    shop.until_status("pending-upgrade")
    said = shop.deploy(code=1)
    assert "somebody may be deploying right now" in said
    assert "No history is deleted" in said
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=90)
