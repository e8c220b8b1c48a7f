"""A platform of a few components, built and rendered: what the tests of the kinds look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.errors import InputError
from generator.spec.read import read_platform
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs

RESOURCES = {"cpu": ["100m", "1"], "memory": ["64Mi", "128Mi"]}


@dataclass(frozen=True, kw_only=True)
class Objects:
    """Rendered objects."""

    all: tuple[dict[str, Any], ...]

    def one(self, kind: str, name: str | None = None) -> dict[str, Any]:
        """The one object of a kind; by name, or by its start where that ends in a dash."""

        def fits(found: str) -> bool:
            if name is None or found == name:
                return True
            return name.endswith("-") and found.startswith(name)

        found = [e for e in self.all if e["kind"] == kind and fits(e["metadata"]["name"])]
        assert len(found) == 1, (kind, name, self.names)
        return found[0]

    @property
    def names(self) -> set[str]:
        return {f"{each['kind']}/{each['metadata']['name']}" for each in self.all}


@dataclass(frozen=True, kw_only=True)
class Built:
    """A chart on the disk, and the Helm to render it with."""

    helm: Helm
    path: Path

    @property
    def charts(self) -> Path:
        return self.path / "charts"

    def render(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        component: str | None = None,
        release: str = "shop",
        namespace: str = "shop",
        kube_version: str = "1.34",
        api_versions: tuple[str, ...] = (),
    ) -> Objects:
        """The umbrella's objects, or those of one component's subchart alone."""
        overlay = self.path.with_name("overlay.json")
        overlay.write_text(json.dumps(values or {}))
        text = self.helm.template(
            self.charts / component if component else self.path,
            release=release,
            namespace=namespace,
            values=[overlay],
            kube_version=kube_version,
            api_versions=api_versions,
        )
        return Objects(all=tuple(yaml.load_all(text, Loader=yaml.CSafeLoader)))


def spec(components: Mapping[str, Any], **chart: Any) -> dict[str, Any]:
    """A platform named shop, with one chart named shop."""
    return {
        "name": "shop",
        "environments": ["test"],
        "charts": {
            "shop": {
                "version": "1.0.0",
                "appVersion": "v7",
                "namespace": "shop",
                "components": dict(components),
                **chart,
            }
        },
    }


def build(folder: Path, components: Mapping[str, Any], *, major: int = 4, **chart: Any) -> Built:
    """Build the chart of `spec`, to be rendered by a Helm of that major version."""
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(spec(components, **chart), sort_keys=False))
    platform = read_platform(file)
    path = folder / "charts" / "shop"
    write_tree(path, fill_chart(platform, platform.charts[0]))
    return Built(helm=helm.find(needs.helm(major), project=Path("/nowhere")), path=path)


def problems(folder: Path, components: Mapping[str, Any], **chart: Any) -> list[str]:
    """What the reader says of a broken platform, without the place."""
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(spec(components, **chart), sort_keys=False))
    with pytest.raises(InputError) as caught:
        read_platform(file)
    return [finding.message for finding in caught.value.findings]


def container(workload: Mapping[str, Any], name: str | None = None) -> dict[str, Any]:
    """The first container of a workload, or a container of any kind by name."""
    pod = pod_of(workload)
    every = [*pod["containers"], *pod.get("initContainers", ())]
    return next(each for each in every if name in (None, each["name"]))


def pod_of(workload: Mapping[str, Any]) -> dict[str, Any]:
    above: Any = workload["spec"]
    if workload["kind"] == "CronJob":
        above = above["jobTemplate"]["spec"]
    pod: dict[str, Any] = above["template"]["spec"]
    return pod


def variables(one: Mapping[str, Any]) -> dict[str, Any]:
    """The environment of a container: a value, or `secret/key`."""
    found = {}
    for entry in one.get("env", ()):
        secret = entry.get("valueFrom", {}).get("secretKeyRef")
        found[entry["name"]] = f"{secret['name']}/{secret['key']}" if secret else entry["value"]
    return found
