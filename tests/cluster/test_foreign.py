"""Objects of other parties' definitions: accepted where these are, refused in words where not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import needs
from tests.cluster import fixtures
from tests.cluster.reach import Cluster
from tests.cluster.releases import Release

PLATFORMS = (needs.ROOT, *sorted(path.parent for path in needs.ROOT.glob("examples/*/charts")))
CHARTS = [path for platform in PLATFORMS for path in sorted(platform.glob("charts/*"))]
ALL = (
    "barman-cloud",
    "cloudnativepg",
    "external-secrets",
    "gateway-api",
    "istio",
    "sealed-secrets",
)
KUBERNETES = re.compile(r"v1|(apps|batch|policy)/v1|autoscaling/v2|.*\.k8s\.io/v1")
#: What looks like the output of `kubeseal --raw`.
SEALED = "Ag" + "A" * 100
#: Groups whose name looks like one of Kubernetes' own.
NOT_KUBERNETES = ("autoscaling.k8s.io/v1", "gateway.networking.k8s.io/v1")


def switches(chart: Path, mesh: str) -> list[str]:
    """The options that switch on all that a chart can ask of other parties."""
    values = yaml.safe_load((chart / "values.yaml").read_text())
    found = ["--set=preflight.enabled=false"]
    for name in ("tls", "redirects", "gateway", "externalSecrets", "sealedSecrets"):
        if "enabled" in values.get(name, {}):
            found.append(f"--set={name}.enabled=true")
    if "mesh" in values.get("global", {}):
        found.append(f"--set=global.mesh={mesh}")
    for secret, keys in values.get("sealedSecrets", {}).get("encryptedData", {}).items():
        names = [key.replace(".", r"\.") for key in keys]
        found += [f"--set=sealedSecrets.encryptedData.{secret}.{name}={SEALED}" for name in names]
    for path in sorted(chart.glob("charts/*/values.yaml")):
        own, name = yaml.safe_load(path.read_text()), path.parent.name
        if "certManager" in own.get("tls", {}):
            found += [
                f"--set={name}.tls.enabled=true",
                f"--set={name}.tls.certManager.enabled=true",
            ]
        if "operatorNamespace" in own:
            found.append(f"--set={name}.enabled=true")
        if "verticalAutoscaling" in own:
            found.append(f"--set={name}.verticalAutoscaling.enabled=true")
    return found


def foreign(api: str) -> bool:
    return api in NOT_KUBERNETES or not KUBERNETES.fullmatch(api)


def emitted(chart: Path) -> set[tuple[str, str]]:
    """APIs and kinds of other parties that stand in a chart's templates."""
    both = re.compile(r"^apiVersion: (\S+)\nkind: (\w+)", re.MULTILINE)
    texts = [path.read_text() for path in chart.rglob("templates/**/*.yaml")]
    return {pair for text in texts for pair in both.findall(text) if foreign(pair[0])}


@pytest.fixture(scope="module")
def bare(cluster: Cluster, tmp_path_factory):
    """A cluster that has nothing but Kubernetes."""
    if cluster.plane is None:
        needs.missing("a cluster without definitions", "unset TEST_KUBECONFIG")
    folder = tmp_path_factory.mktemp("bare") / "plane"
    with fixtures.joined(folder, cluster.definitions.parent) as plane:
        yield Cluster(
            kubeconfig=plane.admin, folder=folder, definitions=cluster.definitions, plane=plane
        )


def release(cluster: Cluster, chart: Path, namespace: str) -> Release:
    return Release(cluster=cluster, chart=chart, namespace=namespace, name=chart.name)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda path: path.name)
