from __future__ import annotations

import pytest

from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems

MAILER = {
    "kind": "worker",
    "image": "shop/mailer:3",
    "resources": RESOURCES,
    "probes": {"live": ["mailer", "ping"], "ready": ["mailer", "ready"]},
    "connects": ["api"],
    "migrate": {"command": ["mailer", "migrate"]},
    "scale": {"min": 1, "max": 4, "memory": 60},
}
INDEXER = {
    "kind": "worker",
    "image": "shop/indexer:3",
    "resources": RESOURCES,
    "metrics": {"port": 9100},
    "probes": {"live": "/alive"},
}
QUIET = {"kind": "worker", "image": "shop/quiet:3", "resources": RESOURCES, "metrics": {"port": 9}}
API = {"kind": "web", "image": "shop/api", "port": 80, "resources": RESOURCES}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    components = {"mailer": MAILER, "indexer": INDEXER, "quiet": QUIET, "api": API}
    scrape = {"namespace": "monitoring", "workload": "prometheus"}
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, components, major=request.param, scrape=scrape)


def test_serves_nothing(shop):
    objects = shop.render()
    assert not {"Service/mailer", "Pod/mailer-test", "Service/indexer"} & objects.names
    mailer = container(objects.one("Deployment", "mailer"))
    assert "ports" not in mailer
    assert "lifecycle" not in mailer
    assert "ingress" not in objects.one("NetworkPolicy", "mailer")["spec"]


def test_probes_are_commands(shop):
    mailer = container(shop.render().one("Deployment", "mailer"))
    commands = [mailer[name]["exec"]["command"] for name in PROBES]
    assert commands == [["mailer", "ping"], ["mailer", "ping"], ["mailer", "ready"]]
    assert all(mailer[name]["timeoutSeconds"] == 10 for name in PROBES)


def test_probes_are_paths_on_the_metrics_port(shop):
    indexer = container(shop.render().one("Deployment", "indexer"))
    asked = [indexer[name]["httpGet"] for name in PROBES]
    assert asked == [{"path": "/alive", "port": "metrics"}] * 3
    assert [port["containerPort"] for port in indexer["ports"]] == [9100]


def test_probes_open_the_metrics_port(shop):
    quiet = container(shop.render().one("Deployment", "quiet"))
    assert [quiet[name]["tcpSocket"] for name in PROBES] == [{"port": "metrics"}] * 3


def test_only_the_scraper_reaches_the_metrics(shop):
    policy = shop.render().one("NetworkPolicy", "indexer")["spec"]
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"port": "metrics"}]
    assert "prometheus" in str(rule["from"])


def test_scales_and_migrates_as_a_web_application_does(shop):
    objects = shop.render()
    assert "replicas" not in objects.one("Deployment", "mailer")["spec"]
    scaler = objects.one("HorizontalPodAutoscaler", "mailer-hpa")["spec"]
    assert [each["containerResource"]["name"] for each in scaler["metrics"]] == ["memory"]
    job = objects.one("Job", "mailer-migrate-")
    assert container(job)["command"] == ["mailer", "migrate"]
    assert "initContainers" not in pod_of(objects.one("Deployment", "mailer"))


def test_readme_says_why_there_is_no_test(shop):
    readme = (shop.charts / "mailer" / "README.md").read_text()
    assert "`helm test` has nothing to ask" in readme


def test_never_without_probes(tmp_path):
    bare = {"kind": "worker", "image": "shop/bare:1", "resources": RESOURCES}
    assert problems(tmp_path, {"bare": bare}) == [
        "charts.shop.components.bare: a worker needs `probes` or `metrics`: "
        "nothing else shows that it still works"
    ]


def test_a_path_needs_a_port(tmp_path):
    lost = {**INDEXER, "probes": {"live": ["true"], "ready": "/ready"}}
    del lost["metrics"]
    assert problems(tmp_path, {"lost": lost}) == [
        "charts.shop.components.lost.probes.ready: the path '/ready' is asked on the metrics "
        "port, and there is none"
    ]


def test_nothing_can_connect_to_it(tmp_path):
    api = {**API, "connects": ["mailer"]}
    found = problems(tmp_path, {"mailer": {**MAILER, "connects": []}, "api": api})
    assert found == [
        "charts.shop.components.api.connects[0]: 'mailer' is a worker, which nothing can connect to"
    ]
