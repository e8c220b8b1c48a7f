"""Releases of built charts on a test cluster: prepared as their README says, installed, removed."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests import needs
from tests.cluster.reach import Cluster

#: How long Helm waits for objects that KWOK makes ready at once. Failures take as long.
PATIENCE = "90s"
Objects = list[dict[str, Any]]
#: Parts of the control plane were faster than others, and look again: the scheduler at a claim,
#: the API server's repair loop at an address that was just given.
_EARLY = re.compile(r"persistentvolumeclaim \S+ not found|is not allocated; repairing")
WORKLOADS = "deployments,statefulsets,daemonsets"


@dataclass(frozen=True, kw_only=True)
class Release:
    """A chart of a platform in a namespace, whether it is installed or not."""

    cluster: Cluster
    chart: Path
    namespace: str
    name: str
    major: int = 4
    #: `values/<environment>/<chart>.yaml` of the chart's platform.
    environment: str | None = None

    @property
    def values(self) -> list[str]:
        folder = self.chart.parent.parent / "values" / str(self.environment)
        return [f"--values={folder / self.chart.name}.yaml"] if self.environment else []

    def prepare(self) -> None:
        """The namespace, and the Secrets that the chart's README names."""
        text = (self.chart / "files" / "namespace.yaml").read_text()
        namespace = yaml.safe_load(text)
        namespace["metadata"]["name"] = self.namespace
        secrets = [
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": self.namespace},
                "stringData": {key: f"not-secret-at-all-{key}" for key in keys},
            }
            for name, keys in documented_secrets(self.chart)
        ]
        self.cluster.apply([namespace, *secrets])

    def upgrade(self, *options: str, fails: bool = False, patience: str = PATIENCE) -> str:
        """`helm upgrade --install` and wait; what Helm printed, warnings first."""
        words = ["upgrade", "--install", self.name, str(self.chart), *self.values, *options]
        words += [f"--namespace={self.namespace}", "--wait", f"--timeout={patience}"]
        done = self.cluster.helm_tried(self.major, *words)
        said = done.stderr + done.stdout
        assert (done.code != 0) == fails, f"{said}\n{self.trouble()}"
        return said

    def uninstall(self) -> None:
        self.cluster.helm(
            self.major, *("uninstall", self.name, f"--namespace={self.namespace}"), "--wait"
        )

    def test(self) -> str:
        """`helm test`: its pods run, and are played by KWOK, so this proves that they may run."""
        return self.cluster.helm(
            self.major, *("test", self.name, f"--namespace={self.namespace}", "--timeout=60s")
        )

    @property
    def manifest(self) -> list[dict[str, Any]]:
        """The objects that Helm believes to have installed, hooks left out."""
        text = self.cluster.helm(
            self.major, "get", "manifest", self.name, f"--namespace={self.namespace}"
        )
        return [each for each in yaml.safe_load_all(text) if each]

    @property
    def status(self) -> str:
        text = self.cluster.helm(
            self.major,
            *("status", self.name, f"--namespace={self.namespace}", "-o", "json"),
        )
        return str(json.loads(text)["info"]["status"])

    def get(self, kind: str, name: str) -> dict[str, Any]:
        return self.cluster.get(kind, name, self.namespace)

    def all(self, kinds: str) -> Objects:
        return self.cluster.list(kinds, self.namespace)

    def not_ready(self) -> list[str]:
        """Workloads of the namespace that lack a replica, by name."""
        lacking = []
        for each in self.all(WORKLOADS):
            status = each["status"]
            wanted = each["spec"].get("replicas", status.get("desiredNumberScheduled"))
            ready = status.get("readyReplicas", status.get("numberReady", 0))
            if ready != wanted or status.get("updatedReplicas", wanted) != wanted:
                lacking.append(f"{each['kind']}/{each['metadata']['name']}: {ready} of {wanted}")
        return lacking

    def trouble(self) -> str:
        """Why a release does not come up: what the events warn of."""
        return "\n".join(
            f"{event['involvedObject']['name']}: {event['reason']}: {event['message']}"
            for event in self.warnings()
        )

    def warnings(self) -> Objects:
        """Events that warn; not of autoscalers, which have no metrics here, nor of what is tried
        again at once: two wrote the same object, or the scheduler was faster than a claim.
        """
        return [
            event
            for event in self.all("events")
            if event["type"] == "Warning"
            and event["involvedObject"]["kind"] != "HorizontalPodAutoscaler"
            and "the object has been modified" not in event["message"]
            and not _EARLY.search(event["message"])
        ]

    def left(self) -> list[str]:
        """Objects that say they belong to this release, here and in the whole cluster."""
        kinds = ",".join(all_kinds(self.cluster))
        mine = f"app.kubernetes.io/instance={self.name}"
        # The chart's name keeps releases of other charts apart, the label of the instance others.
        found = json.loads(self.cluster.kubectl("get", kinds, "-A", "-l", mine, "-o", "json"))[
            "items"
        ]
        where = "meta.helm.sh/release-namespace"
        return [
            f"{each['kind']}/{each['metadata']['name']}"
            for each in found
            if each["metadata"].get("annotations", {}).get(where) == self.namespace
            or each["metadata"].get("namespace") == self.namespace
        ]


def documented_secrets(chart: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Names and keys, as the table of a chart's README has them."""
    readme = (chart / "README.md").read_text()
    table = readme.partition("### Secrets")[2].partition("\n### ")[0]
    for name, keys in re.findall(r"^\| `([^`]+)` \| (`.+) \|$", table, re.MULTILINE):
        yield name, re.findall(r"`([^`]+)`", keys)


def kinds(cluster: Cluster) -> list[str]:
    return cluster.kubectl("api-resources", "--verbs=list", "-o", "name").split()


@functools.cache
def all_kinds(cluster: Cluster) -> list[str]:
    """Every kind that can be listed, but events: those of what is gone stay for an hour."""
    return [kind for kind in kinds(cluster) if not kind.startswith("events")]


def chart(name: str, platform: Path = needs.ROOT) -> Path:
    return platform / "charts" / name
