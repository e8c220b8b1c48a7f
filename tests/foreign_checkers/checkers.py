"""Runs checkers of others on rendered charts, and reads what they find in one form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from generator.check.sources import read_sources
from generator.tools import helm
from tests import needs

KUBERNETES = "1.34"
#: Nobody listens there. No checker may ask anybody: with --skip-download checkov does not try.
NOWHERE = "http://127.0.0.1:9"
_HOW = "scripts/get-checkers builds it once, with Go, a module proxy and a package index"


class Found(NamedTuple):
    """One thing that a checker does not like."""

    checker: str
    rule: str
    object: str  # Kind/name
    chart: str
    words: str


def checkers() -> Path:
    """The folder of the checkers, got if this machine never did."""
    command = [sys.executable, str(needs.ROOT / "scripts" / "get-checkers")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        needs.missing("a checker of others", _HOW)
    return Path(done.stdout.strip())


def charts() -> Iterator[tuple[Path, str]]:
    """The charts of this repository's platform and of the examples': folder of the spec, name."""
    for path in sorted(needs.ROOT.glob("charts/*")):
        yield needs.ROOT, path.name
    for path in sorted(needs.ROOT.glob("examples/*/charts/*")):
        yield path.parent.parent, path.name


def render(project: Path, chart: str, folder: Path) -> Path:
    """The objects of a chart in production, as the cluster gets them: in their namespace."""
    source = project / "charts" / chart
    sources = read_sources(source, chart)
    values = project / "values" / "production" / f"{chart}.yaml"
    text = helm.find(needs.helm(4), project=Path("/nowhere")).template(
        source,
        release=chart,
        namespace=chart,
        values=(values,) if values.exists() else (),
        kube_version=KUBERNETES,
        api_versions=sources.api_versions,
    )
    objects = [each for each in yaml.safe_load_all(text) if each]
    for each in objects:
        if each["kind"] not in CLUSTERWIDE:
            each["metadata"].setdefault("namespace", chart)
    target = folder / f"{chart}.yaml"
    # As JSON: PyYAML writes the text 1e5 without quotes, and for Go that is a number.
    target.write_text("\n---\n".join(json.dumps(each, indent=2) for each in objects) + "\n")
    return target


CLUSTERWIDE = {
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}


def kube_score(program: Path, rendered: Path) -> Iterator[Found]:
    """What it calls critical or a warning; its grade for all is well is 10."""
    command = [program, "score", "--output-format", "json", "--kubernetes-version"]
    for each in _run([*map(str, command), f"v{KUBERNETES}", str(rendered)], codes=(0, 1)):
        name = f"{each['type_meta']['kind']}/{each['object_meta']['name']}"
        for check in each["checks"]:
            if check["skipped"] or check["grade"] >= 10:
                continue
            for comment in check["comments"] or [{}]:
                words = f"{comment.get('path', '')}: {comment.get('summary', '')}"
                yield Found("kube-score", check["check"]["id"], name, rendered.stem, words)


def checkov(folder: Path, rendered: Path) -> Iterator[Found]:
    """All of its checks that fail, with nothing asked of any server."""
    command = [str(folder / "bin" / "python"), "-m", "checkov.main", "--framework", "kubernetes"]
    command += ["--skip-download", "--quiet", "--compact", "--output", "json"]
    said = _run([*command, "--file", str(rendered)], codes=(0, 1))
    assert said["summary"]["parsing_errors"] == 0, said["summary"]
    assert said["summary"]["passed"] > 0, said["summary"]
    for each in said["results"]["failed_checks"]:
        kind, _, name = each["resource"].split(".", 2)
        yield Found(
            "checkov", each["check_id"], f"{kind}/{name}", rendered.stem, each["check_name"]
        )


def _run(command: list[str], *, codes: tuple[int, ...]) -> Any:
    proxies = {f"{name}_PROXY": NOWHERE for name in ("HTTP", "HTTPS", "ALL")}
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **proxies}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in codes and done.stdout, f"{command[0]}: {done.stderr}"
    return json.loads(done.stdout)
