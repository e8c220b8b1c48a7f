"""With a mesh: who reads metrics and sends alerts gets past the proxies, and nobody else does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.monitoring import SHOP, SITE, WATCH, Watch, build, jobs
from tests.kinds.rendering import Objects
from tests.kinds.rendering import build as build_shop
from tests.kinds.test_alerts import firing, judge
from tests.kinds.test_operator import APIS, OPERATED

ISTIO = ("security.istio.io/v1", "networking.istio.io/v1", "telemetry.istio.io/v1")
THANOS = {**WATCH["prometheus"], "thanos": {"store": "store.yaml"}}
UP = 'up{namespace="istio-system",job="istiod",pod="istiod-1"}'


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    folder = tmp_path_factory.mktemp("watch")
    components = {**WATCH, "prometheus": THANOS}
    return build(folder, components, SHOP, major=request.param, mesh={"mode": "none"})


def render(watch: Watch, mode: str, **options: Any) -> Objects:
    return watch.render({"global": {"mesh": mode}}, api_versions=ISTIO, **options)


def config(objects: Objects, name: str = "prometheus") -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(objects.one("ConfigMap", name)["data"]["prometheus.yml"])
    return read


def strangers(objects: Objects, name: str) -> list[Mapping[str, Any]]:
    """What somebody without an identity may ask of a workload."""
    rules = objects.one("AuthorizationPolicy", name)["spec"]["rules"]
    return [to["operation"] for rule in rules if "from" not in rule for to in rule["to"]]


def permissive(objects: Objects, name: str) -> set[str]:
    """The ports of a workload that answer without mTLS."""
    if f"PeerAuthentication/{name}" not in objects.names:
        return set()
    spec = objects.one("PeerAuthentication", name)["spec"]
    assert spec["mtls"] == {"mode": "STRICT"}
    return {port for port, how in spec["portLevelMtls"].items() if how == {"mode": "PERMISSIVE"}}


def read_of(objects: Objects) -> dict[str, dict[str, str]]:
    """What Prometheus reads in its own namespace: the paths by workload and port."""
    found: dict[str, dict[str, str]] = {}
    for name, job in jobs(config(objects)).items():
        if name.startswith("watch/"):
            workload, release, port = job["relabel_configs"][0]["regex"].split(";")
            assert release == "watch"
            found.setdefault(workload, {})[port] = job["metrics_path"]
    return found


def test_sidecars_let_every_reading_through_and_nothing_else(watch: Watch) -> None:
    objects = render(watch, "sidecar")
    read = read_of(objects)
    assert set(read) == set(WATCH)
    assert set(read["prometheus"]) == {"9090", "10902"}
    for workload, paths in read.items():
        assert permissive(objects, workload) == set(paths), workload
        for asked in strangers(objects, workload):
            (port,) = asked["ports"]
            if port == "10902":  # nothing but metrics is there
                assert set(asked) == {"ports"}
            else:
                assert (asked["methods"], asked["paths"]) == (["GET"], [paths[port]])
        assert len(strangers(objects, workload)) == len(paths)


def test_a_rule_of_paths_stands_where_the_proxy_reads_http(watch: Watch) -> None:
    """Of a port that no service says HTTP of, a rule with paths would let nobody in."""
    objects = render(watch, "sidecar")
    for workload in set(read_of(objects)):
        ports = objects.one("Service", workload)["spec"]["ports"]
        spoken = {str(each["port"]): each.get("appProtocol") for each in ports}
        for asked in strangers(objects, workload):
            if "paths" in asked:
                assert spoken[asked["ports"][0]] == "http"


@pytest.mark.parametrize("mode", ["ambient", "none"])
def test_without_sidecars_nobody_is_let_in_without_an_identity(watch: Watch, mode: str) -> None:
    objects = render(watch, mode)
    assert [name for name in objects.names if name.startswith("PeerAuthentication/")] == (
        ["PeerAuthentication/watch"] if mode == "ambient" else []
    )
    for workload in WATCH if mode == "ambient" else ():
        assert strangers(objects, workload) == []


def test_an_application_is_read_at_its_own_port_and_path(tmp_path: Path) -> None:
    scrape = {"namespace": "observed", "workload": "prometheus"}
    built = build_shop(tmp_path, {"site": SITE}, mesh={"mode": "none"}, scrape=scrape)
    sidecar = built.render({"global": {"mesh": "sidecar"}}, api_versions=ISTIO)
    assert permissive(sidecar, "site") == {"3000"}
    assert strangers(sidecar, "site") == [
        {"ports": ["3000"], "methods": ["GET"], "paths": ["/stats"]}
    ]
    first = sidecar.one("AuthorizationPolicy", "site")["spec"]["rules"][0]
    assert first["to"] == [{"operation": {"ports": ["3000"]}}]
    principals = first["from"][0]["source"]["principals"]
    assert "cluster.local/ns/observed/sa/prometheus" in principals
    ambient = built.render({"global": {"mesh": "ambient"}}, api_versions=ISTIO)
    assert permissive(ambient, "site") == set()
    assert strangers(ambient, "site") == []


def test_what_nobody_reads_stays_shut(tmp_path: Path) -> None:
    built = build_shop(tmp_path, {"site": SITE}, mesh={"mode": "none"})
    objects = built.render({"global": {"mesh": "sidecar"}}, api_versions=ISTIO)
    assert permissive(objects, "site") == set()
    assert strangers(objects, "site") == []


@pytest.mark.parametrize(("release", "prefix"), [("watch", ""), ("blue", "blue-")])
def test_alertmanagers_are_found_by_names_that_sidecars_know(
    watch: Watch, release: str, prefix: str
) -> None:
    objects = render(watch, "sidecar", release=release)
    (found,) = config(objects, f"{prefix}prometheus")["alerting"]["alertmanagers"]
    headless = f"{prefix}alertmanager-headless"
    assert found["dns_sd_configs"] == [
        {"names": [f"_http._tcp.{headless}.watch.svc"], "type": "SRV"}
    ]
    assert set(found) == {"path_prefix", "dns_sd_configs"}
    service = objects.one("Service", headless)["spec"]
    assert service["clusterIP"] == "None"
    # By the protocol the proxy knows that it goes by names; of others it would see addresses.
    assert {"name": "http", "port": 9093}.items() <= service["ports"][0].items()
    assert service["ports"][0]["appProtocol"] == "http"
    members = objects.one("StatefulSet", f"{prefix}alertmanager")["spec"]
    assert members["serviceName"] == headless


@pytest.mark.parametrize("mode", ["ambient", "none"])
def test_without_sidecars_alertmanagers_are_found_as_ever(watch: Watch, mode: str) -> None:
    (found,) = config(render(watch, mode))["alerting"]["alertmanagers"]
    assert found["kubernetes_sd_configs"][0]["role"] == "endpointslice"
    assert "dns_sd_configs" not in found


def test_a_host_of_the_values_wins(watch: Watch) -> None:
    connections = {"alertmanager": {"host": "alerts.example.com"}}
    values = {"global": {"mesh": "sidecar"}, "prometheus": {"connections": connections}}
    (found,) = config(watch.render(values, api_versions=ISTIO))["alerting"]["alertmanagers"]
    assert found == {
        "path_prefix": "/",
        "static_configs": [{"targets": ["alerts.example.com:9093"]}],
    }


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    return build(tmp_path_factory.mktemp("operated"), OPERATED, SHOP, mesh={"mode": "none"})


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_an_istiod_that_does_not_answer_an_operators_server_is_told(
    operated: Watch, tmp_path: Path, mode: str
) -> None:
    """Its TargetDown and ServiceDown look at the namespaces of the platform."""
    objects = operated.render({"global": {"mesh": mode}}, api_versions=(*ISTIO, *APIS))
    rules = yaml.safe_dump(objects.one("PrometheusRule", "prometheus-mesh")["spec"])
    query = firing("MeshControlPlaneMissing", "")
    cases = [
        ({}, query, 1, 59),
        ({UP: "0x60"}, query, 1, 59),
        ({UP: "1x60"}, query, None, 59),
        ({UP: "0x60", UP.replace("istiod-1", "istiod-2"): "1x60"}, query, None, 59),
    ]
    judge(tmp_path, {"mesh.yaml": rules}, cases)


def test_pages_name_what_is_there(operated: Watch, watch: Watch) -> None:
    def pages(of: Watch) -> tuple[str, str]:
        folder = of.path / "charts" / "prometheus"
        return (folder / "README.md").read_text(), (folder / "runbooks" / "mesh.md").read_text()

    readme, runbook = pages(operated)
    assert "A PodMonitor for each finds their pods." in readme
    assert "Role in" not in readme
    assert "serviceaccount:cluster-monitoring:kube-prometheus-stack-prometheus`" in runbook
    assert "podmonitor prometheus-istiod -n watch" in runbook
    assert "rbac.create" not in runbook
    readme, runbook = pages(watch)
    assert "That takes a Role in `istio-system`, for its pods." in readme
    assert "serviceaccount:watch:prometheus`" in runbook
    assert "podmonitor" not in runbook
