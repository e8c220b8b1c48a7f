"""kube-state-metrics by the rendered arguments and rights: it has all that rules and panels use."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.kinds.exporter import metrics
from generator.spec.read import read_platform
from generator.tools import helm
from tests import needs
from tests.cluster.reach import Cluster, until
from tests.exporters.exposition import differences, said
from tests.exporters.running import exporting, page
from tests.kinds.data import free_port
from tests.kinds.monitoring import platform
from tests.kinds.rendering import Objects, container

CONTAINER = {
    "name": "main",
    "resources": {
        "requests": {"cpu": "10m", "memory": "8Mi"},
        "limits": {"cpu": "20m", "memory": "16Mi"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}


@pytest.fixture(scope="module")
def namespaces(cluster: Cluster) -> Iterator[tuple[str, str]]:
    with cluster.fresh_namespace("shop") as shop, cluster.fresh_namespace("watch") as watch:
        yield shop, watch


@pytest.fixture(scope="module")
def rendered(namespaces: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Objects:
    """The chart `watch` of a platform in these namespaces."""
    shop, watch = namespaces
    folder = tmp_path_factory.mktemp("platform")
    spec = platform(scrape={"namespace": watch, "workload": "prometheus"})
    spec["charts"]["shop"]["namespace"], spec["charts"]["watch"]["namespace"] = shop, watch
    (folder / "platform.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
    read = read_platform(folder / "platform.yaml")
    write_tree(folder / "charts" / "watch", fill_chart(read, read.charts[1]))
    text = helm.find(needs.helm(4), project=Path("/nowhere")).template(
        folder / "charts" / "watch", release="watch", namespace=watch, kube_version="1.34"
    )
    return Objects(all=tuple(yaml.load_all(text, Loader=yaml.CSafeLoader)))


def test_has_what_rules_and_dashboards_ask_for(
    cluster: Cluster, namespaces: tuple[str, str], rendered: Objects, tmp_path: Path
) -> None:
    shop, watch = namespaces
    rights = [
        {**each, "metadata": {"namespace": watch, **each["metadata"]}}
        for each in rendered.all
        if each["kind"] in ("ServiceAccount", "Role", "RoleBinding")
        and each["metadata"]["labels"]["app.kubernetes.io/name"] == "state"
    ]
    assert len(rights) == 5
    cluster.apply([*rights, *one_of_each(shop)])
    log = tmp_path / "log"
    with running(cluster.as_account(watch, "state"), rendered, log) as address:
        wrong: list[str] = [""]

        def all_there() -> bool:
            last_run(cluster, shop)
            wrong[:] = differences(metrics.STATE, said(page(f"{address}/metrics")))
            return not wrong

        with contextlib.suppress(AssertionError):
            until(all_there, within=60)
    assert not wrong, "\n".join(wrong)
    assert "forbidden" not in log.read_text()


@contextlib.contextmanager
def running(account: Cluster, rendered: Objects, log: Path) -> Iterator[str]:
    port, telemetry = free_port(), free_port()
    words = container(rendered.one("Deployment", "state"), "state")["args"]
    assert {"--port=8080", "--telemetry-port=8081"} < set(words)
    changed = [word for word in words if "port=" not in word]
    changed += [f"--port={port}", f"--telemetry-port={telemetry}", "--host=127.0.0.1"]
    changed += ["--telemetry-host=127.0.0.1", f"--kubeconfig={account.kubeconfig}"]
    with exporting("kube-state-metrics", changed, port, log) as address:
        yield address


def last_run(cluster: Cluster, namespace: str) -> None:
    """The controller writes it at the full minute, which nobody waits for here."""
    patch = '{"status":{"lastSuccessfulTime":"2026-01-01T00:00:00Z"}}'
    cluster.kubectl_tried(
        *("patch", "cronjob/nightly", "-n", namespace),
        *("--subresource=status", "--type=merge", "-p", patch),
    )


def one_of_each(namespace: str) -> list[dict[str, Any]]:
    """An object of each kind that is asked for, and two pods: one runs, one crashes."""

    def made(api: str, kind: str, name: str, spec: Any) -> dict[str, Any]:
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}

    def pods(image: str, name: str, **more: Any) -> dict[str, Any]:
        return {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{**CONTAINER, "image": image}], **more},
        }

    def selected(name: str) -> dict[str, Any]:
        return {"matchLabels": {"app": name}}

    def stated(name: str, image: str, **more: Any) -> dict[str, Any]:
        return {"selector": selected(name), "template": pods(image, name), **more}

    job = {"template": pods("crashes", "job", restartPolicy="Never"), "backoffLimit": 0}
    path = {"service": {"name": "api", "port": {"number": 80}}}
    host = {"paths": [{"path": "/", "pathType": "Prefix", "backend": path}]}
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    return [
        made("v1", "ResourceQuota", "all", {"hard": {"pods": "20"}}),
        made("apps/v1", "Deployment", "api", stated("api", "works")),
        made("apps/v1", "Deployment", "broken", stated("broken", "crashes")),
        made(
            *("apps/v1", "StatefulSet", "db"),
            stated("db", "works", serviceName="db", volumeClaimTemplates=[claim]),
        ),
        made(
            *("policy/v1", "PodDisruptionBudget", "api"),
            {"maxUnavailable": 1, "selector": selected("api")},
        ),
        made(
            *("autoscaling/v2", "HorizontalPodAutoscaler", "api"),
            {
                "minReplicas": 1,
                "maxReplicas": 2,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"},
            },
        ),
        made(
            *("networking.k8s.io/v1", "Ingress", "api"),
            {
                "ingressClassName": "nginx",
                "rules": [{"host": "api.example.com", "http": host}],
                "tls": [{"hosts": ["api.example.com"], "secretName": "api-tls"}],
            },
        ),
        made(
            *("batch/v1", "CronJob", "nightly"),
            {"schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": {"spec": job}},
        ),
        made("batch/v1", "Job", "once", job),
    ]
