"""What the real Prometheus operator makes of our objects: what the other flavour is, where it can.

The operator runs on the test cluster. The configuration that it writes is loaded by a real
Prometheus and judged by the real amtool. Nothing is scraped: the server shows which targets it has.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.spec.read import read_platform
from generator.tools import helm
from tests import needs
from tests.cluster import operated
from tests.cluster.reach import Cluster, until
from tests.kinds.monitoring import CACHE, DATABASE, SHOP, WATCH, amtool, platform, promtool, run
from tests.kinds.rendering import Objects
from tests.kinds.test_operator import ALERTS, APIS, SERVER
from tests.monitoring import running

OPERATED = {**WATCH, "prometheus": SERVER, "alertmanager": ALERTS}
MESH = {"mode": "sidecar"}
ISTIO = ("security.istio.io/v1", "telemetry.istio.io/v1", "networking.istio.io/v1")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """Both charts of a platform, as a cluster would get them."""

    shop: Objects
    watch: Objects


def rendered(folder: Path, watch: Mapping[str, Any], names: Mapping[str, str]) -> Rendered:
    folder.mkdir()
    spec = platform(watch, {**SHOP, "db": DATABASE, "cache": CACHE}, mesh=MESH)
    for name, chart in spec["charts"].items():
        chart["namespace"] = names[name]
    spec["charts"]["shop"]["scrape"]["namespace"] = names["watch"]
    (folder / "platform.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
    read = read_platform(folder / "platform.yaml")
    program, found = helm.find(needs.helm(4), project=Path("/nowhere")), {}
    for chart in read.charts:
        path = folder / chart.name
        write_tree(path, fill_chart(read, chart))
        text = program.template(
            path,
            release=chart.name,
            namespace=chart.namespace,
            kube_version="1.34",
            api_versions=(*APIS, *ISTIO),
        )
        objects = yaml.load_all(text, Loader=yaml.CSafeLoader)
        found[chart.name] = Objects(all=tuple(filter(None, objects)))
    return Rendered(**found)


@dataclass(frozen=True, kw_only=True)
class World:
    """A cluster in which an operator has seen our objects."""

    cluster: Cluster
    names: Mapping[str, str]
    ours: Rendered
    plain: Rendered

    @property
    def of_operator(self) -> list[dict[str, Any]]:
        group = "monitoring.coreos.com/"
        return [one for one in self.ours.watch.all if one["apiVersion"].startswith(group)]

    @property
    def config(self) -> str:
        """The configuration of the operator's server, with all that it was told of."""
        namespace = self.names["watch"]
        monitors = [one for one in self.of_operator if one["kind"] == "PodMonitor"]

        def whole() -> str:
            text = operated.packed(
                self.cluster, namespace, "prometheus-stack", "prometheus.yaml.gz", "probe/"
            )
            titles = [f"podMonitor/{namespace}/{one['metadata']['name']}/0" for one in monitors]
            return text if all(title in text for title in titles) else ""

        text: str = until(whole, within=90, what="a job for each monitor")
        return text


@pytest.fixture(scope="module")
def world(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    cluster.define("prometheus-operator")
    folder = tmp_path_factory.mktemp("operated")
    ending = uuid.uuid4().hex[:8]
    names = {"shop": f"shop-{ending}", "watch": f"watch-{ending}"}
    ours = rendered(folder / "ours", OPERATED, names)
    seen = World(
        cluster=cluster,
        names=names,
        ours=ours,
        plain=rendered(folder / "plain", WATCH, names),
    )
    namespace = cluster.create_namespace(names["watch"], labels={})
    try:
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "alertmanager-receivers", "namespace": namespace},
            "stringData": {
                "heartbeat-url": "https://heartbeat.example.com/",
                "security-url": "https://slack.example.com/security",
                "pager-key": "pager",
                "data-key": "data",
                "smtp-password": "smtp",
            },
        }
        mine = [
            {**one, "metadata": {**one["metadata"], "namespace": namespace}}
            for one in seen.of_operator
        ]
        cluster.apply([secret, *mine])
        cluster.apply([operated.prometheus(namespace)])
        for name, strategy in (("stack", "None"), ("strict", None)):
            cluster.apply([operated.alertmanager(namespace, name, strategy)])
        with operated.operator(cluster, namespace, folder):
            yield seen
    finally:
        cluster.kubectl_tried("delete", "namespace", namespace, "--wait=false")


