"""What a user would otherwise type for the same chart, by step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Programs of the pipeline that may not be there.
OPTIONAL = ("kubeconform", "helm-docs")
_KUBERNETES = "1.34"
_SCHEMA = "{{.ResourceKind}}{{.KindSuffix}}.json"
_KIND = re.compile(r"^kind: (\w+)$", re.MULTILINE)


def pipeline(home: Path, environments: Sequence[str]) -> dict[str, list[list[str]]]:
    """The commands of each step; only steps whose program is here."""
    helm = os.environ["HELM_BIN"]
    out = home / "other"
    out.mkdir()
    copied = str(out / "bench")
    shutil.copytree(home / "charts" / "bench", copied)
    steps: dict[str, list[list[str]]] = {
        "helm dependency build": [[helm, "dependency", "build", copied]],
        "helm lint": [[helm, "lint", "--strict", copied]],
        "helm template": [],
        "helm package": [[helm, "package", copied, "--destination", str(out)]],
    }
    for name in environments:
        overlay = str(home / "values" / name / "bench.yaml")
        command = [helm, "template", "bench", copied, "--values", overlay]
        steps["helm template"].append([*command, "--kube-version", _KUBERNETES])
    if kubeconform := shutil.which("kubeconform"):
        rendered = out / "rendered.yaml"
        command = steps["helm template"][-1]
        rendered.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        kinds = set(_KIND.findall(rendered.read_text()))
        location = str(write_schemas(kinds, home / "schemas") / _SCHEMA)
        command = [kubeconform, "-strict", "-schema-location", location, str(rendered)]
        steps["kubeconform"] = [command] * len(environments)
    if helm_docs := shutil.which("helm-docs"):
        steps["helm-docs"] = [[helm_docs, "--chart-search-root", copied]]
    return steps


def write_schemas(kinds: set[str], folder: Path) -> Path:
    """The schemas of some kinds, as kubeconform would download them: each whole, in one file.

    On the disk, so that it waits for no network.
    """
    import kubernetes_validate

    package = Path(kubernetes_validate.__file__).parent
    source = package / "kubernetes-json-schema" / f"v{_KUBERNETES}.0-local-strict"
    definitions = json.loads((source / "_definitions.json").read_text())["$defs"]
    folder.mkdir()
    for definition in definitions.values():
        for known in definition.get("x-kubernetes-group-version-kind", ()):
            if known["kind"] in kinds:
                group = known["group"].partition(".")[0]
                words = (known["kind"].lower(), *([group] if group else []), known["version"])
                name = "-".join(words) + ".json"
                (folder / name).write_text(json.dumps(whole(definition, definitions)))
    return folder


def whole(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema with what it refers to put in."""
    if isinstance(schema, list):
        return [whole(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(name := schema.get("$ref"), str):
        return whole(definitions[name.rpartition("/")[2]], definitions)
    return {key: whole(value, definitions) for key, value in schema.items()}
