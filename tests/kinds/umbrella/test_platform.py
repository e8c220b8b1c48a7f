"""The platform of this repository: what holds for its charts as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.spec.quantity import parse_bytes, parse_cpu
from generator.spec.read import read_platform
from generator.tools import helm
from tests import needs
from tests.kinds.rendering import Built, Objects
from tests.kinds.umbrella.shop import APIS, render

EVERYTHING = {
    "global": {"mesh": "ambient"},
    "policies": {"enabled": True},
    "tls": {"enabled": True},
    "redirects": {"enabled": True},
}


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Built]:
    folder = tmp_path_factory.mktemp("platform")
    real = helm.find(needs.helm(4), project=Path("/nowhere"))
    platform = read_platform(needs.ROOT / "platform.yaml")
    for chart in platform.charts:
        write_tree(folder / chart.name, fill_chart(platform, chart))
    return {c.name: Built(helm=real, path=folder / c.name) for c in platform.charts}


@pytest.fixture(scope="module", params=["bookedbarber", "monitoring"])
def all_on(request: pytest.FixtureRequest, charts: Mapping[str, Built]) -> Objects:
    """A chart with everything on that its own values know."""
    built = charts[request.param]
    known = yaml.safe_load((built.path / "values.yaml").read_text())
    values = {key: value for key, value in EVERYTHING.items() if key in known}
    return built.render(values, release=request.param, api_versions=APIS)


@pytest.mark.parametrize(
    ("what", "need", "sensible"),
    [
        # Five Postgres, eight Redis, 50 and 20 application pods and the surge of a rollout.
        ("requests.cpu", "46.4", "55"),
        ("requests.memory", "60Gi", "70Gi"),
        ("limits.cpu", "188", "225"),
        ("limits.memory", "216Gi", "260Gi"),
        ("requests.storage", "620Gi", "800Gi"),
    ],
)
def test_the_quota_has_room_for_the_guides_numbers(charts, what, need, sensible):
    hard = charts["bookedbarber"].render(release="bookedbarber").one("ResourceQuota")["spec"]
    parse = parse_cpu if "cpu" in what else parse_bytes
    assert parse(need) <= parse(hard["hard"][what]) <= parse(sensible)


def test_the_quota_has_room_for_the_guides_pods(charts):
    hard = charts["bookedbarber"].render(release="bookedbarber").one("ResourceQuota")["spec"]
    assert 97 + 18 <= int(hard["hard"]["pods"]) <= 150


def test_pods_with_tokens_are_those_that_the_policies_know(all_on):
    policies = [each for each in all_on.all if each["kind"] == "ValidatingAdmissionPolicy"]
    tokens = [each for each in policies if each["metadata"]["name"].endswith("-tokens")]
    known = set(json.loads(tokens[0]["spec"]["variables"][0]["expression"])) if tokens else None
    with_token = {pod["serviceAccountName"] for pod in pods(all_on) if has_token(pod)}
    assert with_token
    assert known is None or with_token == known


def has_token(pod: Mapping[str, Any]) -> bool:
    sources = [
        source
        for volume in pod.get("volumes", ())
        for source in volume.get("projected", {}).get("sources", ())
    ]
    return pod.get("automountServiceAccountToken") is not False or any(
        "audience" not in source["serviceAccountToken"]
        for source in sources
        if "serviceAccountToken" in source
    )


def pods(objects: Objects) -> Iterator[dict[str, Any]]:
    for each in objects.all:
        spec = each.get("spec", {})
        if each["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if each["kind"] == "Pod":
            yield spec
        elif each["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob", "DaemonSet"):
            yield spec["template"]["spec"]


def test_every_service_is_reachable_in_the_mesh(all_on):
    """The namespace allows nothing, so that a workload without a policy would be cut off."""
    assert all_on.one("AuthorizationPolicy", "allow-nothing")["spec"] == {}
    allowed = [
        each["spec"]["selector"]["matchLabels"]
        for each in all_on.all
        if each["kind"] == "AuthorizationPolicy" and "selector" in each["spec"]
    ]
    cut_off = [
        each["metadata"]["name"]
        for each in all_on.all
        if each["kind"] == "Service"
        and not any(labels.items() <= each["spec"]["selector"].items() for labels in allowed)
    ]
    assert cut_off == []


def test_identities_of_the_mesh_are_service_accounts_of_the_charts(charts):
    """Who is named by one chart runs in it or in the other."""
    accounts, named = set(), set()
    for name, built in charts.items():
        objects = built.render({"global": {"mesh": "ambient"}}, release=name, api_versions=APIS)
        space = {"bookedbarber": "shop", "monitoring": "monitoring"}[name]
        for each in objects.all:
            if each["kind"] == "ServiceAccount":
                accounts.add(f"cluster.local/ns/{space}/sa/{each['metadata']['name']}")
            if each["kind"] == "AuthorizationPolicy":
                named |= {
                    who.replace("/ns/shop/", f"/ns/{space}/")
                    for rule in each["spec"].get("rules", ())
                    for source in rule.get("from", ())
                    for who in source["source"].get("principals", ())
                }
    assert named
    assert named - accounts == set()


def test_names_are_resolved_by_coredns_and_by_openshift(full):
    (rule,) = render(full).one("NetworkPolicy", "allow-dns")["spec"]["egress"]
    ports = {(port["port"], port["protocol"]) for port in rule["ports"]}
    assert ports == {(53, "UDP"), (53, "TCP"), (5353, "UDP"), (5353, "TCP")}
    names = [peer.get("namespaceSelector", {}).get("matchLabels") for peer in rule["to"]]
    assert {"kubernetes.io/metadata.name": "openshift-dns"} in names
    assert {} not in rule["to"]
