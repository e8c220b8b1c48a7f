from __future__ import annotations

import pytest
import yaml

from generator.kinds.prometheus.knobs import retention_size
from tests.kinds.monitoring import (
    PROMETHEUS,
    SHOP,
    SITE,
    WATCH,
    build,
    problems,
    promtool,
    run,
)
from tests.kinds.rendering import container, pod_of


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


@pytest.fixture(scope="module")
def config(watch):
    return yaml.safe_load(watch.config("prometheus")["prometheus.yml"])


def jobs(config):
    return {job["job_name"]: job for job in config["scrape_configs"]}


def of_namespace(objects, kind, namespace):
    return [
        each
        for each in objects.all
        if each["kind"] == kind and each["metadata"].get("namespace") == namespace
    ]


def test_two_servers_start_at_once_each_with_a_volume_of_its_own(watch):
    spec = watch.render().one("StatefulSet", "prometheus")["spec"]
    assert (spec["replicas"], spec["podManagementPolicy"]) == (2, "Parallel")
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"]["requests"]["storage"] == "500Gi"
    assert spec["serviceName"] == "prometheus-headless"


def test_samples_leave_room_in_the_volume(watch):
    arguments = container(watch.render().one("StatefulSet", "prometheus"))["args"]
    assert "--storage.tsdb.retention.time=30d" in arguments
    assert "--storage.tsdb.retention.size=420GB" in arguments  # of 500 GiB: GB is GiB here


@pytest.mark.parametrize(
    ("count", "text"),
    [(420 * 1024**3, "420GB"), (1536 * 1024**2, "1536MB"), (5000, "5000B")],
)
def test_retention_size_is_in_powers_of_1024(count, text):
    assert retention_size(count) == text


def test_a_new_configuration_is_reloaded_not_restarted_for(watch):
    objects = watch.render()
    template = objects.one("StatefulSet", "prometheus")["spec"]["template"]
    assert "annotations" not in template["metadata"]
    reloader = container(objects.one("StatefulSet", "prometheus"), "config-reloader")
    assert "--reload-url=http://127.0.0.1:9090/-/reload" in reloader["args"]
    watched = {a.partition("=")[2] for a in reloader["args"] if a.startswith("--watched-dir")}
    assert watched == {m["mountPath"] for m in reloader["volumeMounts"]}


def test_only_the_server_itself_gets_a_token(watch):
    pod = pod_of(watch.render().one("StatefulSet", "prometheus"))
    assert pod["automountServiceAccountToken"] is False
    with_token = [
        one["name"]
        for one in pod["containers"]
        if "kube-api-access" in {m["name"] for m in one["volumeMounts"]}
    ]
    assert with_token == ["prometheus"]


def test_dashboards_stay_with_one_server(watch):
    service = watch.render().one("Service", "prometheus")["spec"]
    assert service["sessionAffinity"] == "ClientIP"
    assert service["ports"][0]["port"] == 9090


def test_a_role_in_each_namespace_that_is_read_and_no_more(watch):
    objects = watch.render()
    for namespace in ("shop", None):
        roles = of_namespace(objects, "Role", namespace)
        (role,) = [r for r in roles if r["metadata"]["name"] == "prometheus"]
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {
            "get",
            "list",
            "watch",
        }
        bindings = of_namespace(objects, "RoleBinding", namespace)
        (binding,) = [b for b in bindings if b["metadata"]["name"] == "prometheus"]
        assert binding["subjects"][0] == {
            "kind": "ServiceAccount",
            "name": "prometheus",
            "namespace": "watch",
        }
    cluster = objects.one("ClusterRole", "watch-prometheus")["rules"]
    assert {resource for rule in cluster for resource in rule["resources"]} == {
        "nodes",
        "nodes/metrics",
    }


