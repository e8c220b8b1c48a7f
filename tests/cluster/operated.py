"""The real Prometheus operator at work on a test cluster, and what it makes of our objects."""

from __future__ import annotations

import base64
import contextlib
import gzip
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import needs
from tests.cluster.reach import Cluster, until
from tests.monitoring.running import free_ports

SELECTED = {"matchLabels": {"release": "kube-prometheus-stack"}}
#: Of Debian, which the configuration is written for: a real server shall load it.
PROMETHEUS, ALERTMANAGER = "v2.42.0", "v0.25.0"


def program() -> Path:
    command = [sys.executable, str(needs.ROOT / "scripts" / "get-operator")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        needs.missing("the Prometheus operator", "Go 1.26 builds it: scripts/get-operator")
    return Path(done.stdout.strip()) / "operator"


def access(cluster: Cluster, folder: Path) -> Iterator[str]:
    """The operator takes no kubeconfig: what stands in it, as files."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    ((server,), (user,)) = (config["clusters"], config["users"])
    yield f"--apiserver={server['cluster']['server']}"
    for option, data in (
        ("ca", server["cluster"]["certificate-authority-data"]),
        ("cert", user["user"]["client-certificate-data"]),
        ("key", user["user"]["client-key-data"]),
    ):
        path = folder / f"{option}.pem"
        path.write_bytes(base64.b64decode(data))
        yield f"--{option}-file={path}"


@contextlib.contextmanager
def operator(cluster: Cluster, namespaces: str, folder: Path) -> Iterator[None]:
    """An operator that looks at these namespaces alone, ended by its own number."""
    (port,) = free_ports(1)
    words = [
        str(program()),
        *access(cluster, folder),
        f"--namespaces={namespaces}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log-level=warn",
    ]
    with (folder / "operator.log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, env=cluster.environment)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prometheus(namespace: str) -> dict[str, Any]:
    """A server as kube-prometheus-stack asks the operator for: it selects by labels, everywhere."""
    selectors = {
        f"{what}{kind}": SELECTED if kind == "Selector" else {}
        for what in ("podMonitor", "serviceMonitor", "probe", "rule")
        for kind in ("Selector", "NamespaceSelector")
    }
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "stack", "namespace": namespace},
        "spec": {"version": PROMETHEUS, "replicas": 1, **selectors},
    }


def alertmanager(namespace: str, name: str, strategy: str | None) -> dict[str, Any]:
    spec: dict[str, Any] = {"version": ALERTMANAGER, "replicas": 1}
    spec |= {"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}}
    if strategy:
        spec["alertmanagerConfigMatcherStrategy"] = {"type": strategy}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Alertmanager",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def packed(cluster: Cluster, namespace: str, secret: str, key: str, having: str) -> str:
    """A file that the operator keeps packed in a Secret, as soon as it has this text."""

    def found() -> str:
        done = cluster.kubectl_tried("get", "secret", secret, "-n", namespace, "-o", "yaml")
        data = yaml.safe_load(done.stdout)["data"] if done.code == 0 else {}
        text = gzip.decompress(base64.b64decode(data[key])).decode() if key in data else ""
        return text if having in text else ""

    text: str = until(found, within=90, what=f"{secret} with {having}")
    return text


def rules(cluster: Cluster, namespace: str, number: int) -> dict[str, str]:
    """The files of rules that the server gets, as soon as there are so many."""

    def found() -> dict[str, str]:
        some = [
            one["data"]
            for one in cluster.list("configmaps", namespace)
            if one["metadata"]["name"].startswith("prometheus-stack-rulefiles")
        ]
        files = {name: text for data in some for name, text in data.items()}
        return files if len(files) >= number else {}

    files: dict[str, str] = until(found, within=90, what=f"{number} files of rules")
    return files


# Discovery: what Kubernetes would tell of pods, for a server that can't ask it.


def discovered(pod: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Labels of the targets that discovery makes of a pod: one for each port of its containers."""
    metadata, spec = pod["metadata"], pod["spec"]
    common = {
        "__meta_kubernetes_namespace": metadata["namespace"],
        "__meta_kubernetes_pod_name": metadata["name"],
        "__meta_kubernetes_pod_node_name": "node-1",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_ready": "true",
    }
    for name, value in metadata["labels"].items():
        key = re.sub(r"\W", "_", name)
        common[f"__meta_kubernetes_pod_label_{key}"] = value
        common[f"__meta_kubernetes_pod_labelpresent_{key}"] = "true"
    for container in spec["containers"]:
        for port in container.get("ports", ()):
            yield {
                **common,
                "__address__": f"{pod['address']}:{port['containerPort']}",
                "__meta_kubernetes_pod_container_name": container["name"],
                "__meta_kubernetes_pod_container_port_name": port["name"],
                "__meta_kubernetes_pod_container_port_number": str(port["containerPort"]),
            }


def with_targets(text: str, pods: list[dict[str, Any]]) -> dict[str, Any]:
    """The configuration for a server that has found these pods."""
    # Beside the operator's server, its reloader fills these in.
    text = text.replace("$(SHARD)", "0").replace("$(POD_NAME)", "prometheus-stack-0")
    config: dict[str, Any] = yaml.safe_load(text)
    config.pop("alerting", None)
    config["rule_files"] = []
    for job in config["scrape_configs"]:
        for discovery in job.pop("kubernetes_sd_configs", ()):
            if discovery["role"] == "node":
                continue
            job["static_configs"] = [
                {
                    "targets": [labels["__address__"]],
                    "labels": {k: v for k, v in labels.items() if k != "__address__"},
                }
                for pod in pods
                if pod["metadata"]["namespace"] in discovery["namespaces"]["names"]
                for labels in discovered(pod)
            ]
    return config
