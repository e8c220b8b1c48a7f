"""The mesh: the same edges as the network policies, in identities and ports."""

from __future__ import annotations

from typing import Any

import pytest

from generator.errors import ToolError
from tests.kinds.rendering import Objects, build
from tests.kinds.umbrella.shop import COMPONENTS, FULL, render

AMBIENT = {"global": {"mesh": "ambient"}}
SIDECAR = {"global": {"mesh": "sidecar"}}
HERE = "cluster.local/ns/shop/sa"


@pytest.fixture(scope="module")
def ambient(full) -> Objects:
    return render(full, AMBIENT)


def sources(objects: Objects, name: str) -> dict[str, set[str]]:
    """Who may come in at which port: principals and namespaces."""
    found: dict[str, set[str]] = {}
    for rule in objects.one("AuthorizationPolicy", name)["spec"]["rules"]:
        who = {
            name
            for each in rule.get("from", ())
            for names in each["source"].values()
            for name in names
        }
        for to in rule["to"]:
            for port in to["operation"]["ports"]:
                found.setdefault(port, set()).update(who)
    return found


def test_is_off_by_default(full):
    kinds = {each["kind"] for each in render(full).all}
    assert not kinds & {"AuthorizationPolicy", "PeerAuthentication", "Telemetry"}


def test_begins_with_nothing_allowed_and_strict_tls(ambient):
    assert ambient.one("AuthorizationPolicy", "allow-nothing")["spec"] == {}
    assert ambient.one("PeerAuthentication")["spec"] == {"mtls": {"mode": "STRICT"}}


def test_lets_in_callers_routes_and_the_scraper(ambient):
    assert sources(ambient, "catalog-api") == {
        "8080": {
            f"{HERE}/catalog-api",  # its tests
            f"{HERE}/storefront",
            f"{HERE}/shop-istio",
            "nginx-ingress",
        },
        "9100": {"cluster.local/ns/observed/sa/prometheus"},
    }
    assert f"{HERE}/catalog-api" not in sources(ambient, "storefront")["3000"]


def test_names_service_accounts_that_exist(ambient):
    accounts = {name.partition("/")[2] for name in ambient.names if name[:4] == "Serv"}
    named = {
        who.removeprefix(f"{HERE}/")
        for each in ("catalog-api", "storefront")
        for found in sources(ambient, each).values()
        for who in found
        if who.startswith(f"{HERE}/")
    }
    assert named - {"shop-istio"} <= accounts


def test_has_the_releases_prefix_and_namespace(full):
    objects = render(full, AMBIENT, release="blue")
    assert f"{HERE}/blue-storefront" in sources(objects, "blue-catalog-api")["8080"]


def test_agrees_with_the_network_policies(ambient):
    """Each workload that a network policy lets in has its identity let in, at the same port."""
    for name in ("catalog-api", "storefront"):
        policy = ambient.one("NetworkPolicy", name)["spec"]
        ports = {"http": {"catalog-api": "8080", "storefront": "3000"}[name], "metrics": "9100"}
        for rule in policy["ingress"]:
            for peer in rule.get("from", ()):
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                workload = labels.get("app.kubernetes.io/name", "")
                if not workload or workload.endswith("-test"):
                    continue
                for port in rule["ports"]:
                    allowed = sources(ambient, name)[ports[port["port"]]]
                    assert any(who.endswith(f"/sa/{workload}") for who in allowed), (name, workload)


def test_every_workload_that_is_connected_to_has_a_policy(ambient):
    targets = {
        tuple(sorted(each["spec"]["selector"]["matchLabels"].items()))
        for each in ambient.all
        if each["kind"] == "AuthorizationPolicy" and "selector" in each["spec"]
    }
    for each in ambient.all:
        if each["kind"] == "Service":
            assert tuple(sorted(each["spec"]["selector"].items())) in targets


def test_tests_run_as_the_component(ambient):
    pod = ambient.one("Pod", "catalog-api-test")["spec"]
    assert pod["serviceAccountName"] == "catalog-api"


def test_the_challenge_and_the_gateway_stay_reachable(full):
    objects = render(full, {**AMBIENT, "gateway": {"enabled": True}})
    assert sources(objects, "allow-acme") == {"8089": {"nginx-ingress", "shop"}}
    gateway = objects.one("AuthorizationPolicy", "allow-gateway")["spec"]
    assert gateway["targetRefs"][0]["name"] == "shop"
    assert gateway["rules"] == [{}]


class TestSidecars:
    def test_metrics_are_read_past_them(self, full):
        objects = render(full, SIDECAR)
        assert sources(objects, "catalog-api")["9100"] == set()
        spec = objects.one("PeerAuthentication", "catalog-api")["spec"]
        assert spec["portLevelMtls"] == {"9100": {"mode": "PERMISSIVE"}}
        assert spec["mtls"] == {"mode": "STRICT"}

    def test_leave_out_pods_that_fail(self, full):
        rule = render(full, SIDECAR).one("DestinationRule", "catalog-api")["spec"]
        assert rule["host"] == "catalog-api"
        assert rule["trafficPolicy"]["outlierDetection"]["maxEjectionPercent"] == 50

    def test_only_they_have_rules_for_traffic(self, ambient):
        assert not any(name.startswith("DestinationRule/") for name in ambient.names)

    def test_count_in_the_quota(self, tmp_path):
        def limit(mode: str) -> int:
            folder = tmp_path / mode
            folder.mkdir()
            built = build(folder, COMPONENTS, mesh={"mode": mode})
            hard: dict[str, Any] = render(built).one("ResourceQuota")["spec"]["hard"]
            return int(hard["limits.cpu"])

        assert limit("sidecar") >= limit("ambient") + 2 * 4


@pytest.mark.parametrize("component", [None, "catalog-api"])
def test_needs_istio_and_says_so(full, component):
    values = {**AMBIENT, "tls": {"enabled": False}} if component is None else AMBIENT
    with pytest.raises(ToolError, match=r"global\.mesh needs Istio"):
        full.render(values, component=component)


@pytest.mark.parametrize(
    ("mode", "line"),
    [
        ("ambient", "    istio.io/dataplane-mode: ambient"),
        ("sidecar", "    istio-injection: enabled"),
        ("none", "    # With global.mesh=ambient: istio.io/dataplane-mode: ambient"),
    ],
)
def test_the_namespace_belongs_to_it(tmp_path, mode, line):
    built = build(tmp_path, COMPONENTS, **{**FULL, "mesh": {"mode": mode}})
    assert line in (built.path / "files" / "namespace.yaml").read_text().splitlines()