def test_what_is_not_there_is_named_with_the_switch_that_does_without(bare, chart):
    """Each switch alone; nothing is left of an installation that was refused."""
    with bare.fresh_namespace() as namespace:
        off = ["--set=preflight.enabled=false", "--set=global.mesh=none"]
        off += [
            option.replace("=true", "=false")
            for option in switches(chart, "none")
            if option.endswith("=true") and ".tls.enabled" not in option
        ]
        named = set()
        for option in switches(chart, "ambient"):
            switch, _, value = option.removeprefix("--set=").partition("=")
            if value not in ("true", "ambient") or switch.endswith(".tls.enabled"):
                continue
            # What an operator keeps has no switch but the component's own.
            whole = f"--set={switch.partition('.')[0]}.enabled=true"
            said = bare.helm(
                *(4, "upgrade", "--install", chart.name, chart, f"--namespace={namespace}"),
                *off,
                *[each for each in switches(chart, "none") if ".encryptedData." in each],
                *[each for each in switches(chart, "none") if ".tls.enabled" in each],
                *([whole] if whole in switches(chart, "none") else []),
                option,
                fails=True,
            )
            own = switch.removeprefix(f"{switch.split('.')[0]}.") if switch.count(".") > 1 else ""
            wanted = rf"({re.escape(switch)}|{re.escape(own or switch)}) needs .+, which this"
            assert re.search(f"{wanted} cluster does not have", said), said
            assert re.search(r"Install .+, or set \S+=(false|none)", said), said
            named |= set(re.findall(r"cluster does not have \(([^)]+)\)", said))
        groups = {api.partition("/")[0].split(".", 1)[-1] for api in named}
        assert {api.partition("/")[0].split(".", 1)[-1] for api, _ in emitted(chart)} == groups
        # Helm keeps releases in Secrets: not even a failed one is there.
        assert bare.kubectl("get", "secrets", "-n", namespace, "-o", "name") == ""


def test_a_plan_says_it_in_the_charts_words(bare):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "generator", "plan", "-e", "production"),
            *("--chart", "bookedbarber", "--helm", str(needs.helm(4))),
        ],
        cwd=needs.ROOT,
        env={**bare.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    said = done.stdout + done.stderr
    assert re.search(r"(tls|redirects)\.enabled needs .+, which this cluster does not have", said)
    assert re.search(r"Install .+, or set (tls|redirects)\.enabled=false", said)
    assert "Use --debug" not in said  # Helm's own words would only hide them


@pytest.fixture(scope="module")
def complete(equipped: Cluster) -> Cluster:
    equipped.define(*ALL)
    return equipped


@pytest.mark.parametrize("chart", CHARTS, ids=lambda path: path.name)
def test_every_object_is_accepted_where_the_definitions_are(complete, chart):
    sent: set[tuple[str, str]] = set()
    with complete.fresh_namespace() as namespace:
        one = release(complete, chart, namespace)
        for other in other_namespaces(one.chart):
            complete.create_namespace(other)
        try:
            for mesh in ("ambient", "sidecar"):
                words = ["upgrade", "--install", one.name, chart, f"--namespace={namespace}"]
                said = complete.helm_tried(4, *words, *switches(chart, mesh))
                assert said.code == 0, said.stderr
                # An unknown field would be a warning, or refused.
                assert "unknown field" not in said.stderr
                objects = [each for each in one.manifest if foreign(each["apiVersion"])]
                sent |= {(each["apiVersion"], each["kind"]) for each in objects}
                there(complete, namespace, objects)
        finally:
            complete.helm_tried(4, "uninstall", one.name, f"--namespace={namespace}")
    assert sent == emitted(chart)


def other_namespaces(chart: Path) -> set[str]:
    """Namespaces in which a chart has Roles, so that they must exist."""
    texts = [path.read_text() for path in chart.rglob("templates/role-*.yaml")]
    return {
        name for text in texts for name in re.findall(r"^  namespace: ([a-z0-9-]+)$", text, re.M)
    }


def there(cluster: Cluster, namespace: str, objects: list[dict[str, Any]]) -> None:
    """The server has each object, with all of the fields that were sent."""
    assert objects
    for each in objects:
        group, _, version = each["apiVersion"].partition("/")
        kind = f"{each['kind'].lower()}.{version}.{group}"
        found = cluster.get(kind, each["metadata"]["name"], namespace)
        assert contains(found["spec"], each.get("spec", {})), (found["spec"], each["spec"])


def contains(whole: Any, part: Any) -> bool:
    """Whether nothing of `part` was dropped; servers add defaults."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return (
            isinstance(whole, list)
            and len(whole) == len(part)
            and all(contains(a, b) for a, b in zip(whole, part, strict=True))
        )
    return bool(whole == part)
