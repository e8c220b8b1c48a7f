"""Names that an installer changes: those who connect are told, or the release is refused."""

from __future__ import annotations

import pytest

from generator.errors import ToolError
from tests.kinds.data import DATABASE
from tests.kinds.rendering import RESOURCES, build, container, variables

APIS = ("security.istio.io/v1", "networking.istio.io/v1", "telemetry.istio.io/v1")
FRONT = {"kind": "web", "image": "shop/front", "port": 80, "resources": RESOURCES}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    components = {
        "front": {**FRONT, "connects": ["back-office"]},
        "back-office": {**FRONT, "connects": ["ledger"], "migrate": {"command": ["up"]}},
        "plain": {**FRONT, "connects": ["books"]},
        "ledger": {**DATABASE, "pooler": False},
        "books": {**DATABASE, "pooler": {"name": "door"}},
    }
    return build(tmp_path_factory.mktemp("shop"), components, mesh={"mode": "none"})


def refusal(shop, values, **options):
    with pytest.raises(ToolError) as caught:
        shop.render(values, **options)
    return caught.value.output


def test_another_name_is_refused_until_those_who_connect_know_it(shop):
    values = {"back-office": {"fullnameOverride": "desk"}}
    text = refusal(shop, values)
    assert "back-office.fullnameOverride: front can't see the name desk" in text
    assert "set front.connections.backOffice.host=desk, or leave" in text
    told = {**values, "front": {"connections": {"backOffice": {"host": "desk"}}}}
    front = container(shop.render(told).one("Deployment", "front"))
    assert variables(front)["BACK_OFFICE_URL"] == "http://desk:80"


def test_nobody_is_asked_for_what_is_off(shop):
    values = {"back-office": {"fullnameOverride": "desk"}, "front": {"enabled": False}}
    assert "Service/desk" in shop.render(values).names


def test_a_pooler_keeps_its_name(shop):
    objects = shop.render({"books": {"fullnameOverride": "archive"}})
    assert {"StatefulSet/archive", "Deployment/door"} <= objects.names


def test_the_jobs_of_a_database_come_in_by_the_name_that_they_have(shop):
    values = {"ledger": {"fullnameOverride": "archive"}, "global": {"mesh": "ambient"}}
    told = {"host": "archive"}
    values["back-office"] = {"connections": {"ledger": told}}
    objects = shop.render(values, api_versions=APIS)
    rules = objects.one("AuthorizationPolicy", "archive")["spec"]["rules"]
    (patroni,) = [rule for rule in rules if rule["to"][0]["operation"]["ports"] == ["8008"]]
    principals = patroni["from"][0]["source"]["principals"]
    account = objects.one("ServiceAccount", "archive-configure")["metadata"]["name"]
    assert f"cluster.local/ns/shop/sa/{account}" in principals


@pytest.mark.parametrize("change", [{"serviceAccount": {"name": "mine"}}])
def test_another_account_is_refused_in_a_mesh(shop, change):
    values = {"front": change}
    assert "Deployment/front" in shop.render(values).names
    values["global"] = {"mesh": "ambient"}
    text = refusal(shop, values, api_versions=APIS)
    assert "front: the mesh lets the service account front in to back-office" in text
    rule = {"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/mine"]}}]}
    values["back-office"] = {"authorizationPolicy": {"extraRules": [rule]}}
    assert "Deployment/front" in shop.render(values, api_versions=APIS).names
