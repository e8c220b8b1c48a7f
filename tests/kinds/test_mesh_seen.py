"""Istio as Prometheus and Grafana see it: there with the mesh, in its mode, and gone without."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from generator.kinds.prometheus import istio, metrics
from tests.kinds.alerts_mesh import OF_MODES
from tests.kinds.monitoring import CACHE, DATABASE, SHOP, build, jobs, of_namespace, promtool, run
from tests.kinds.test_alerts import firing, judge

ISTIO = ("security.istio.io/v1",)
JOBS = {
    "none": set(),
    "ambient": {"istio/istiod", "istio/ztunnel", "istio/istio-proxy"},
    "sidecar": {"istio/istiod", "istio/istio-proxy"},
}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    shop = {**SHOP, "db": DATABASE, "cache": CACHE}
    folder = tmp_path_factory.mktemp("watch")
    return build(folder, shop=shop, major=request.param, mesh={"mode": "none"})


@pytest.fixture(scope="module")
def rendered(watch):
    """The objects of each mode."""
    return {mode: watch.render({"global": {"mesh": mode}}, api_versions=ISTIO) for mode in JOBS}


def config(objects):
    return yaml.safe_load(objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"])


def rules(objects):
    return objects.one("ConfigMap", "prometheus-rules")["data"]


def boards(objects):
    return objects.one("ConfigMap", "grafana-dashboards")["data"]


@pytest.mark.parametrize("mode", JOBS)
def test_is_read_told_and_shown_only_while_it_is_on(rendered, mode):
    objects, there = rendered[mode], mode != "none"
    assert {name for name in jobs(config(objects)) if name.startswith("istio/")} == JOBS[mode]
    assert ("mesh.yaml" in rules(objects)) is there
    assert ("mesh.json" in boards(objects)) is there
    assert bool(of_namespace(objects, "Role", "istio-system")) is there
    assert ("istio-system" in json.dumps(objects.one("NetworkPolicy", "prometheus"))) is there


def test_a_platform_without_a_mesh_knows_nothing_of_it(tmp_path):
    plain = build(tmp_path)
    files = [path for path in plain.path.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [path for path in files if "istio" in path.read_text() or "mesh" in path.name] == []


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_may_see_the_pods_of_istio_and_nothing_else_there(rendered, mode):
    (role,) = of_namespace(rendered[mode], "Role", "istio-system")
    (binding,) = of_namespace(rendered[mode], "RoleBinding", "istio-system")
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
    ]
    # Releases of several namespaces meet there.
    assert role["metadata"]["name"] == binding["roleRef"]["name"] == "watch-prometheus"
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "prometheus", "namespace": "watch"}
    ]


def test_gives_no_rights_where_somebody_else_does(watch):
    values = {"global": {"mesh": "ambient"}, "prometheus": {"rbac": {"create": False}}}
    objects = watch.render(values, api_versions=ISTIO)
    assert not of_namespace(objects, "Role", "istio-system")
    assert not of_namespace(objects, "RoleBinding", "istio-system")


@pytest.mark.parametrize(
    ("mode", "reached"),
    [
        ("ambient", {("istiod", 15014), ("ztunnel", 15020), (None, 15090)}),
        ("sidecar", {("istiod", 15014), (None, 15090), (None, 15012)}),
    ],
)
def test_may_reach_what_it_reads(rendered, mode, reached):
    policy = rendered[mode].one("NetworkPolicy", "prometheus")["spec"]
    found = {
        (peer.get("podSelector", {}).get("matchLabels", {}).get("app"), port["port"])
        for rule in policy["egress"]
        for peer in rule.get("to", ())
        for port in rule["ports"]
        if port["port"] > 15000
    }
    assert found == reached
    (proxies,) = [rule for rule in policy["egress"] if rule["ports"] == [{"port": 15090}]]
    namespaces = [each["namespaceSelector"]["matchLabels"] for each in proxies["to"]]
    assert [set(one.values()) for one in namespaces] == [{"shop"}, {"watch"}]


def test_its_own_proxies_let_it_in(rendered):
    policy = rendered["sidecar"].one("NetworkPolicy", "allow-proxy-metrics")["spec"]
    assert policy["podSelector"] == {}
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"port": 15090}]
    (peer,) = rule["from"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "prometheus"
    assert "NetworkPolicy/allow-proxy-metrics" not in rendered["none"].names


def relabelled(job, action, field="metric_relabel_configs"):
    return [one for one in job[field] if one.get("action") == action]


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_keeps_nothing_but_what_is_known(rendered, mode):
    known = {"istiod": metrics.ISTIOD, "ztunnel": metrics.ZTUNNEL, "istio-proxy": metrics.PROXY}
    for name in JOBS[mode]:
        job = jobs(config(rendered[mode]))[name]
        assert (job["sample_limit"], job["label_limit"], job["target_limit"]) == (100_000, 64, 500)
        first = job["metric_relabel_configs"][0]
        assert (first["source_labels"], first["action"]) == (["__name__"], "keep")
        assert set(first["regex"].split("|")) == set(known[name.removeprefix("istio/")])
        # Series that differed by nothing else would meet: one of them would be lost.
        assert not relabelled(job, "labeldrop")


def test_nothing_is_kept_that_nobody_asks_for(watch):
    asked = "".join(
        path.read_text()
        for name in ("prometheus/files/rules/*/*.yaml", "grafana/files/dashboards/*/*.json")
        for path in watch.path.glob(f"charts/{name}")
    )
    for names in (metrics.ISTIOD, metrics.ZTUNNEL, metrics.PROXY):
        assert [name for name in names if not re.search(rf"\b{name}\b", asked)] == []


@pytest.mark.parametrize(
    ("source", "destination", "kept"),
    [
        ("shop", "elsewhere", True),
        ("elsewhere", "watch", True),
        ("shop", "shop", True),
        ("", "", True),  # what it says of itself
        ("elsewhere", "elsewhere", False),
        ("workshop", "shopping", False),
    ],
)
def test_of_a_node_s_traffic_only_that_of_the_platform(rendered, source, destination, kept):
    job = jobs(config(rendered["ambient"]))["istio/ztunnel"]
    _, mine = relabelled(job, "keep")
    assert mine["source_labels"] == ["source_workload_namespace", "destination_workload_namespace"]
    assert bool(re.fullmatch(mine["regex"], f"{source};{destination}")) is kept


def test_the_duration_is_asked_of_one_end(rendered):
    by_mode = {mode: jobs(config(rendered[mode]))["istio/istio-proxy"] for mode in istio.MODES}
    (drop,) = relabelled(by_mode["sidecar"], "drop")
    assert re.fullmatch(drop["regex"], "istio_request_duration_milliseconds_bucket;source")
    assert not re.fullmatch(drop["regex"], "istio_request_duration_milliseconds_bucket;destination")
    assert not re.fullmatch(drop["regex"], "istio_requests_total;source")
    # A gateway before pods without sidecars is the only one that knows.
    assert not relabelled(by_mode["ambient"], "drop")


def test_istiod_is_found_where_its_port_is_not_declared(rendered):
    job = jobs(config(rendered["ambient"]))["istio/istiod"]
    keep, port = job["relabel_configs"][:2]
    assert keep["regex"] == "istiod;15012"
    for address, read in (("10.0.0.7:15012", "10.0.0.7:15014"), ("[fd::7]:15012", "[fd::7]:15014")):
        found = re.fullmatch(port["regex"], address)
        assert found and found.expand(port["replacement"].replace("$", "\\")) == read


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_promtool_accepts_configuration_and_rules(rendered, tmp_path, mode):
    read = config(rendered[mode])
    read["scrape_configs"] = [
        {**job, "static_configs": [{"targets": ["127.0.0.1:1"]}]}
        for name, job in jobs(read).items()
        if name.startswith("istio/") and job.pop("kubernetes_sd_configs")
    ]
    if mode == "ambient":  # with sidecars Alertmanagers are found by DNS, which promtool knows
        del read["alerting"]
    read["rule_files"] = ["mesh.yaml"]
    (tmp_path / "mesh.yaml").write_text(rules(rendered[mode])["mesh.yaml"])
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(read))
    done = run(
        promtool(), "check", "config", "--lint=all", "--lint-fatal", tmp_path / "prometheus.yml"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(read["scrape_configs"]) == len(JOBS[mode])
    assert "1 rule files found" in done.stdout


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_every_alert_has_a_case_a_runbook_and_a_dashboard(rendered, watch, mode):
    (group,) = yaml.safe_load(rules(rendered[mode])["mesh.yaml"])["groups"]
    assert {rule["alert"] for rule in group["rules"]} == {case.alert for case in OF_MODES[mode]}
    page = (watch.path / "charts" / "prometheus" / "runbooks" / "mesh.md").read_text()
    uid = json.loads(boards(rendered[mode])["mesh.json"])["uid"]
    for rule in group["rules"]:
        notes = rule["annotations"]
        assert notes["runbook_url"].endswith(f"/runbooks/mesh.md#{rule['alert'].lower()}")
        assert re.search(rf"^## {rule['alert']}\n\n.+\n(.*\n)*?1\. ", page, re.MULTILINE)
        assert notes["dashboard_url"] == f"/d/{uid}"


CASES = [(mode, case) for mode, cases in OF_MODES.items() for case in cases]


@pytest.mark.parametrize(("mode", "case"), CASES, ids=lambda one: getattr(one, "alert", one))
def test_fires_when_it_must_and_not_otherwise(rendered, tmp_path, mode, case):
    query = firing(case.alert, case.labels)
    both = [(case.fires, query, 1, case.minute), (case.silent, query, None, case.minute)]
    judge(tmp_path, {"mesh.yaml": rules(rendered[mode])["mesh.yaml"]}, both, case.step)