def pods(charts: Rendered, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A pod of every workload, with an address, and pods of Istio and beside a sidecar."""
    found: list[dict[str, Any]] = []
    for chart in ("shop", "watch"):
        for one in getattr(charts, chart).all:
            if one["kind"] in ("Deployment", "StatefulSet"):
                template = one["spec"]["template"]
                metadata = {**template["metadata"], "namespace": names[chart]}
                metadata["name"] = f"{one['metadata']['name']}-0"
                found.append({"metadata": metadata, "spec": template["spec"]})
    proxy = {"name": "istio-proxy", "ports": [{"name": "stats", "containerPort": 15090}]}
    beside = next(one for one in found if one["metadata"]["name"] == "api-0")
    beside["spec"]["containers"].append(proxy)
    ports = [{"name": "xds", "containerPort": 15012}, {"name": "http", "containerPort": 8080}]
    found.append(
        {
            "metadata": {
                "name": "istiod-0",
                "namespace": "istio-system",
                "labels": {"app": "istiod"},
            },
            "spec": {"containers": [{"name": "discovery", "ports": ports}]},
        }
    )
    return [{**one, "address": f"10.0.0.{number}"} for number, one in enumerate(found, 1)]


def targets(folder: Path, config: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Labels, address and path of all targets, as a real server says."""
    (port,) = running.free_ports(1)
    wanted = operated.with_targets(config, found)
    number = sum(
        len(some["targets"])
        for job in wanted["scrape_configs"]
        for some in job.get("static_configs", ())
    )
    with running.prometheus(folder, yaml.safe_dump(wanted), port, "stack-0") as server:

        def all_of_them() -> list[dict[str, Any]]:
            told = server.get("/api/v1/targets?state=any")["data"]
            there = len(told["activeTargets"]) + len(told["droppedTargets"])
            return told["activeTargets"] if there == number else []

        state = running.until(f"{number} targets", all_of_them, 60)
    return sorted(({"labels": one["labels"], "url": one["scrapeUrl"]} for one in state), key=repr)


def test_the_targets_have_the_labels_that_they_have_in_the_other_flavour(
    world: World, tmp_path: Path
) -> None:
    found = pods(world.plain, world.names)
    plain = world.plain.watch.one("ConfigMap", "prometheus")["data"]["prometheus.yml"]
    theirs = targets(tmp_path / "plain", plain, found)
    ours = targets(tmp_path / "ours", world.config, found)
    of_cluster = {"prometheus", "alertmanager"}  # the operator's own are monitored by their own
    theirs = [one for one in theirs if one["labels"]["job"] not in of_cluster]
    jobs = {one["labels"]["job"] for one in ours}
    assert jobs >= {"api", "site", "worker", "db", "cache", "state", "istiod", "istio-proxy"}
    namespace = world.names["watch"]
    for one in ours:
        if one["labels"]["job"] == "probe":
            assert one["labels"].pop("namespace") == namespace
            one["url"] = one["url"].replace(f"blackbox.{namespace}.svc", "blackbox")
    assert sorted(ours, key=repr) == theirs


def test_the_limits_and_intervals_are_those_of_the_other_flavour(world: World) -> None:
    for job in yaml.safe_load(world.config)["scrape_configs"]:
        assert job["scrape_interval"] == "30s"
        if job["job_name"].startswith("podMonitor/"):
            limits = [job[f"{what}_limit"] for what in ("sample", "label", "target")]
            assert limits == [100_000, 64, 500]


def test_the_rules_arrive_as_they_are(world: World, tmp_path: Path) -> None:
    sent = {
        group["name"]: group["rules"]
        for one in world.of_operator
        if one["kind"] == "PrometheusRule"
        for group in one["spec"]["groups"]
    }
    number = len([one for one in world.of_operator if one["kind"] == "PrometheusRule"])
    files = operated.rules(world.cluster, world.names["watch"], number)
    got = {
        group["name"]: group["rules"]
        for text in files.values()
        for group in yaml.safe_load(text)["groups"]
    }
    assert got == sent
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = run(promtool(), "check", "rules", *sorted(tmp_path.iterdir()))
    assert done.returncode == 0, done.stdout + done.stderr


ALERTS_TOLD = (
    {"alertname": "Watchdog", "severity": "none"},
    {"alertname": "FailedAuthSpike", "severity": "critical", "category": "security"},
    {"alertname": "ServiceDown", "severity": "critical", "namespace": "shop", "job": "api"},
    {"alertname": "PostgresReplicaMissing", "severity": "warning", "job": "postgres"},
    {"alertname": "RedisMemoryHigh", "severity": "warning", "job": "redis", "namespace": "shop"},
    {"alertname": "HpaAtMax", "severity": "warning", "namespace": "shop"},
    {"alertname": "ContainerThrottled", "severity": "info", "namespace": "shop"},
)


def routed(config: Path, labels: Mapping[str, str]) -> list[str]:
    """Names of the receivers that an alert goes to."""
    words = [f"{name}={value}" for name, value in labels.items()]
    done = run(amtool(), "config", "routes", "test", f"--config.file={config}", *words)
    assert done.returncode == 0, done.stderr
    return [name.rpartition("/")[2] for name in done.stdout.strip().split(",")]


def generated(world: World, name: str, folder: Path) -> Path:
    secret = f"alertmanager-{name}-generated"
    text = operated.packed(
        world.cluster, world.names["watch"], secret, "alertmanager.yaml.gz", "/team"
    )
    path = folder / f"{name}.yml"
    path.write_text(text)
    done = run(amtool(), "check-config", path)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


def test_alerts_go_where_they_go_in_the_other_flavour(world: World, tmp_path: Path) -> None:
    ours = generated(world, "stack", tmp_path)
    plain = world.plain.watch.one("ConfigMap", "alertmanager")["data"]["alertmanager.yml"]
    # What Debian's amtool does not know yet, and no route depends on.
    (tmp_path / "plain.yml").write_text(plain.replace("url_file: /", "url: http://x/"))
    for labels in ALERTS_TOLD:
        wanted = routed(tmp_path / "plain.yml", labels)
        assert routed(ours, {**labels, "platform": "acme"}) == wanted, labels
        assert routed(ours, labels) == ["null"], "of others"


def test_by_default_the_operator_keeps_alerts_of_other_namespaces_away(
    world: World, tmp_path: Path
) -> None:
    """As the README of the chart says, with the setting that helps."""
    strict = generated(world, "strict", tmp_path)
    alert = {"platform": "acme", "severity": "critical"}
    assert routed(strict, {**alert, "namespace": world.names["shop"]}) == ["null"]
    assert routed(strict, {**alert, "namespace": world.names["watch"]}) == ["pager"]


def test_inhibition_is_that_of_the_other_flavour(world: World, tmp_path: Path) -> None:
    ours = yaml.safe_load(generated(world, "stack", tmp_path).read_text())["inhibit_rules"]
    plain = world.plain.watch.one("ConfigMap", "alertmanager")["data"]["alertmanager.yml"]
    wanted = yaml.safe_load(plain)["inhibit_rules"]
    for mine, theirs in zip(ours, wanted, strict=True):
        for side in ("source_matchers", "target_matchers"):
            assert sorted(mine[side]) == sorted([*theirs[side], 'platform="acme"'])
        assert mine["equal"] == theirs["equal"]


def test_secrets_come_from_their_keys(world: World, tmp_path: Path) -> None:
    config = yaml.safe_load(generated(world, "stack", tmp_path).read_text())
    found = {one["name"].rpartition("/")[2]: one for one in config["receivers"]}
    assert found["pager"]["pagerduty_configs"][0]["routing_key"] == "pager"
    assert found["data"]["opsgenie_configs"][0]["api_key"] == "data"
    assert found["team"]["email_configs"][0]["auth_password"] == "smtp"
    assert found["security"]["slack_configs"][0]["api_url"] == "https://slack.example.com/security"
    assert found["heartbeat"]["webhook_configs"][0] == {
        "url": "https://heartbeat.example.com/",
        "send_resolved": False,
    }
