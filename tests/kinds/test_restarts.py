"""Pods start anew for what they read, and for nothing else."""

from __future__ import annotations

import pytest

from tests.kinds.data import CACHE, DATABASE
from tests.kinds.monitoring import ALERTMANAGER, BLACKBOX, GRAFANA, PROMETHEUS, STATE
from tests.kinds.rendering import RESOURCES, build

API = {
    "kind": "web",
    "image": "shop/api",
    "port": 80,
    "resources": RESOURCES,
    "connects": ["ledger", "cache"],
    "migrate": {"command": ["migrate", "up"]},
}
COMPONENTS = {
    "api": API,
    "nightly": {
        "kind": "cron",
        "image": "shop/nightly",
        "schedule": "0 3 * * *",
        "resources": RESOURCES,
    },
    "ledger": {**DATABASE, "pooler": {"name": "door"}, "backup": {"to": "s3://acme-backups"}},
    "cache": CACHE,
    "prometheus": PROMETHEUS,
    "alertmanager": ALERTMANAGER,
    "grafana": GRAFANA,
    "state": STATE,
    "blackbox": BLACKBOX,
}


def pods(built, values=None):
    """The pod templates of all that Helm does not make anew for each release, by name."""
    found = {}
    for each in built.render(values).all:
        spec = each.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec and "helm.sh/hook" not in each["metadata"].get("annotations", {}):
            found[f"{each['kind']}/{each['metadata']['name']}"] = spec["template"]
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return build(tmp_path_factory.mktemp("shop"), COMPONENTS)


def test_a_new_version_of_the_chart_starts_none(shop, tmp_path):
    newer = pods(build(tmp_path, COMPONENTS, version="1.0.1"))
    assert {name.partition("/")[0] for name in newer} == {
        "CronJob",
        "Deployment",
        "Job",
        "StatefulSet",
    }
    assert newer == pods(shop)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (
            {"alertmanager": {"receivers": {"security": {"enabled": False}}}},
            "StatefulSet/alertmanager",
        ),
        ({"grafana": {"externalUrl": "https://g.example.com/g"}}, "Deployment/grafana"),
    ],
)
def test_a_new_configuration_starts_those_that_read_it(shop, values, name):
    before, after = pods(shop), pods(shop, values)
    assert [each for each in after if after[each] != before.get(each)] == [name]
