from __future__ import annotations

import pytest

from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems, variables

PLAIN = {"kind": "web", "image": "shop/plain", "port": 3000, "resources": RESOURCES}
API = {
    "kind": "web",
    "image": "registry.example.com:5000/shop/api:1.2@sha256:" + "a" * 64,
    "port": 8000,
    "command": ["serve"],
    "env": {"MODE": "full", "PLAIN_URL": "http://plain.example"},
    "secrets": {"TOKEN": "keys/token"},
    "connects": ["plain"],
    "scale": {"min": 2, "max": 50, "cpu": 70, "memory": 80},
    "resources": RESOURCES,
    "probes": {"live": "/live", "ready": "/ready"},
    "metrics": {"port": 8001},
    "migrate": {
        "command": ["alembic", "upgrade", "head"],
        "check": ["alembic", "current", "--check-heads", "$HOME `id`"],
        "resources": {"cpu": "50m", "memory": "32Mi"},
    },
    "writable": ["/tmp", "/app/.next/cache"],
    "grace": "1m",
    "vpa": True,
}
CHART = {
    "secrets": {"keys": ["token"]},
    "routes": {"api.example.com": "api"},
    "scrape": {"namespace": "monitoring", "workload": "prometheus"},
}
VPA = ("autoscaling.k8s.io/v1",)


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {"api": API, "plain": PLAIN}, major=request.param, **CHART)


def test_deployment_never_has_replicas_beside_an_autoscaler(shop):
    objects = shop.render()
    assert "replicas" not in objects.one("Deployment", "api")["spec"]
    scaler = objects.one("HorizontalPodAutoscaler", "api-hpa")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 50)
    assert [each["containerResource"]["name"] for each in scaler["metrics"]] == ["cpu", "memory"]
    fixed = shop.render({"api": {"autoscaling": {"enabled": False}, "replicas": 4}})
    assert fixed.one("Deployment", "api")["spec"]["replicas"] == 4
    assert "HorizontalPodAutoscaler/api-hpa" not in fixed.names


def test_autoscaler_measures_one_metric_when_the_other_is_zero(shop):
    scaler = shop.render({"api": {"autoscaling": {"memory": 0}}}).one("HorizontalPodAutoscaler")
    assert len(scaler["spec"]["metrics"]) == 1


def test_replicas_are_two_unless_the_spec_says_otherwise(shop):
    assert shop.render().one("Deployment", "plain")["spec"]["replicas"] == 2


def test_image_is_split_into_registry_repository_tag_and_digest(shop):
    digest = "@sha256:" + "a" * 64
    api = container(shop.render().one("Deployment", "api"))
    assert api["image"] == f"registry.example.com:5000/shop/api:1.2{digest}"
    mirrored = shop.render({"global": {"imageRegistry": "mirror.example.com"}})
    assert container(mirrored.one("Deployment", "api"))["image"] == (
        f"mirror.example.com/shop/api:1.2{digest}"
    )
    assert container(mirrored.one("Deployment", "plain"))["image"] == (
        "mirror.example.com/shop/plain:v7"
    )


