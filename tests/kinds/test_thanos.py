"""Thanos' sidecar: what it reads and may reach, and that Prometheus leaves compaction to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.monitoring import PROMETHEUS, WATCH, Watch, build, jobs
from tests.kinds.rendering import container, pod_of

OFF = {"prometheus": {"thanos": {"enabled": False}}}
BLOCKS = ["--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h"]


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    prometheus = {**PROMETHEUS, "thanos": {"store": "store.yaml"}}
    return build(tmp_path_factory.mktemp("thanos"), {**WATCH, "prometheus": prometheus})


def server(watch: Watch, values: dict[str, Any] | None = None) -> dict[str, Any]:
    return watch.render(values).one("StatefulSet", "prometheus")


def test_prometheus_compacts_nothing_while_blocks_are_laid_away(watch: Watch) -> None:
    arguments = container(server(watch), "prometheus")["args"]
    assert [one for one in arguments if "block-duration" in one] == BLOCKS
    off = container(server(watch, OFF), "prometheus")["args"]
    assert not [one for one in off if "block-duration" in one]


def test_the_sidecar_reads_the_stores_configuration_from_a_secret(watch: Watch) -> None:
    sidecar = container(server(watch), "thanos-sidecar")
    assert sidecar["image"] == "quay.io/thanos/thanos:v0.42.4"
    assert "--objstore.config-file=/etc/thanos/store.yaml" in sidecar["args"]
    assert sidecar["securityContext"]["readOnlyRootFilesystem"] is True
    volumes = {one["name"]: one for one in pod_of(server(watch))["volumes"]}
    assert volumes["thanos"]["secret"] == {"secretName": "prometheus-thanos", "defaultMode": 0o440}
    places = {one["name"]: one["mountPath"] for one in sidecar["volumeMounts"]}
    assert places == {"data": "/prometheus", "thanos": "/etc/thanos"}
    off = pod_of(server(watch, OFF))
    assert "thanos-sidecar" not in [one["name"] for one in off["containers"]]
    assert "thanos" not in [one["name"] for one in off["volumes"]]


def test_each_replica_has_a_label_of_its_own(watch: Watch) -> None:
    config = yaml.safe_load(watch.config("prometheus")["prometheus.yml"])
    assert config["global"]["external_labels"]["replica"] == "${POD_NAME}"


def test_its_own_metrics_are_read(watch: Watch) -> None:
    config = yaml.safe_load(watch.config("prometheus")["prometheus.yml"])
    job = jobs(config)["watch/prometheus:10902"]
    assert job["relabel_configs"][0]["regex"] == "prometheus;watch;10902"


def peers(watch: Watch, values: dict[str, Any] | None, port: str | int) -> list[Any]:
    """Who may come in at a port, or be reached there: the peers of each rule that names it."""
    policy = watch.render(values).one("NetworkPolicy", "prometheus")["spec"]
    rules = [*policy["ingress"], *policy["egress"]]
    return [one.get("from") or one.get("to") for one in rules if {"port": port} in one["ports"]]


def test_only_named_queriers_come_in(watch: Watch) -> None:
    assert peers(watch, None, "thanos-grpc") == []
    asking = [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "thanos-query"}}}]
    values = {"prometheus": {"thanos": {"queriers": asking}}}
    assert peers(watch, values, "thanos-grpc") == [asking]
    (own,) = peers(watch, None, "thanos-http")
    assert own[0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "prometheus"
    assert peers(watch, OFF, "thanos-http") == []


def test_the_store_is_reached_by_its_port_and_nothing_in_the_cluster(watch: Watch) -> None:
    def outside(values: dict[str, Any] | None, port: int) -> list[list[str]]:
        found = [peer.get("ipBlock", {}) for rule in peers(watch, values, port) for peer in rule]
        return [block["except"] for block in found if "except" in block]  # not the API server

    both = outside(None, 443)
    assert [never[0] for never in both] == ["10.0.0.0/8", "fc00::/7"]  # of either family
    values = {"prometheus": {"thanos": {"storePort": 9000}}}
    assert outside(values, 9000) == both
    assert outside(values, 443) == outside(OFF, 443) == []


def test_a_querier_finds_every_replica_by_dns(watch: Watch) -> None:
    service = watch.render().one("Service", "prometheus-headless")["spec"]
    assert {one["name"]: one["port"] for one in service["ports"]} == {"http": 9090, "grpc": 10901}
    assert "grpc" not in str(watch.render(OFF).one("Service", "prometheus-headless"))


def test_without_it_nothing_is_there(tmp_path: Path) -> None:
    assert "thanos" not in str(build(tmp_path).render().all)
