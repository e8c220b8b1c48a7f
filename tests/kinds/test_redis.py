from __future__ import annotations

import subprocess

import pytest
import trustme

from generator.errors import ToolError
from generator.spec.read import read_platform
from tests import needs
from tests.kinds.data import CACHE, asked, free_port, rendered_files, running, until, value_of
from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems, variables

API = {
    "kind": "web",
    "image": "shop/api",
    "port": 80,
    "resources": RESOURCES,
    "connects": ["cache"],
}
CHART = {"scrape": {"namespace": "monitoring", "workload": "prometheus"}, "mesh": {"mode": "none"}}

#: Directives of the configuration for Valkey 9 that Debian 12's Redis 7.0 does not have. It has
#: shutdown-on-sigterm, but not the value `failover`.
ONLY_VALKEY = {"cluster-manual-failover-timeout"}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {"cache": CACHE, "api": API}, major=request.param, **CHART)


@pytest.mark.parametrize("version", ["1.25", "1.31", "1.37"])
def test_makes_what_a_cluster_needs(shop, version):
    names = shop.render(kube_version=version).names
    assert {
        "StatefulSet/cache",
        "Service/cache",
        "Service/cache-headless",
        "ConfigMap/cache",
        "ConfigMap/cache-scripts",
        "ServiceAccount/cache",
        "PodDisruptionBudget/cache",
        "NetworkPolicy/cache",
        "Pod/cache-test",
    } <= names


def test_nodes_start_together_and_keep_their_volumes(shop):
    spec = shop.render().one("StatefulSet", "cache")["spec"]
    assert (spec["replicas"], spec["podManagementPolicy"]) == (6, "Parallel")
    assert spec["serviceName"] == "cache-headless"
    assert set(spec["persistentVolumeClaimRetentionPolicy"].values()) == {"Retain"}
    claim = spec["volumeClaimTemplates"][0]["spec"]
    assert claim["storageClassName"] == "fast"
    assert claim["resources"]["requests"]["storage"] == "5Gi"
    old = shop.render(kube_version="1.26").one("StatefulSet", "cache")["spec"]
    assert "persistentVolumeClaimRetentionPolicy" not in old


def test_budget_never_blocks_and_waits_for_resync(shop):
    budget = shop.render().one("PodDisruptionBudget", "cache")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "IfHealthyBudget"


def test_headless_service_answers_before_the_nodes_are_ready(shop):
    spec = shop.render().one("Service", "cache-headless")["spec"]
    assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", True)
    assert {port["name"]: port["port"] for port in spec["ports"]} == {
        "redis": 6379,
        "bus": 16379,
        "metrics": 9121,
    }


def test_policy_opens_the_bus_to_nodes_and_the_port_to_callers(shop):
    rules = shop.render().one("NetworkPolicy", "cache")["spec"]["ingress"]
    opened = {
        tuple(port["port"] for port in rule["ports"]): sorted(
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in rule["from"]
        )
        for rule in rules
    }
    assert opened == {
        ("redis",): ["api", "cache", "cache-test"],
        ("bus",): ["cache"],
        ("metrics",): ["prometheus"],
    }


def test_link_gives_host_port_and_password_and_waits(shop):
    api = shop.render().one("Deployment", "api")
    found = variables(container(api, "api"))
    assert found["CACHE_HOST"] == "cache"
    assert found["CACHE_PORT"] == "6379"
    assert found["CACHE_PASSWORD"] == "cache-credentials/redis-password"
    assert variables(container(api, "wait-for-cache")) == {"HOST": "cache", "PORT": "6379"}


def test_memory_for_data_follows_from_the_limit_unless_set(shop):
    def line(values):
        text = shop.render({"cache": values}).one("ConfigMap", "cache")["data"]["server.conf"]
        return next(one for one in text.splitlines() if one.startswith("maxmemory "))

    limits = {"limits": {"memory": "2Gi"}}
    assert line({}) == "maxmemory 640mb"
    assert line({"resources": limits}) == "maxmemory 1280mb"
    assert line({"resources": {"limits": {"memory": "1.5G"}}}) == "maxmemory 893mb"
    assert line({"resources": limits, "maxmemory": "1Gi"}) == "maxmemory 1024mb"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"maxmemory": "900Mi"}, "maxmemory 900Mi is above 80 % of resources.limits.memory 1Gi"),
        ({"resources": {"limits": {"memory": None}}}, "resources.limits.memory is missing"),
        ({"replicas": 4}, "replicas 4 with replicasPerMaster 1 are no cluster"),
        ({"replicas": 7}, "replicas 7 with replicasPerMaster 1 are no cluster"),
        ({"tls": {"certManager": {"enabled": True}}}, "needs cert-manager"),
    ],
)
def test_refuses_values_that_cannot_work(shop, values, message):
    with pytest.raises(ToolError) as caught:
        shop.render({"cache": values})
    assert message in caught.value.output


def test_shrinks_to_one_node_without_encryption(shop):
    small = {"replicas": 1, "tls": {"enabled": False}, "spread": {"nodes": "ScheduleAnyway"}}
    small |= {"storage": {"size": "1Gi", "className": ""}}
    objects = shop.render({"cache": small})
    stateful = objects.one("StatefulSet", "cache")
    assert stateful["spec"]["replicas"] == 1
    claim = stateful["spec"]["volumeClaimTemplates"][0]["spec"]
    assert "storageClassName" not in claim
    assert "tls" not in [volume["name"] for volume in pod_of(stateful)["volumes"]]
    assert "tls" not in objects.one("ConfigMap", "cache")["data"]["server.conf"]
    assert value_of(container(stateful, "agent"), "MASTERS") == "1"
    three = shop.render({"cache": {"replicas": 3, "replicasPerMaster": 0}})
    agent = container(three.one("StatefulSet", "cache"), "agent")
    assert (value_of(agent, "NODES"), value_of(agent, "MASTERS")) == ("3", "3")


