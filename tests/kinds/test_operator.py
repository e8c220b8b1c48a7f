"""The flavour `operator`: the same targets, rules and routes, as objects for an operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.errors import ToolError
from tests.kinds.alerts import Case
from tests.kinds.monitoring import (
    ALERTMANAGER,
    CACHE,
    DATABASE,
    GRAFANA,
    SHOP,
    WATCH,
    Watch,
    build,
    jobs,
    promtool,
    run,
)
from tests.kinds.rendering import Objects
from tests.kinds.test_alerts import CASES as EVERY_CASE
from tests.kinds.test_alerts import firing, judge

APIS = ("monitoring.coreos.com/v1", "monitoring.coreos.com/v1alpha1")
SERVER = {"kind": "prometheus", "flavor": "operator", "nodes": True}
SERVER |= {"operator": {"namespace": "cluster-monitoring"}}
SERVER |= {"connects": ["alertmanager", "state", "blackbox"]}
ALERTS = {"kind": "alertmanager", "flavor": "operator", "receivers": ALERTMANAGER["receivers"]}
OPERATED = {**WATCH, "prometheus": SERVER, "alertmanager": ALERTS}
BOOKS = {**DATABASE, "engine": "cnpg", "pooler": {"name": "door"}}
DATA = {**SHOP, "db": DATABASE, "cache": CACHE, "books": BOOKS}
#: A server of the operator's writes to stores outside without our doing.
OF_STORES = re.compile(r"PrometheusRemoteWrite.*|Thanos.*")
CASES = tuple(one for one in EVERY_CASE if not OF_STORES.fullmatch(one.alert))
#: What only the server itself has, whoever uses it: everybody is concerned.
OF_THE_SERVER = re.compile(r"Watchdog|ScrapeLimitReached|Prometheus.*|Alertmanager.*")


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    return build(tmp_path_factory.mktemp("operated"), OPERATED, DATA)


@pytest.fixture(scope="module")
def objects(watch: Watch) -> Objects:
    return watch.render(api_versions=APIS)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    return build(tmp_path_factory.mktemp("plain"), shop=DATA)


def of(objects: Objects, kind: str) -> list[dict[str, Any]]:
    return [each for each in objects.all if each["kind"] == kind]


def groups(objects: Objects) -> dict[str, dict[str, Any]]:
    """The groups of rules of all objects by their names."""
    found = [group for one in of(objects, "PrometheusRule") for group in one["spec"]["groups"]]
    assert len({group["name"] for group in found}) == len(found)
    return {group["name"]: group for group in found}


def as_files(objects: Objects) -> dict[str, str]:
    """The rules as the operator writes them: a file for each object."""
    return {
        f"{one['metadata']['name']}.yaml": yaml.safe_dump(one["spec"])
        for one in of(objects, "PrometheusRule")
    }


def test_nothing_runs_but_what_is_asked(objects: Objects) -> None:
    ours = {
        (one["kind"], one["metadata"]["name"])
        for one in objects.all
        if one["metadata"]["labels"].get("app.kubernetes.io/name") in ("prometheus", "alertmanager")
    }
    assert {kind for kind, _ in ours} == {
        "PodMonitor",
        "Probe",
        "PrometheusRule",
        "AlertmanagerConfig",
    }
    assert ("AlertmanagerConfig", "alertmanager") in ours


def test_every_object_has_the_labels_that_it_is_selected_by(watch: Watch, objects: Objects) -> None:
    kinds = ("PodMonitor", "Probe", "PrometheusRule", "AlertmanagerConfig")
    for kind in kinds:
        for one in of(objects, kind):
            assert one["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    values = {name: {"operator": {"labels": {"release": "own", "team": "a"}}} for name in OF_STACK}
    changed = watch.render(values, api_versions=APIS)
    for kind in kinds:
        for one in of(changed, kind):
            labels = one["metadata"]["labels"]
            assert (labels["release"], labels["team"]) == ("own", "a")


OF_STACK = ("prometheus", "alertmanager")


def test_each_workload_with_metrics_has_one_monitor(objects: Objects, plain: Watch) -> None:
    config = yaml.safe_load(plain.config("prometheus")["prometheus.yml"])
    read = {name.partition(":")[0] for name in jobs(config) if name[:5] in ("shop/", "watch")}
    read -= {"watch/prometheus", "watch/alertmanager"}  # of the cluster, with their own monitors
    names = {one["metadata"]["name"] for one in of(objects, "PodMonitor")}
    assert names == {f"prometheus-{name.replace('/', '-')}" for name in read}


def test_a_monitor_finds_the_pods_that_a_job_finds(objects: Objects, plain: Watch) -> None:
    """The same namespaces, labels of pods, ports, paths and limits."""
    config = jobs(yaml.safe_load(plain.config("prometheus")["prometheus.yml"]))
    for monitor in of(objects, "PodMonitor"):
        spec = monitor["spec"]
        (namespace,) = spec["namespaceSelector"]["matchNames"]
        labels = spec["selector"]["matchLabels"]
        own = [
            job
            for title, job in config.items()
            if f"prometheus-{title.partition(':')[0].replace('/', '-')}"
            == monitor["metadata"]["name"]
        ]
        assert len(own) == len(spec["podMetricsEndpoints"])
        for job, endpoint in zip(own, spec["podMetricsEndpoints"], strict=True):
            kept = job["relabel_configs"][0]
            wanted = {f"label_{re.sub(r'[./]', '_', name)}": v for name, v in labels.items()}
            wanted["container_port_number"] = str(endpoint["portNumber"])
            sources = [one.removeprefix("__meta_kubernetes_pod_") for one in kept["source_labels"]]
            assert dict(zip(sources, kept["regex"].split(";"), strict=True)) == wanted
            (discovery,) = job["kubernetes_sd_configs"]
            assert discovery["namespaces"]["names"] == [namespace]
            assert endpoint["path"] == job["metrics_path"]
            assert endpoint.get("honorLabels", False) == job.get("honor_labels", False)
            for limit in ("sample", "label", "target"):
                assert spec[f"{limit}Limit"] == job[f"{limit}_limit"]
            assert endpoint["interval"] == "30s"


def test_limits_and_interval_are_values(watch: Watch) -> None:
    values = {"scrape": {"interval": "7s", "limits": {"samples": 5, "labels": 6, "targets": 7}}}
    changed = watch.render({"prometheus": values}, api_versions=APIS)
    for one in of(changed, "PodMonitor"):
        limits = [one["spec"][f"{what}Limit"] for what in ("sample", "label", "target")]
        assert limits == [5, 6, 7]
        assert {each["interval"] for each in one["spec"]["podMetricsEndpoints"]} == {"7s"}
    assert {group["interval"] for group in groups(changed).values()} == {"7s"}
    assert changed.one("Probe", "prometheus")["spec"]["interval"] == "7s"


def test_public_addresses_are_asked(watch: Watch, objects: Objects, plain: Watch) -> None:
    config = jobs(yaml.safe_load(plain.config("prometheus")["prometheus.yml"]))
    spec = objects.one("Probe", "prometheus")["spec"]
    (static,) = config["probe/blackbox"]["static_configs"]
    assert spec["targets"]["staticConfig"]["static"] == static["targets"]
    assert (spec["jobName"], spec["module"]) == ("probe", "http_2xx")
    # The operator's Prometheus asks from another namespace.
    assert spec["prober"]["url"] == "blackbox.watch.svc:9115"
    elsewhere = {"prometheus": {"connections": {"blackbox": {"host": "ask.example.com"}}}}
    changed = watch.render(elsewhere, api_versions=APIS).one("Probe", "prometheus")
    assert changed["spec"]["prober"]["url"] == "ask.example.com:9115"
    none = watch.render({"prometheus": {"probe": {"addresses": []}}}, api_versions=APIS)
    assert not of(none, "Probe")


# The rules: the same, but for series of others, who use the same server.

SCOPE = 'namespace=~"shop|watch"'


def unscoped(expr: str) -> str:
    return expr.replace(f",{SCOPE}", "").replace(f"{{{SCOPE}}}", "")


def test_the_rules_are_those_of_the_other_flavour(objects: Objects, plain: Watch) -> None:
    files = plain.config("prometheus-rules").values()
    ours = {group["name"]: group for text in files for group in yaml.safe_load(text)["groups"]}
    theirs = groups(objects)
    assert list(theirs) == list(ours)
    scoped = 0
    for name, group in theirs.items():
        assert set(group) == {"name", "interval", "rules"}
        for rule, plain_rule in zip(group["rules"], ours[name]["rules"], strict=True):
            rule = {**rule, "labels": dict(rule.get("labels", {}))}
            if "alert" in rule:
                assert rule["labels"].pop("platform") == "acme"
            if rule["expr"] != plain_rule["expr"] and SCOPE not in plain_rule["expr"]:
                scoped += 1
                rule["expr"] = unscoped(rule["expr"])
            assert rule == plain_rule
    assert scoped > 20


def test_the_rules_pass_the_check(objects: Objects, tmp_path: Path) -> None:
    for name, text in as_files(objects).items():
        (tmp_path / name).write_text(text)
    done = run(promtool(), "check", "rules", *sorted(tmp_path.iterdir()))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_fires_and_is_silent_as_in_the_other_flavour(
    objects: Objects, tmp_path: Path
) -> None:
    def worlds(case: Case) -> list[Any]:
        query, silent = firing(case.alert, case.labels), 1 if case.alert == "Watchdog" else None
        both = ((case.fires, 1), (case.silent, silent))
        return [(with_namespace(world), query, number, case.minute) for world, number in both]

    assert judge_all(objects, tmp_path, worlds) == len(CASES)


def test_others_can_fail_as_they_like(objects: Objects, tmp_path: Path) -> None:
    """The server has series of everybody: in other namespaces they are no news here."""

    def worlds(case: Case) -> list[Any]:
        if OF_THE_SERVER.fullmatch(case.alert):
            return []
        return [(elsewhere(with_namespace(case.fires)), firing(case.alert, ""), None, case.minute)]

    assert judge_all(objects, tmp_path, worlds) > 40


def judge_all(objects: Objects, folder: Path, worlds: Callable[[Case], list[Any]]) -> int:
    """Judge each case by the group of rules that its alert is in; how many were judged."""
    judged = 0
    for name, group in groups(objects).items():
        alerts = {rule.get("alert") for rule in group["rules"]}
        for step in sorted({case.step for case in CASES}):
            cases = [case for case in CASES if case.step == step and case.alert in alerts]
            mine = [case for case in cases if of_group(case, name)]
            found = [world for case in mine for world in worlds(case)]
            judged += len([case for case in mine if worlds(case)])
            if found:
                place = folder / f"{name}-{step}"
                place.mkdir()
                judge(place, {"rules.yaml": yaml.safe_dump({"groups": [group]})}, found, step)
    return judged


def of_group(case: Case, group: str) -> bool:
    """An alert of objectives is in a group for each: that of the labels of the case."""
    labels = dict(re.findall(r'(\w+)="([^"]*)"', case.labels))
    if "slo" in labels:
        return group == f"shop-{labels.get('job', 'api')}-{labels['slo']}"
    return not group.startswith("shop-") or group == "shop-api-availability"


def with_namespace(world: Mapping[str, str]) -> dict[str, str]:
    """Every target of a monitor or probe has one."""
    return {
        series
        if "namespace=" in series
        else series.replace("{", '{namespace="watch",', 1)
        if "{" in series
        else f'{series}{{namespace="watch"}}': values
        for series, values in world.items()
    }


def elsewhere(world: Mapping[str, str]) -> dict[str, str]:
    return {re.sub(r'namespace="\w+"', 'namespace="other"', s): v for s, v in world.items()}


# Routes and receivers: the same, for alerts of this platform.

WAYS = {
    "webhookConfigs": ("webhook_configs", "urlSecret", "url_file"),
    "slackConfigs": ("slack_configs", "apiURL", "api_url_file"),
    "pagerdutyConfigs": ("pagerduty_configs", "routingKey", "routing_key_file"),
    "opsgenieConfigs": ("opsgenie_configs", "apiKey", "api_key_file"),
    "emailConfigs": ("email_configs", "authPassword", "auth_password_file"),
}
OURS = {"name": "platform", "value": "acme", "matchType": "="}


def snake(name: str) -> str:
    return re.sub("(TLS|[A-Z])", lambda m: f"_{m[0].lower()}", name)


def matcher(each: Mapping[str, str]) -> str:
    return f'{each["name"]}{each["matchType"]}"{each["value"]}"'


def in_words_of_alertmanager(route: Mapping[str, Any]) -> dict[str, Any]:
    found = {snake(key): value for key, value in route.items()}
    if "matchers" in found:
        found["matchers"] = [matcher(each) for each in found["matchers"]]
    if "routes" in found:
        found["routes"] = [in_words_of_alertmanager(each) for each in found["routes"]]
    return found


@pytest.mark.parametrize("off", [None, "pager", "team", "heartbeat"])
def test_routes_and_receivers_are_those_of_the_other_flavour(
    watch: Watch, plain: Watch, off: str | None
) -> None:
    values = {"alertmanager": {"receivers": {off: {"enabled": False}}}} if off else {}
    spec = watch.render(values, api_versions=APIS).one("AlertmanagerConfig", "alertmanager")["spec"]
    config = yaml.safe_load(plain.config("alertmanager", values)["alertmanager.yml"])
    route = in_words_of_alertmanager(spec["route"])
    assert route.pop("matchers") == ['platform="acme"']
    assert route == config["route"]
    assert [
        {
            "source_matchers": [matcher(each) for each in rule["sourceMatch"]],
            "target_matchers": [matcher(each) for each in rule["targetMatch"]],
            "equal": rule["equal"],
        }
        for rule in spec["inhibitRules"]
    ] == [
        {
            **rule,
            **{
                side: ['platform="acme"', *rule[side]]
                for side in ("source_matchers", "target_matchers")
            },
        }
        for rule in config["inhibit_rules"]
    ]
    assert list(map(receiver, spec["receivers"])) == config["receivers"]


def receiver(raw: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": raw["name"]}
    for theirs, (ours, secret, file) in WAYS.items():
        for one in raw.get(theirs, ()):
            one = dict(one)
            key = one.pop(secret)
            assert key["name"] == "alertmanager-receivers"
            words = {snake(name): value for name, value in one.items()}
            words[file] = f"/etc/alertmanager/receivers/{key['key']}"
            found.setdefault(ours, []).append(words)
    return found


# Who may come in, and whom Grafana asks.


def let_in(objects: Objects, name: str) -> list[tuple[str, str]]:
    """Namespace and workload of everybody from another namespace whom a policy lets in."""
    policy = objects.one("NetworkPolicy", name)["spec"]
    return [
        (
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"],
        )
        for rule in policy["ingress"]
        for peer in rule.get("from", ())
        if "namespaceSelector" in peer
    ]


def test_the_operators_prometheus_may_come_in_and_nobody_in_its_name(
    watch: Watch, objects: Objects
) -> None:
    for name in ("blackbox", "state", "grafana"):
        assert let_in(objects, name) == [("cluster-monitoring", "prometheus")]
        policy = objects.one("NetworkPolicy", name)["spec"]["ingress"]
        assert "app.kubernetes.io/name': 'prometheus', 'app.kubernetes.io/instance" not in str(
            policy
        )
    values = {"global": {"monitoringNamespace": "elsewhere"}}
    changed = watch.render(values, api_versions=APIS)
    assert let_in(changed, "blackbox") == [("elsewhere", "prometheus")]


def test_grafana_asks_the_operators_prometheus(watch: Watch, objects: Objects) -> None:
    sources = yaml.safe_load(objects.one("ConfigMap", "grafana")["data"]["datasources.yaml"])
    urls = {one["name"]: one["url"] for one in sources["datasources"]}
    assert urls == {
        "prometheus": "http://prometheus-operated.cluster-monitoring.svc:9090",
        "alertmanager": "http://alertmanager-operated.cluster-monitoring.svc:9093",
    }
    egress = objects.one("NetworkPolicy", "grafana")["spec"]["egress"]
    reached = {
        (
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
            peer["podSelector"]["matchLabels"].get("app.kubernetes.io/name"),
            rule["ports"][0]["port"],
        )
        for rule in egress
        for peer in rule.get("to", ())
        if "matchLabels" in peer.get("namespaceSelector", {})
        and "matchLabels" in peer.get("podSelector", {})
    }
    assert ("cluster-monitoring", "prometheus", 9090) in reached
    assert ("cluster-monitoring", "alertmanager", 9093) in reached
    host = "kube-prometheus-stack-prometheus.cluster-monitoring.svc"
    values = {"grafana": {"connections": {"prometheus": {"host": host}}}}
    changed = watch.render(values, api_versions=APIS).one("ConfigMap", "grafana")
    assert f"url: http://{host}:9090" in changed["data"]["datasources.yaml"]


def test_without_the_operator_it_says_so(watch: Watch) -> None:
    with pytest.raises(ToolError) as caught:
        watch.render()
    said = caught.value.output
    assert "needs the Prometheus operator, which this cluster does not have (monitoring." in said
    assert re.search(r"set (prometheus|alertmanager)\.enabled=false", said)
    off = {name: {"enabled": False} for name in OF_STACK}
    assert not of(watch.render(off), "PodMonitor")


def test_the_clusters_own_kube_state_metrics_is_enough(tmp_path: Path) -> None:
    server = {**SERVER, "operator": {"kubeStateMetrics": True}, "connects": ["alertmanager"]}
    grafana = {**GRAFANA, "connects": ["prometheus"]}
    watch = build(
        tmp_path, {"prometheus": server, "alertmanager": ALERTS, "grafana": grafana}, SHOP
    )
    objects = watch.render(api_versions=APIS)
    assert "kubernetes" in groups(objects)
    assert objects.one("ConfigMap", "grafana-dashboards")["data"]["capacity.json"]
    assert let_in(objects, "grafana") == [("monitoring", "prometheus")]


def test_texts_speak_of_nothing_that_only_the_other_flavour_has(watch: Watch, plain: Watch) -> None:
    """Rights, values and names of pods: the cluster's servers have others."""

    def text(of: Watch) -> str:
        pages = ("README.md", "charts/prometheus/runbooks/monitoring.md")
        return "\n".join((of.path / page).read_text() for page in pages)

    of_plain = (
        "by Roles in",
        "-n watch statefulset/prometheus",
        "`scrape.extraConfigs`",
        "`retention.size`",
        "`networkPolicy.extraEgress`",
        "system:serviceaccount:<namespace>:prometheus",
        "name=<job> --since",
    )
    assert [words for words in of_plain if words not in text(plain)] == []
    assert [words for words in of_plain if words in text(watch)] == []
    assert "system:serviceaccount:cluster-monitoring:kube-prometheus-stack-prometheus" in text(
        watch
    )


def test_without_any_there_are_no_alerts_on_its_metrics(tmp_path: Path) -> None:
    server = {**SERVER, "connects": ["alertmanager"], "nodes": False}
    watch = build(tmp_path, {"prometheus": server, "alertmanager": ALERTS}, SHOP)
    assert "kubernetes" not in groups(watch.render(api_versions=APIS))
