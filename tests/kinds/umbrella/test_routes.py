"""Public addresses as Ingress objects, in the words of each controller."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from generator.errors import ToolError
from tests.kinds.rendering import Objects, build
from tests.kinds.umbrella.shop import COMPONENTS, render

RATE = "nginx.org/limit-req-rate"


def annotations(objects: Objects, name: str) -> dict[str, Any]:
    found: dict[str, Any] = objects.one("Ingress", name)["metadata"]["annotations"]
    return found


def hosts(ingress: dict[str, Any]) -> list[str]:
    return [rule["host"] for rule in ingress["spec"]["rules"]]


def test_leads_to_the_component(f5):
    (rule,) = render(f5).one("Ingress", "shop-api-ingress")["spec"]["rules"]
    assert rule["host"] == "example.com"
    assert rule["http"]["paths"] == [
        {
            "path": "/api",
            "pathType": "Prefix",
            "backend": {"service": {"name": "catalog-api", "port": {"number": 8080}}},
        }
    ]


def test_follows_the_components_own_name(f5):
    told = {"connections": {"catalogApi": {"host": "stock"}}}
    objects = render(f5, {"catalog-api": {"fullnameOverride": "stock"}, "storefront": told})
    (rule,) = objects.one("Ingress", "shop-api-ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == "stock"
    assert objects.one("Service", "stock")


def test_has_the_releases_prefix(f5):
    objects = render(f5, release="blue")
    (rule,) = objects.one("Ingress", "blue-shop-ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == "blue-storefront"


def test_names_stay_within_63_characters(f5):
    names = [each["metadata"]["name"] for each in render(f5, release="r" * 53).all]
    assert max(len(name) for name in names) <= 63


def test_an_installer_changes_and_switches_off_hosts(f5):
    objects = render(f5, {"routes": {"admin": {"host": "admin.test"}, "old": {"enabled": False}}})
    assert hosts(objects.one("Ingress", "shop-admin-ingress")) == ["admin.test"]
    assert "Ingress/shop-old-ingress" not in objects.names


def test_a_component_that_is_off_takes_its_routes_along(f5):
    names = render(f5, {"catalog-api": {"enabled": False}}).names
    assert "Ingress/shop-api-ingress" not in names
    assert "Ingress/shop-ingress" in names


def test_two_routes_of_one_host_are_refused(f5):
    with pytest.raises(ToolError, match=r"routes\.\w+\.host: example\.com is another route's"):
        render(f5, {"routes": {"admin": {"host": "example.com"}}})


class TestNginx:
    """The F5 NGINX Ingress Controller."""

    def test_host_settings_are_the_masters_and_limits_the_minions(self, f5):
        objects = render(f5)
        master, minion = (
            annotations(objects, name) for name in ("shop-example-host", "shop-api-ingress")
        )
        assert master == {
            "nginx.org/mergeable-ingress-type": "master",
            "nginx.org/ssl-redirect": "true",
            "nginx.org/hsts": "true",
            "nginx.org/hsts-max-age": "31536000",
            "nginx.org/hsts-include-subdomains": "true",
        }
        assert minion == {
            "nginx.org/mergeable-ingress-type": "minion",
            "nginx.org/limit-req-rate": "20r/s",
            "nginx.org/limit-req-key": "${binary_remote_addr}",
            "nginx.org/limit-req-zone-size": "10m",
            "nginx.org/limit-req-burst": "40",
            "nginx.org/limit-req-no-delay": "true",
            "nginx.org/limit-req-reject-code": "429",
            "nginx.org/client-max-body-size": "10m",
            "nginx.org/proxy-read-timeout": "30s",
            "nginx.org/proxy-send-timeout": "30s",
        }

    def test_only_the_master_has_the_certificate_and_no_paths(self, f5):
        objects = render(f5)
        master = objects.one("Ingress", "shop-example-host")["spec"]
        assert master["tls"] == [{"secretName": "shop-tls", "hosts": ["example.com"]}]
        assert master["rules"] == [{"host": "example.com"}]
        assert "tls" not in objects.one("Ingress", "shop-ingress")["spec"]

    def test_a_route_without_limits_is_exempt(self, f5):
        found = annotations(render(f5), "shop-api-webhooks-ingress")
        assert found == {"nginx.org/mergeable-ingress-type": "minion"}

    def test_web_sockets_are_named_and_live_longer(self, f5):
        found = annotations(render(f5), "shop-ingress")
        assert found["nginx.org/websocket-services"] == "storefront"
        assert found["nginx.org/proxy-read-timeout"] == "3600s"
        assert found["nginx.org/limit-req-burst"] == "50"

    def test_an_installer_lifts_limits(self, f5):
        limits = {"routeLimits": {"catalogApi": {"rate": 0, "body": "", "timeout": 0}}}
        found = annotations(render(f5, limits), "shop-api-ingress")
        assert found == {"nginx.org/mergeable-ingress-type": "minion"}

    def test_annotations_of_an_installer_win_over_the_charts_own(self, f5):
        given = {"nginx.org/proxy-read-timeout": "5s", "example.com/note": "1e5"}
        found = annotations(render(f5, {"ingress": {"annotations": given}}), "shop-ingress")
        assert found == {**annotations(render(f5), "shop-ingress"), **given}

    def test_redirects_are_virtual_servers_once_switched_on(self, f5):
        off, on = render(f5), render(f5, {"redirects": {"enabled": True}})
        assert hosts(off.one("Ingress", "shop-www-ingress")) == ["www.example.com"]
        assert "Ingress/shop-www-ingress" not in on.names
        spec = on.one("VirtualServer", "shop-www-redirect")["spec"]
        assert spec["host"] == "www.example.com"
        assert spec["routes"][0]["action"]["redirect"] == {
            "url": "https://example.com${request_uri}",
            "code": 301,
        }

    def test_no_host_belongs_to_two_objects(self, f5):
        """But to one master and its minions."""
        for on in (True, False):
            objects = render(f5, {"redirects": {"enabled": on}})
            owned = [
                (each["spec"]["host"],) if each["kind"] == "VirtualServer" else tuple(hosts(each))
                for each in objects.all
                if each["kind"] in ("Ingress", "VirtualServer")
                and each["metadata"].get("annotations", {}).get("nginx.org/mergeable-ingress-type")
                != "minion"
            ]
            every = list(itertools.chain(*owned))
            assert sorted(every) == sorted(set(every))
            assert len(every) == 4

    def test_redirects_say_what_they_need(self, f5):
        with pytest.raises(ToolError, match=r"redirects\.enabled needs the VirtualServer"):
            f5.render({"redirects": {"enabled": True}})

    def test_hosts_of_one_component_are_one_plain_object_with_their_redirects(self, tmp_path):
        routes = {
            "example.com": "storefront",
            "www.example.com": {"redirect": "example.com"},
            "app.example.com": "storefront",
        }
        plain = build(tmp_path, COMPONENTS, routes=routes)
        ingress = plain.render().one("Ingress")
        assert hosts(ingress) == ["example.com", "app.example.com", "www.example.com"]
        assert ingress["spec"]["tls"][0]["hosts"] == hosts(ingress)


class TestTraefik:
    """Traefik's provider for the annotations of ingress-nginx, and ingress-nginx itself."""

    def test_limits(self, traefik):
        assert annotations(render(traefik), "shop-api-ingress") == {
            "nginx.ingress.kubernetes.io/ssl-redirect": "true",
            "nginx.ingress.kubernetes.io/limit-rps": "20",
            "nginx.ingress.kubernetes.io/limit-burst-multiplier": "2",
            "nginx.ingress.kubernetes.io/proxy-body-size": "10m",
            "nginx.ingress.kubernetes.io/proxy-read-timeout": "30",
            "nginx.ingress.kubernetes.io/proxy-send-timeout": "30",
        }

    @pytest.mark.parametrize(
        ("rate", "burst", "times"), [(20, 0, "1"), (20, 21, "2"), (7, 21, "3")]
    )
    def test_burst_is_a_multiple_of_the_rate(self, traefik, rate, burst, times):
        limits = {"routeLimits": {"catalogApi": {"rate": rate, "burst": burst}}}
        found = annotations(render(traefik, limits), "shop-api-ingress")
        assert found["nginx.ingress.kubernetes.io/limit-burst-multiplier"] == times

    def test_redirects_www_by_the_ingress_of_the_other_host_alone(self, traefik):
        objects = render(traefik)
        name = "nginx.ingress.kubernetes.io/from-to-www-redirect"
        with_it = [
            each["metadata"]["name"]
            for each in objects.all
            if each["kind"] == "Ingress" and name in each["metadata"]["annotations"]
        ]
        assert with_it == ["shop-ingress"]
        (tls,) = objects.one("Ingress", "shop-ingress")["spec"]["tls"]
        assert tls["hosts"] == ["example.com", "www.example.com"]

    def test_redirects_other_hosts_to_the_start_page(self, traefik):
        found = annotations(render(traefik), "shop-old-redirect")
        address = found["nginx.ingress.kubernetes.io/permanent-redirect"]
        assert address == "https://example.com"  # variables would be refused

    def test_plain_http(self, traefik):
        objects = render(traefik, {"tls": {"terminate": False}})
        ingress = objects.one("Ingress", "shop-ingress")
        assert "tls" not in ingress["spec"]
        found = annotations(objects, "shop-ingress")
        assert found["nginx.ingress.kubernetes.io/ssl-redirect"] == "false"


def test_an_alias_answers_alone_while_redirects_are_off(tmp_path):
    routes = {"example.com": "storefront", "www.example.com": {"redirect": "example.com"}}
    built = build(tmp_path, COMPONENTS, routes=routes)
    values = {"routes": {"example": {"enabled": False}}}
    spec = render(built, values).one("Ingress", "shop-ingress")["spec"]
    assert [rule["host"] for rule in spec["rules"]] == ["www.example.com"]
    assert spec["tls"][0]["hosts"] == ["www.example.com"]
    off = render(built, {**values, "redirects": {"enabled": True}}).names
    assert not {name for name in off if name.startswith("Ingress/")}
    assert "VirtualServer/shop-www-redirect" in off
