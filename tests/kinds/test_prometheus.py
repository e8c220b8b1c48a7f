from __future__ import annotations

import pytest
import yaml

from generator.errors import ToolError
from generator.kinds.prometheus.knobs import retention_size
from tests.kinds.monitoring import (
    PROMETHEUS,
    SHOP,
    SITE,
    WATCH,
    build,
    jobs,
    of_namespace,
    problems,
    promtool,
    run,
)
from tests.kinds.rendering import container, pod_of


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


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
    # In another namespace releases of several namespaces meet: their own is part of the name.
    for namespace, name in (("shop", "watch-prometheus"), (None, "prometheus")):
        roles = of_namespace(objects, "Role", namespace)
        (role,) = [r for r in roles if r["metadata"]["name"] == name]
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {
            "get",
            "list",
            "watch",
        }
        bindings = of_namespace(objects, "RoleBinding", namespace)
        (binding,) = [b for b in bindings if b["metadata"]["name"] == name]
        assert binding["roleRef"]["name"] == name
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


@pytest.mark.parametrize("nothing", [None, ""])
def test_links_to_runbooks_lead_somewhere(watch, nothing):
    with pytest.raises(ToolError, match="runbooks"):
        watch.render({"prometheus": {"links": {"runbooks": nothing}}})


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
            "the limit 1 is below the request 2",
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
