"""What to deploy: a chart with an environment's overlay, as a release in a namespace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.check.kubeyaml import load
from generator.check.objects import mapping
from generator.errors import GeneratorError
from generator.tools.helm import Helm
from generator.tools.kubectl import Kubectl
from generator.tools.releases import Releases

#: In Chart.yaml: what a first installation switches on, layer by layer.
LAYERS = "generator.dev/layers"

#: What files/namespace.yaml says in its comments.
_MESH = {
    "ambient": {"istio.io/dataplane-mode": "ambient"},
    "sidecar": {"istio-injection": "enabled"},
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """One release. `values` are its overlays, in their order; `namespace` is the chart's own."""

    release: str
    namespace: str
    environment: str
    chart: Path
    values: tuple[Path, ...]

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What Chart.yaml says."""
        file = self.chart / "Chart.yaml"
        try:
            data = load(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise GeneratorError(
                f"there is no chart in {self.chart}", hint="python -m generator build"
            ) from None
        return data if isinstance(data, dict) else {}

    @property
    def version(self) -> str:
        return str(self.metadata.get("version", ""))

    @cached_property
    def given(self) -> tuple[dict[str, Any], ...]:
        """The values, those that win first: the overlays, then the chart's own."""
        files = [*reversed(self.values), self.chart / "values.yaml"]
        found = (load(file.read_text(encoding="utf-8")) for file in files if file.is_file())
        return tuple(one for one in found if isinstance(one, dict))

    @cached_property
    def namespace_manifest(self) -> dict[str, Any]:
        """The namespace, which is no part of the release, but applied before it.

        With its Pod Security labels, and those by which it takes part in the mesh.
        """
        file = self.chart / "files" / "namespace.yaml"
        data: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": self.namespace},
        }
        if file.is_file():
            data = load(file.read_text(encoding="utf-8"))
        modes = (mapping(one.get("global")).get("mesh") for one in self.given)
        mode = next((mode for mode in modes if mode is not None), "none")
        data["metadata"].setdefault("labels", {}).update(_MESH.get(str(mode), {}))
        return data

    @cached_property
    def layers(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The layers after the first, each with the paths of the values that switch it on.

        `(("data", ("postgres.enabled", …)), ("app", …), ("network", ("ingress.enabled",)))`: what
        no layer names is there from the start.
        """
        annotations = self.metadata.get("annotations") or {}
        lines = str(annotations.get(LAYERS, "")).strip().splitlines()
        parts = (line.partition(":") for line in lines)
        return tuple(
            (name.strip(), tuple(path.strip() for path in paths.split(",") if path.strip()))
            for name, _, paths in parts
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The tools, and the cluster that they speak to."""

    helm: Helm
    kubectl: Kubectl

    @property
    def releases(self) -> Releases:
        return Releases(helm=self.helm, kubectl=self.kubectl)
