"""Whom a Prometheus reads, how it finds them, and whom it may therefore reach."""

from __future__ import annotations

import pytest
import yaml

from tests.kinds.monitoring import PROMETHEUS, WATCH, build, jobs, of_namespace


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


@pytest.fixture(scope="module")
def config(watch):
    return yaml.safe_load(watch.config("prometheus")["prometheus.yml"])


def test_reads_every_component_with_metrics_and_no_other(config):
    assert set(jobs(config)) == {
        "shop/api",
        "shop/site",
        "shop/worker",
        "watch/prometheus",
        "watch/alertmanager",
        "watch/grafana",
        "watch/state",
        "watch/blackbox",
        "probe/blackbox",
        "node/kubelet",
        "node/cadvisor",
    }
    assert jobs(config)["shop/site"]["metrics_path"] == "/stats"


def test_a_chart_that_lets_another_scraper_in_is_not_read(tmp_path):
    agent = {**PROMETHEUS, "connects": []}
    scrape = {"namespace": "watch", "workload": "agent"}
    objects = build(tmp_path, {**WATCH, "agent": agent}, scrape=scrape).render()
    config = yaml.safe_load(objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"])
    assert not [name for name in jobs(config) if name.startswith("shop/")]
    names = {role["metadata"]["name"] for role in of_namespace(objects, "Role", "shop")}
    assert names == {"watch-agent", "watch-state"}


def test_finds_pods_by_their_label_and_port(config):
    api, worker, own = (jobs(config)[f] for f in ("shop/api", "shop/worker", "watch/grafana"))
    assert api["kubernetes_sd_configs"] == [
        {"role": "endpointslice", "namespaces": {"names": ["shop"]}}
    ]
    assert api["relabel_configs"][0]["regex"] == "api;8001"
    assert worker["kubernetes_sd_configs"][0]["role"] == "pod"  # it has no Service
    assert own["kubernetes_sd_configs"][0]["namespaces"] == {"names": ["watch"]}
    assert own["relabel_configs"][0]["regex"] == "grafana;watch;3000"  # of this release only


def test_a_copy_of_a_component_is_told_from_it_by_its_release(config):
    wanted = {
        "source_labels": ["__meta_kubernetes_pod_label_app_kubernetes_io_instance"],
        "target_label": "helm_release",
    }
    for name in ("shop/api", "shop/worker", "watch/grafana"):
        assert wanted in jobs(config)[name]["relabel_configs"]


def test_every_job_is_guarded_against_label_values_without_bounds(config):
    for name, job in jobs(config).items():
        if name.split("/")[0] in ("shop", "watch"):
            assert (job["sample_limit"], job["label_limit"], job["target_limit"]) == (
                100_000,
                64,
                500,
            )


def test_what_kube_state_metrics_says_of_others_keeps_its_labels(config):
    honest = [name for name, job in jobs(config).items() if job.get("honor_labels")]
    assert honest == ["watch/state", "node/kubelet", "node/cadvisor"]


def test_both_servers_send_the_same_alert_to_every_alertmanager(config):
    assert config["global"]["external_labels"] == {"cluster": "acme", "replica": "${POD_NAME}"}
    alerting = config["alerting"]
    assert alerting["alert_relabel_configs"] == [{"regex": "replica", "action": "labeldrop"}]
    (found,) = alerting["alertmanagers"]
    assert found["relabel_configs"][0]["regex"] == "alertmanager;watch;9093"


def test_public_addresses_are_asked_where_they_must_answer(config):
    (static,) = jobs(config)["probe/blackbox"]["static_configs"]
    assert static["targets"] == [
        "https://shop.example.com/",
        "https://api.shop.example.com/health/ready",
        "https://api.shop.example.com/v2",
    ]


def test_other_hosts_are_read_when_the_installer_names_them(watch):
    values = {
        "prometheus": {
            "connections": {
                "alertmanager": {"host": "alerts.example.com"},
                "state": {"host": "state.example.com"},
                "blackbox": {"host": "ask.example.com"},
            }
        }
    }
    config = yaml.safe_load(watch.config("prometheus", values)["prometheus.yml"])
    (told,) = config["alerting"]["alertmanagers"]
    assert told["static_configs"] == [{"targets": ["alerts.example.com:9093"]}]
    assert jobs(config)["watch/state"]["static_configs"][0]["targets"] == ["state.example.com:8080"]
    assert jobs(config)["probe/blackbox"]["relabel_configs"][-1]["replacement"] == (
        "ask.example.com:9115"
    )


def test_may_reach_what_it_reads_and_nothing_else(watch):
    policy = watch.render().one("NetworkPolicy", "prometheus")["spec"]
    reached = set()
    for rule in policy["egress"]:
        ports = tuple(port["port"] for port in rule["ports"])
        for peer in rule.get("to", [{}]):
            labels = peer.get("podSelector", {}).get("matchLabels", {})
            namespace = peer.get("namespaceSelector", {}).get("matchLabels", {})
            who = labels.get("app.kubernetes.io/name", "")
            reached.add((next(iter(namespace.values()), ""), who, ports))
    assert {each for each in reached if each[1]} == {
        ("shop", "api", (8001,)),
        ("shop", "site", (3000,)),
        ("shop", "worker", (9000,)),
        ("", "prometheus", (9090,)),
        ("", "alertmanager", (9093,)),
        ("", "grafana", (3000,)),
        ("", "state", (8080,)),
        ("", "blackbox", (9115,)),
    }
    assert {each[2] for each in reached if not each[1]} == {
        (53, 53, 5353, 5353),
        (443, 6443),
        (10250,),
    }