def test_certificates_are_for_the_service_and_every_node(shop):
    on = {"cache": {"tls": {"certManager": {"enabled": True}}}}
    objects = shop.render(on, api_versions=("cert-manager.io/v1",))
    assert {"Issuer/cache-selfsigned", "Certificate/cache-ca", "Issuer/cache"} <= objects.names
    spec = objects.one("Certificate", "cache")["spec"]
    assert spec["secretName"] == "cache-tls"
    assert {"cache", "cache.shop.svc", "*.cache-headless.shop.svc"} <= set(spec["dnsNames"])


def test_secrets_and_metrics_are_declared(tmp_path):
    build(tmp_path, {"cache": CACHE}, **CHART)
    component = read_platform(tmp_path / "platform.yaml").charts[0].components[0]
    needs_ = {need.name: need.keys for need in component.kind_module.secrets(component)}
    assert needs_ == {
        "cache-credentials": (
            "redis-password",
            "replication-password",
            "admin-password",
            "exporter-password",
        ),
        "cache-tls": ("ca.crt", "tls.crt", "tls.key"),
    }
    endpoints = component.kind_module.metrics_endpoints(component)
    assert endpoints == (("cache", "cache-headless", 9121, "/metrics"),)


def test_workloads_are_what_is_rendered(shop):
    platform = read_platform(shop.path.parent.parent / "platform.yaml")
    component = platform.charts[0].components[0]
    (workload,) = component.kind_module.workloads(component)
    rendered = shop.render().one("StatefulSet", "cache")
    assert asked(pod_of(rendered)) == [
        (one.cpu_request, one.cpu_limit, one.memory_request, one.memory_limit)
        for one in workload.containers
    ]
    assert workload.replicas == (6, 8)
    assert workload.claims[0].size == 5 * 1024**3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"nodes": 4}, "nodes: 4 nodes with 1 replica for each master are no cluster"),
        ({"nodes": 2, "replicasPerMaster": 0}, "nodes: 2 nodes with 0 replicas"),
        ({"memory": "1000Mi"}, "memory: memory for data is above 80 % of the memory limit"),
        ({"nodes": 6, "maxNodes": 5}, "maxNodes: nodes 6 is above maxNodes 5"),
        (
            {"resources": {"cpu": ["2", "1"], "memory": "1Gi"}},
            "resources.cpu: the limit 1 is below the request 2",
        ),
    ],
)
def test_refuses_settings_that_cannot_work(tmp_path, settings, message):
    (found,) = problems(tmp_path, {"cache": {**CACHE, **settings}})
    assert found.startswith(f"charts.shop.components.cache.{message}")


def test_a_server_knows_every_directive(shop, tmp_path):
    """All but those of ONLY_VALKEY: the servers of Debian are older than the chart's image."""
    server = needs.program("redis-server", "apt-get install redis-server")
    off = {"tls": {"enabled": False}, "maxmemory": "32Mi"}
    config = rendered_files(shop.render({"cache": off}), "cache", tmp_path / "config")
    directives = {
        line.split()[0]
        for line in (config / "server.conf").read_text().splitlines()
        if line and not line.startswith("#")
    }
    port = free_port() - 20000
    command = [str(server), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]

    def known(name):
        asking = ["redis-cli", "-p", str(port), "config", "get", name]
        return name in subprocess.run(asking, capture_output=True, text=True, check=False).stdout

    with running(command, log=tmp_path / "log"):
        until(lambda: known("port"), "the server")
        assert {name for name in directives if not known(name)} == ONLY_VALKEY


def test_tls_configuration_starts_a_server(shop, tmp_path):
    """The rendered file as it is, for the engine that is at hand, with real certificates."""
    server = needs.program("redis-server", "apt-get install redis-server")
    values = {"cache": {"engine": "redis", "maxmemory": "32Mi"}}
    config = rendered_files(shop.render(values), "cache", tmp_path / "config")
    authority = trustme.CA()
    pair = authority.issue_cert("cache", "localhost")
    tls = tmp_path / "tls"
    tls.mkdir()
    authority.cert_pem.write_to_path(str(tls / "ca.crt"))
    pair.private_key_pem.write_to_path(str(tls / "tls.key"))
    pair.cert_chain_pems[0].write_to_path(str(tls / "tls.crt"))
    text = (config / "server.conf").read_text().replace("/tls/", f"{tls}/")
    port = free_port() - 20000
    here = f"tls-port {port}\nbind 127.0.0.1\ndir {tmp_path}\n"
    (config / "server.conf").write_text(text + here)
    asking = ["redis-cli", "--tls", "--cacert", str(tls / "ca.crt"), "-p", str(port), "ping"]

    def answer(words):
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()

    with running([str(server), str(config / "server.conf")], log=tmp_path / "log"):
        until(lambda: answer(asking) == "PONG", (tmp_path / "log").read_text, 15)
        assert answer(["redis-cli", "-p", str(port), "ping"]) != "PONG"