def test_without_nodes_there_is_no_cluster_role(tmp_path):
    small = build(tmp_path, {**WATCH, "prometheus": {**PROMETHEUS, "nodes": False}})
    objects = small.render()
    assert "ClusterRole/watch-prometheus" not in objects.names
    config = yaml.safe_load(objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"])
    assert not [name for name in jobs(config) if name.startswith("node/")]


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
    other = build(tmp_path, scrape={"namespace": "watch", "workload": "agent"})
    objects = other.render()
    config = yaml.safe_load(objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"])
    assert not [name for name in jobs(config) if name.startswith("shop/")]
    names = {role["metadata"]["name"] for role in of_namespace(objects, "Role", "shop")}
    assert names == {"state"}


def test_finds_pods_by_their_label_and_port(config):
    api, worker, own = (jobs(config)[f] for f in ("shop/api", "shop/worker", "watch/grafana"))
    assert api["kubernetes_sd_configs"] == [
        {"role": "endpointslice", "namespaces": {"names": ["shop"]}}
    ]
    assert api["relabel_configs"][0]["regex"] == "api;8001"
    assert worker["kubernetes_sd_configs"][0]["role"] == "pod"  # it has no Service
    assert own["kubernetes_sd_configs"][0]["namespaces"] == {"names": ["watch"]}
    assert own["relabel_configs"][0]["regex"] == "grafana;watch;3000"  # of this release only


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
    assert {each[2] for each in reached if not each[1]} == {(53, 53), (443, 6443), (10250,)}


# Debian's promtool is built without the discovery of Kubernetes and refuses its fields. The tests
# above judge those fields; promtool judges everything else.


@pytest.mark.parametrize("kube_version", ["1.25", "1.37"])
def test_promtool_accepts_configuration_and_rules(watch, tmp_path, kube_version):
    program = promtool()
    objects = watch.render(kube_version=kube_version)
    config = yaml.safe_load(objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"])
    (tmp_path / "token").write_text("token")
    for each in (*config["scrape_configs"], *config["alerting"]["alertmanagers"]):
        if "authorization" in each:
            each["authorization"]["credentials_file"] = "token"
        if each.pop("kubernetes_sd_configs", None):
            each["static_configs"] = [{"targets": ["127.0.0.1:1"]}]
    for name, text in objects.one("ConfigMap", "prometheus-rules")["data"].items():
        (tmp_path / name).write_text(text)
    config["rule_files"] = ["*.yaml"]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    arguments = ("check", "config", "--lint=all", "--lint-fatal")
    done = run(program, *arguments, tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 rule files found" in done.stdout


def test_extra_configurations_are_appended(watch):
    extra = {"prometheus": {"scrape": {"extraConfigs": [{"job_name": "more"}]}}}
    config = yaml.safe_load(watch.config("prometheus", extra)["prometheus.yml"])
    assert config["scrape_configs"][-1] == {"job_name": "more"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"retention": "1h"}, "1h is less than a block of two hours"),
        (
            {"retentionSize": "490Gi"},
            "490Gi of samples leave no room in a volume of 500Gi",
        ),
        (
            {"interval": "5m"},
            "5m is not between 1s and 150s; series end after five minutes without a sample",
        ),
        (
            {"resources": {"cpu": ["2", "1"], "memory": "1Gi"}},
            "the limit is below the request",
        ),
        (
            {"connects": ["alertmanager", "shop/plain"]},
            "'plain' has no metrics to read",
        ),
    ],
)
def test_nonsense_is_refused(tmp_path, changes, message):
    found = problems(tmp_path, "prometheus", **changes)
    assert [one for one in found if message in one], found


def test_an_address_outside_is_no_target(tmp_path):
    (found,) = problems(tmp_path, "prometheus", connects=["https://example.com"])
    assert "a Prometheus reads components" in found


def test_objectives_that_can_not_burn_that_fast_have_no_such_alert(tmp_path):
    site = build(tmp_path, shop={**SHOP, "site": SITE}).config("prometheus-rules")
    rules = yaml.safe_load(site["shop-site.yaml"])["groups"][0]["rules"]
    fast = next(rule for rule in rules if rule.get("alert") == "ErrorBudgetBurnsFast")
    assert "rate1h" not in fast["expr"]  # 14.4 times 10 % is more than all requests
    assert "rate6h" in fast["expr"]


def test_without_an_alertmanager_nobody_is_told(tmp_path):
    alone = {"prometheus": {**PROMETHEUS, "connects": []}}
    config = yaml.safe_load(build(tmp_path, alone).config("prometheus")["prometheus.yml"])
    assert "alerting" not in config
