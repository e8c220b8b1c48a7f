"""Hosts, entries and Ingress objects: which there are, and what they are called."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import yaml

from generator.kinds.umbrella.ingresses import Object, ingress_objects
from generator.kinds.umbrella.network import network
from generator.spec.model import Chart
from generator.spec.read import read_platform
from tests.kinds.rendering import problems, spec
from tests.kinds.umbrella.shop import COMPONENTS, ROUTES


def chart_of(folder: Any, routes: dict[str, Any], ingress: dict[str, Any]) -> Chart:
    file = folder / "platform.yaml"
    text = yaml.safe_dump(spec(COMPONENTS, routes=routes, ingress=ingress), sort_keys=False)
    file.write_text(text)
    return read_platform(file).charts[0]


def of(folder: Any, routes: dict[str, Any], **ingress: Any) -> tuple[Object, ...]:
    chart = chart_of(folder, routes, ingress)
    return ingress_objects(chart, network(chart))


def suffixes(found: tuple[Object, ...]) -> dict[str, str]:
    return {item.suffix: item.role for item in found}


class TestNames:
    def test_the_apex_has_the_plain_name_wherever_it_stands(self, tmp_path):
        routes = {
            "api.example.com": "catalog-api",
            "app.example.com": "storefront",
            "example.com": "storefront",
        }
        assert list(suffixes(of(tmp_path, routes))) == ["ingress", "api-ingress"]

    def test_hosts_of_one_component_share_an_object(self, tmp_path):
        routes = {"example.com": "storefront", "app.example.com": "storefront"}
        (only,) = of(tmp_path, routes)
        assert [rule.host.name for rule in only.rules] == ["example.com", "app.example.com"]

    def test_limits_decide_on_objects_since_they_are_per_object(self, tmp_path):
        routes = {
            "example.com": "storefront",
            "app.example.com": {"to": "storefront", "rate": 5},
        }
        assert list(suffixes(of(tmp_path, routes))) == ["ingress", "app-ingress"]

    def test_another_path_of_a_host_is_named_after_the_path(self, tmp_path):
        routes = {"example.com": "storefront", "example.com/api": "catalog-api"}
        found = suffixes(of(tmp_path, routes, controller="traefik"))
        assert found == {"ingress": "plain", "api-ingress": "plain"}

    def test_a_long_path_gives_way_to_the_component(self, tmp_path):
        routes = {"example.com": "storefront", "example.com/a/very/long/path": "catalog-api"}
        found = of(tmp_path, routes, controller="traefik")
        assert list(suffixes(found)) == ["ingress", "catalog-api-ingress"]

    def test_names_never_meet(self, tmp_path):
        routes = {
            f"example.com/a/very/long/path/{n}": {"to": "storefront", "rate": n}
            for n in range(1, 30)
        }
        found = suffixes(of(tmp_path, {"example.com": "storefront", **routes}))
        assert len(found) == 31
        assert max(len(suffix) for suffix in found) <= 22


class TestKeys:
    def keys(self, folder: Any, routes: dict[str, Any]) -> list[str]:
        return [host.key for host in network(chart_of(folder, routes, {})).hosts]

    def test_are_the_first_label(self, tmp_path):
        assert self.keys(tmp_path, dict(ROUTES)) == ["example", "www", "old", "admin"]

    def test_of_a_later_host_with_that_label_are_the_whole_host(self, tmp_path):
        routes = {"api.example.com": "storefront", "api.example.org": "storefront"}
        assert self.keys(tmp_path, routes) == ["api", "apiExampleOrg"]

    @pytest.mark.parametrize(
        ("host", "key"),
        [("*.example.com", "any"), ("1.example.com", "host1"), ("my-app.example.com", "myApp")],
    )
    def test_can_stand_in_a_template(self, tmp_path, host, key):
        assert self.keys(tmp_path, {host: "storefront"}) == [key]


class TestSpreadHosts:
    """The F5 controller gives a host to one Ingress only, unless it is merged of several."""

    routes: ClassVar = {"example.com": "storefront", "example.com/api": "catalog-api"}

    def test_have_a_master_and_minions(self, tmp_path):
        found = suffixes(of(tmp_path, self.routes))
        assert found == {"ingress": "minion", "api-ingress": "minion", "example-host": "master"}

    def test_leave_other_hosts_alone(self, tmp_path):
        routes = {**self.routes, "app.example.com": "storefront"}
        assert suffixes(of(tmp_path, routes)) == {
            "ingress": "minion",
            "app-ingress": "plain",
            "api-ingress": "minion",
            "example-host": "master",
        }

    def test_are_all_of_them_where_the_spec_says_so(self, tmp_path):
        found = suffixes(of(tmp_path, {"example.com": "storefront"}, mergeable=True))
        assert found == {"ingress": "minion", "example-host": "master"}

    def test_are_nothing_special_for_other_controllers(self, tmp_path):
        found = of(tmp_path, self.routes, controller="traefik")
        assert set(suffixes(found).values()) == {"plain"}


class TestProblems:
    def test_a_redirected_host_with_other_routes(self, tmp_path):
        routes = {
            "example.com": "storefront",
            "www.example.com": {"redirect": "example.com"},
            "www.example.com/api": "catalog-api",
        }
        (message,) = problems(tmp_path, COMPONENTS, routes=routes)
        assert "a redirected host can't have other routes, as www.example.com/api is" in message

    def test_a_redirected_path(self, tmp_path):
        routes = {"example.com": "storefront", "a.example.com/x": {"redirect": "example.com"}}
        (message,) = problems(tmp_path, COMPONENTS, routes=routes)
        assert message.endswith("only a whole host can be redirected")

    def test_a_redirect_to_itself(self, tmp_path):
        routes = {"example.com": {"redirect": "example.com"}}
        (message,) = problems(tmp_path, COMPONENTS, routes=routes)
        assert message.endswith("redirects to itself")

    @pytest.mark.parametrize("host", ["Example.com", "example..com", "https://example.com", ""])
    def test_something_that_is_no_host(self, tmp_path, host):
        found = problems(tmp_path, COMPONENTS, routes={host: "storefront"})
        assert any("a host like api.example.com" in message for message in found)

    def test_a_component_that_would_take_the_place_of_the_charts_own_values(self, tmp_path):
        components = {**COMPONENTS, "gateway": COMPONENTS["storefront"]}
        (message,) = problems(tmp_path, components)
        assert message.startswith("charts.shop.components.gateway: ")
        assert "own" in message
