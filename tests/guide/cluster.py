"""The two releases of the deployment guide as production renders them, and questions about them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.product.platforms import Made, Objects

APP, MONITORING = "bookedbarber-v2", "monitoring"
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True, kw_only=True, eq=False)
class Cluster:
    """What the guide's commands would find, by namespace."""

    charts: Mapping[str, Made]

    @functools.cached_property
    def objects(self) -> Mapping[str, Objects]:
        return {
            namespace: made.render(files=made.overlay("production"), major=4)
            for namespace, made in self.charts.items()
        }

    def all(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """Objects of both namespaces."""
        for objects in self.objects.values():
            yield from objects.of(*kinds)

    def get(self, kind: str, name: str, namespace: str = APP) -> dict[str, Any]:
        """One object, which must be there."""
        found = self.objects[namespace].by_name
        assert (kind, name) in found, f"no {kind}/{name} in {namespace}"
        return found[kind, name]

    def has(self, kind: str) -> bool:
        return any(True for _ in self.all(kind))

    def pod(self, kind: str, name: str, namespace: str = APP) -> dict[str, Any]:
        """The pod template of a workload."""
        template: dict[str, Any] = self.get(kind, name, namespace)["spec"]["template"]
        return template

    def container(
        self, kind: str, name: str, container: str | None = None, namespace: str = APP
    ) -> dict[str, Any]:
        """A container by name: the one named like the workload, unless told otherwise."""
        wanted = container or name
        pod = self.pod(kind, name, namespace)["spec"]
        every = (*pod["containers"], *pod.get("initContainers", ()))
        found = {each["name"]: each for each in every}
        assert wanted in found, f"{kind}/{name} has no container {wanted}, but {', '.join(found)}"
        return found[wanted]

    def text(self, name: str, key: str, namespace: str = APP) -> str:
        """One file of a ConfigMap."""
        text: str = self.get("ConfigMap", name, namespace)["data"][key]
        return text

    def claims(self, name: str, namespace: str = APP) -> dict[str, Any]:
        """The one volume claim that each replica of a StatefulSet has."""
        templates = self.get("StatefulSet", name, namespace)["spec"]["volumeClaimTemplates"]
        assert len(templates) == 1
        spec: dict[str, Any] = templates[0]["spec"]
        return spec

    @property
    def pods(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every pod template: of what runs, of Jobs and of CronJobs."""
        for each in self.all(*WORKLOADS, "Job", "CronJob"):
            above = each["spec"]
            if each["kind"] == "CronJob":
                above = above["jobTemplate"]["spec"]
            yield f"{each['kind']}/{each['metadata']['name']}", above["template"]["spec"]

    def secret_keys(self) -> dict[str, set[str]]:
        """Keys that pods read from Secrets, by the Secret's name."""
        keys: dict[str, set[str]] = {}

        def look(value: Any) -> None:
            if isinstance(value, dict):
                reference = value.get("secretKeyRef")
                if isinstance(reference, dict):
                    keys.setdefault(reference["name"], set()).add(reference["key"])
                volume = value.get("secret")
                if isinstance(volume, dict) and "items" in volume:
                    name = volume.get("secretName") or volume["name"]
                    keys.setdefault(name, set()).update(item["key"] for item in volume["items"])
                for inner in value.values():
                    look(inner)
            elif isinstance(value, list):
                for inner in value:
                    look(inner)

        for _, pod in self.pods:
            look(pod)
        return keys

    def paths(self, host: str) -> list[dict[str, Any]]:
        """Every path of a host, in whichever Ingress."""
        return [
            path
            for ingress in self.all("Ingress")
            for rule in ingress["spec"]["rules"]
            for path in rule.get("http", {}).get("paths", ())
            if rule["host"] == host
        ]

    def alerts(self) -> dict[str, dict[str, Any]]:
        """The alerts of Prometheus, by name."""
        rules = self.get("ConfigMap", "prometheus-rules", MONITORING)["data"]
        return {
            rule["alert"]: rule
            for text in rules.values()
            for group in yaml.safe_load(text)["groups"]
            for rule in group["rules"]
            if "alert" in rule
        }

    def hpa(self, name: str) -> tuple[int, int, int, int]:
        """Least and most replicas, and the targets for CPU and memory in percent."""
        spec = self.get("HorizontalPodAutoscaler", name)["spec"]
        targets = {}
        for metric in spec["metrics"]:
            resource = metric.get("resource") or metric["containerResource"]
            targets[resource["name"]] = resource["target"]["averageUtilization"]
        return spec["minReplicas"], spec["maxReplicas"], targets["cpu"], targets["memory"]


def number(quantity: str | int) -> float:
    """A quantity as a number: `500m` is 0.5, `2Gi` is 2147483648."""
    match = re.fullmatch(r"([0-9.]+)(m|Ki|Mi|Gi|Ti|k|M|G|T)?", str(quantity))
    assert match, f"{quantity!r} is no quantity"
    units = {"m": 1e-3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
    units |= {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    return float(match[1]) * units.get(match[2] or "", 1)
