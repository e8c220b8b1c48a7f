"""The rendered configuration, changed in what a test on one machine has to change, and no more.

- Discovery by Kubernetes becomes static targets with the labels that discovery would give; the
  rendered relabelling then keeps or drops them. Targets that do not exist here are left out.
- Every duration is divided by FACTOR: in the rules `for` and the windows in brackets, in the
  configurations the intervals. Seconds that stand as bare numbers in PromQL stay: no alert that
  these tests are about has some.
- Paths become those of the test, the address of PagerDuty the receiver's.
- Debian's Alertmanager 0.25 does not know `url_file` of webhooks yet: there it becomes `url`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

#: An hour passes in forty seconds.
FACTOR = 90

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_INTERVALS = {"scrape_interval", "evaluation_interval", "group_wait", "group_interval"}
_INTERVALS |= {"repeat_interval", "for"}


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod as discovery describes it, and where what stands in for it listens."""

    name: str
    workload: str
    release: str
    namespace: str
    port: int
    address: str

    @property
    def labels(self) -> dict[str, str]:
        app = "__meta_kubernetes_pod_label_app_kubernetes_io_"
        return {
            f"{app}name": self.workload,
            f"{app}instance": self.release,
            "__meta_kubernetes_pod_container_port_number": str(self.port),
            "__meta_kubernetes_pod_name": self.name,
            "__meta_kubernetes_pod_node_name": "node-1",
            "__meta_kubernetes_namespace": self.namespace,
        }


def faster(duration: str) -> str:
    """The duration in milliseconds, FACTOR times as short: `3m` becomes `2000ms`."""
    seconds = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smhd])", duration))
    return f"{seconds * 1000 // FACTOR}ms"


def prometheus(text: str, pods: Sequence[Pod], rules: Path) -> str:
    """prometheus.yml for a server that finds these pods."""
    config = yaml.safe_load(text)
    assert config["rule_files"] == ["/etc/prometheus/rules/*.yaml"]
    config["rule_files"] = [f"{rules}/*.yaml"]
    for one in (*config["scrape_configs"], *config["alerting"]["alertmanagers"]):
        discoveries = one.pop("kubernetes_sd_configs", ())
        found = [pod for discovery in discoveries for pod in _in(discovery, pods)]
        one["static_configs"] = [{"targets": [p.address], "labels": p.labels} for p in found]
    return yaml.safe_dump(_faster_settings(config))


def _in(discovery: Mapping[str, Any], pods: Sequence[Pod]) -> list[Pod]:
    """The pods that a discovery may see. Nodes there are none."""
    if discovery["role"] == "node":
        return []
    return [pod for pod in pods if pod.namespace in discovery["namespaces"]["names"]]


def rules(text: str) -> str:
    """A file of rules whose time goes faster."""
    groups = yaml.safe_load(text)
    for group in groups["groups"]:
        for rule in group["rules"]:
            rule["expr"] = re.sub(r"(?<=\[)\d+[smhd](?=\])", lambda m: faster(m[0]), rule["expr"])
    return yaml.safe_dump(_faster_settings(groups))


def alertmanager(text: str, secrets: Path, pagerduty: str) -> str:
    """alertmanager.yml with its secrets in a folder of the test."""
    text = text.replace("/etc/alertmanager/receivers/", f"{secrets}/")
    config = yaml.safe_load(text)
    for receiver in config["receivers"]:
        for webhook in receiver.get("webhook_configs", ()):
            webhook["url"] = Path(webhook.pop("url_file")).read_text()
    config["global"] = {"pagerduty_url": pagerduty}
    return yaml.safe_dump(_faster_settings(config))


def _faster_settings(node: Any) -> Any:
    """The same with every interval shorter."""
    if isinstance(node, list):
        return [_faster_settings(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: faster(value) if key in _INTERVALS else _faster_settings(value)
        for key, value in node.items()
    }
