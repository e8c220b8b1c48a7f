"""The certificate, its issuer, and the way in for the challenge."""

from __future__ import annotations

from typing import Any

import pytest

from generator.errors import ToolError
from tests.kinds.rendering import build, problems
from tests.kinds.umbrella.shop import COMPONENTS, ROUTES, render

ACME = {"acme": {"email": "ops@example.com"}}


def test_has_every_host_that_is_on(full):
    objects = render(full, {"routes": {"old": {"enabled": False}, "www": {"host": "w.test"}}})
    assert objects.one("Certificate")["spec"] == {
        "secretName": "shop-tls",
        "revisionHistoryLimit": 2,
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "dnsNames": ["example.com", "w.test", "admin.example.com"],
        "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": "le"},
    }


def test_is_what_the_ingress_serves(full):
    objects = render(full, {"tls": {"secretName": "own"}})
    served = {
        tls["secretName"]
        for each in objects.all
        if each["kind"] == "Ingress"
        for tls in each["spec"].get("tls", ())
    }
    assert served == {objects.one("Certificate")["spec"]["secretName"]} == {"own"}


def test_needs_cert_manager_and_says_so(full):
    with pytest.raises(ToolError) as caught:
        full.render()
    assert "tls.enabled needs cert-manager" in caught.value.output
    assert "set tls.enabled=false" in caught.value.output
    assert "--api-versions cert-manager.io/v1" in caught.value.output


def test_off_leaves_the_secret_to_the_installer(full):
    objects = full.render({"tls": {"enabled": False}})
    assert "Certificate/shop-tls" not in objects.names
    assert objects.one("Ingress", "shop-admin-host")["spec"]["tls"][0]["secretName"] == "shop-tls"


def test_plain_http_needs_no_certificate(full):
    objects = full.render({"tls": {"terminate": False}})
    assert "Certificate/shop-tls" not in objects.names


class TestIssuer:
    def test_proves_hosts_by_both_ways_in(self, full):
        acme = render(full, {"gateway": {"enabled": True}}).one("Issuer", "le")["spec"]["acme"]
        assert acme["email"] == "ops@example.com"
        assert acme["privateKeySecretRef"] == {"name": "le-account"}
        gateway, ingress = (solver["http01"] for solver in acme["solvers"])
        assert gateway["gatewayHTTPRoute"]["parentRefs"][0]["sectionName"] == "http"
        assert ingress["ingress"]["ingressClassName"] == "nginx"

    def test_merges_the_challenge_into_the_hosts_master(self, full):
        (solver,) = render(full).one("Issuer", "le")["spec"]["acme"]["solvers"]
        template = solver["http01"]["ingress"]["ingressTemplate"]["metadata"]
        assert template["annotations"] == {"nginx.org/mergeable-ingress-type": "minion"}

    def test_of_the_cluster_is_made_only_when_switched_on(self, tmp_path):
        ingress: dict[str, Any] = {"controller": "traefik", "tls": ACME}
        built = build(tmp_path, COMPONENTS, routes=ROUTES, ingress=ingress)
        assert "ClusterIssuer/letsencrypt-prod" not in render(built).names
        on = render(built, {"tls": {"issuer": {"create": True}}})
        (solver,) = on.one("ClusterIssuer")["spec"]["acme"]["solvers"]
        assert "ingressTemplate" not in solver["http01"]["ingress"]

    def test_that_could_never_prove_a_host_is_refused(self, tmp_path):
        (message,) = problems(tmp_path, COMPONENTS, routes=ROUTES, ingress={"tls": ACME})
        assert "the challenge's own Ingress would lose" in message

    def test_of_wildcards_is_refused(self, tmp_path):
        ingress = {"mergeable": True, "tls": ACME}
        routes = {"*.example.com": "storefront"}
        (message,) = problems(tmp_path, COMPONENTS, routes=routes, ingress=ingress)
        assert message.endswith("HTTP-01 can't prove *.example.com")


def test_the_challenge_gets_through_the_default_deny(full):
    policy = render(full).one("NetworkPolicy", "allow-acme")["spec"]
    assert policy["podSelector"]["matchLabels"] == {"acme.cert-manager.io/http01-solver": "true"}
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"port": 8089}]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "nginx-ingress"
    }