def test_three_probes_that_differ(shop):
    api = container(shop.render().one("Deployment", "api"), "api")
    probes = [api[name] for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert [probe["httpGet"]["path"] for probe in probes] == ["/live", "/live", "/ready"]
    assert len({str(probe) for probe in probes}) == 3
    patience = probes[0]["periodSeconds"] * probes[0]["failureThreshold"]
    assert patience >= 120


def test_without_paths_the_probes_open_the_port(shop):
    plain = container(shop.render().one("Deployment", "plain"))
    assert plain["readinessProbe"]["tcpSocket"] == {"port": "http"}


def test_metrics_have_a_port_of_their_own_that_only_the_scraper_reaches(shop):
    objects = shop.render()
    ports = [port["name"] for port in objects.one("Service", "api")["spec"]["ports"]]
    assert ports == ["http", "metrics"]
    rules = objects.one("NetworkPolicy", "api")["spec"]["ingress"]
    (scrape,) = [rule for rule in rules if rule.get("ports") == [{"port": "metrics"}]]
    assert scrape["from"][0]["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "prometheus"
    }
    served = [rule for rule in rules if rule.get("ports") == [{"port": "http"}]]
    assert "prometheus" not in str(served)


def test_metrics_on_the_main_port_open_no_second_one(tmp_path):
    api = {**PLAIN, "metrics": {"port": 3000}}
    objects = build(tmp_path, {"api": api}, scrape=CHART["scrape"]).render()
    assert len(objects.one("Service", "api")["spec"]["ports"]) == 1
    rules = objects.one("NetworkPolicy", "api")["spec"]["ingress"]
    assert rules[1]["ports"] == [{"port": "http"}]


def test_environment_is_the_connections_then_the_values(shop):
    api = container(shop.render().one("Deployment", "api"), "api")
    assert variables(api) == {
        "MODE": "full",
        "PLAIN_URL": "http://plain.example",
        "TOKEN": "keys/token",
    }


def test_connection_gives_the_host_under_any_release_name(tmp_path):
    shop = build(tmp_path, {"front": {**PLAIN, "connects": ["api"]}, "api": PLAIN})
    for release, host in (("shop", "api"), ("other", "other-api")):
        front = container(shop.render(release=release).one("Deployment", f"{host[:-3]}front"))
        assert variables(front) == {"API_URL": f"http://{host}:3000"}
    moved = shop.render({"front": {"connections": {"api": {"host": "far.example.com"}}}})
    assert variables(container(moved.one("Deployment", "front"))) == {
        "API_URL": "http://far.example.com:3000"
    }
    with pytest.raises(Exception, match="there is no connection apii; known: api"):
        shop.render({"front": {"connections": {"apii": {"host": "far.example.com"}}}})


def test_empty_environment_is_left_out(shop):
    assert "env" not in container(shop.render().one("Deployment", "plain"))


def test_pods_wait_for_the_migration_without_a_shell_reading_its_words(shop):
    check = container(shop.render().one("Deployment", "api"), "wait-for-migrations")
    assert check["command"][:2] == ["sh", "-c"]
    assert 'until "$@"' in check["command"][2]
    assert check["command"][4:] == ["alembic", "current", "--check-heads", "$HOME `id`"]
    assert check["resources"]["limits"]["memory"] == "32Mi"


def test_migration_can_be_switched_off(shop):
    names = shop.render({"api": {"migration": {"enabled": False}}}).names
    assert not [name for name in names if "migrate" in name]


def test_writable_folders_are_volumes_and_nothing_else_is(shop):
    api = shop.render().one("Deployment", "api")
    mounts = {each["mountPath"]: each["name"] for each in container(api)["volumeMounts"]}
    assert mounts == {"/tmp": "tmp", "/app/.next/cache": "app-next-cache"}
    assert [volume["name"] for volume in pod_of(api)["volumes"]] == ["tmp", "app-next-cache"]
    assert container(api)["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod_of(api)["terminationGracePeriodSeconds"] == 60


def test_no_writable_folder_leaves_no_empty_list(tmp_path):
    api = build(tmp_path, {"api": {**PLAIN, "writable": []}}).render().one("Deployment", "api")
    assert "volumes" not in pod_of(api)
    assert "volumeMounts" not in container(api)


@pytest.mark.parametrize(
    ("version", "metric", "spread", "sleep"),
    [("1.25", "Resource", False, "exec"), ("1.34", "ContainerResource", True, "sleep")],
)
def test_what_depends_on_the_cluster_s_version(shop, version, metric, spread, sleep):
    objects = shop.render(kube_version=version)
    scaler = objects.one("HorizontalPodAutoscaler")["spec"]
    assert {each["type"] for each in scaler["metrics"]} == {metric}
    pod = pod_of(objects.one("Deployment", "api"))
    assert {"matchLabelKeys" in each for each in pod["topologySpreadConstraints"]} == {spread}
    budget = objects.one("PodDisruptionBudget", "api")["spec"]
    assert ("unhealthyPodEvictionPolicy" in budget) == spread
    assert set(container(objects.one("Deployment", "api"), "api")["lifecycle"]["preStop"]) == {
        sleep
    }


def test_vertical_autoscaler_only_recommends_and_asks_for_its_crd(shop):
    on = {"api": {"verticalAutoscaling": {"enabled": True}}}
    scaler = shop.render(on, api_versions=VPA).one("VerticalPodAutoscaler")
    assert scaler["spec"]["updatePolicy"] == {"updateMode": "Off"}
    with pytest.raises(Exception, match="needs the VerticalPodAutoscaler"):
        shop.render(on)


def test_test_pod_asks_the_readiness_path(shop):
    pod = shop.render().one("Pod", "api-test")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert pod["spec"]["containers"][0]["command"][-1] == "http://api:8000/ready"


def test_values_that_set_a_variable_twice_are_refused(shop):
    with pytest.raises(Exception, match="MODE is in env and in secretEnv"):
        shop.render({"api": {"secretEnv": {"MODE": {"name": "keys", "key": "token"}}}})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"autoscaling": {"cpu": 0, "memory": 0}}, "the autoscaler has nothing to measure"),
        ({"autoscaling": {"minReplicas": 99}}, "minReplicas 99 is above autoscaling.maxReplicas"),
        ({"resources": {"requests": None}}, "set resources.requests.cpu, or autoscaling.cpu=0"),
        ({"resources": {"requests": {"memory": None}}}, "set resources.requests.memory, or"),
        ({"podDisruptionBudget": {"maxUnavailable": 0}}, "maxUnavailable"),
        ({"podDisruptionBudget": {"maxUnavailable": "0%"}}, "maxUnavailable"),
        ({"fullnameOverride": "-a"}, "fullnameOverride"),
    ],
)
def test_values_that_would_fail_silently_in_the_cluster_are_refused(shop, values, message):
    with pytest.raises(Exception, match=message):
        shop.render({"api": values})


def test_autoscaling_that_is_off_needs_no_requests(shop):
    off = {"autoscaling": {"enabled": False}, "resources": {"requests": None}}
    assert shop.render({"api": off}).one("Deployment", "api")["spec"]["replicas"] == 2


def test_every_mistake_is_reported_at_once(tmp_path):
    wrong = {
        **API,
        "scale": {"min": 5, "max": 2},
        "secrets": {"TOKEN": "keys/none", "MODE": "lost/key"},
        "writable": ["/app/cache", "/app-cache"],
        "migrate": {"command": ["x"], "resources": {"cpu": "1", "memory": ["64Mi", "32Mi"]}},
    }
    found = problems(tmp_path, {"api": wrong, "plain": PLAIN}, **CHART)
    assert sorted(text.removeprefix("charts.shop.components.api.") for text in found) == [
        "migrate.resources.memory: the limit 32Mi is below the request 64Mi",
        "scale.min: min 5 is above max 2",
        "secrets.MODE: no secret 'lost' is declared",
        "secrets.MODE: the variable MODE is also in `env`",
        "secrets.TOKEN: secret 'keys' has no key 'none'",
        "writable[1]: '/app-cache' and '/app/cache' would be volumes of the same name",
    ]
