"""The same addresses by Gateway API."""

from __future__ import annotations

import pytest

from generator.errors import ToolError
from tests.kinds.umbrella.shop import render, variant


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    return variant(tmp_path_factory.mktemp("gateway"), "gateway")


def listeners(objects):
    return {each["name"]: each for each in objects.one("Gateway")["spec"]["listeners"]}


def test_listens_on_each_host_with_the_certificate(gateway):
    found = listeners(render(gateway, {"routes": {"old": {"enabled": False}}}))
    assert list(found) == ["http", "https-example", "https-www", "https-admin"]
    https = found["https-example"]
    assert https["hostname"] == "example.com"
    assert https["tls"]["certificateRefs"] == [{"kind": "Secret", "name": "shop-tls"}]
    assert https["allowedRoutes"] == {"namespaces": {"from": "Same"}}


def test_every_route_hangs_on_a_listener(gateway):
    for terminate in (True, False):
        objects = render(gateway, {"tls": {"terminate": terminate}})
        sections = set(listeners(objects))
        for each in objects.all:
            if each["kind"] == "HTTPRoute":
                (parent,) = each["spec"]["parentRefs"]
                assert parent["name"] == "shop"
                assert parent["sectionName"] in sections


def test_http_is_sent_to_https(gateway):
    spec = render(gateway).one("HTTPRoute", "shop-to-https")["spec"]
    assert spec["parentRefs"][0]["sectionName"] == "http"
    assert len(spec["hostnames"]) == 4
    (filter_,) = spec["rules"][0]["filters"]
    assert filter_["requestRedirect"] == {"scheme": "https", "statusCode": 301}


def test_routes_paths_with_their_limits_and_headers(gateway):
    spec = render(gateway).one("HTTPRoute", "shop-example")["spec"]
    shown = [
        (
            rule["matches"][0]["path"]["value"],
            rule["backendRefs"][0]["name"],
            rule.get("timeouts", {}).get("request"),
        )
        for rule in spec["rules"]
    ]
    assert shown == [
        ("/", "storefront", "3600s"),
        ("/api", "catalog-api", "30s"),
        ("/api/webhooks", "catalog-api", None),
    ]
    (header,) = spec["rules"][0]["filters"][0]["responseHeaderModifier"]["set"]
    assert header["value"] == "max-age=31536000; includeSubDomains"


def test_no_header_over_plain_http(gateway):
    objects = render(gateway, {"tls": {"terminate": False}})
    rules = objects.one("HTTPRoute", "shop-example")["spec"]["rules"]
    assert [rule for rule in rules if "filters" in rule] == []
    assert "HTTPRoute/shop-to-https" not in objects.names


def test_redirects_keep_the_path(gateway):
    (rule,) = render(gateway).one("HTTPRoute", "shop-www")["spec"]["rules"]
    (filter_,) = rule["filters"]
    assert filter_["requestRedirect"] == {
        "scheme": "https",
        "hostname": "example.com",
        "statusCode": 301,
    }


def test_needs_the_gateway_api_and_says_so(gateway):
    with pytest.raises(ToolError, match=r"gateway\.enabled needs the Gateway API"):
        gateway.render({"global": {"mesh": "none"}})


def test_pods_beside_the_gateway_reach_the_components_and_nobody_else(gateway):
    objects = render(gateway)
    label = {"gateway.networking.k8s.io/gateway-name": "shop"}
    policy = objects.one("NetworkPolicy", "allow-gateway")["spec"]
    assert policy["podSelector"]["matchLabels"] == label
    targets = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in policy["egress"]
        for peer in rule.get("to", ())
        if "app.kubernetes.io/name" in peer.get("podSelector", {}).get("matchLabels", {})
    ]
    assert targets == ["storefront", "catalog-api"]
    for name in targets:
        (rule, *_) = objects.one("NetworkPolicy", name)["spec"]["ingress"]
        assert {"podSelector": {"matchLabels": label}} in rule["from"]


def test_the_quota_has_room_for_its_load_balancer(gateway):
    hard = render(gateway).one("ResourceQuota")["spec"]["hard"]
    assert int(hard["services.loadbalancers"]) == 1


def test_both_ways_in_are_a_switch_each(full):
    assert not any(name.startswith("HTTPRoute/") for name in render(full).names)
    both = render(full, {"gateway": {"enabled": True}, "ingress": {"enabled": False}}).names
    assert not any(name.startswith("Ingress/") for name in both)
    assert "HTTPRoute/shop-example" in both
