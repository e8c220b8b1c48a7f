"""Platforms of other people: built, rendered and looked at as the first one is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import pipeline
from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.kinds import BUILT_IN, load_kinds
from generator.spec.model import Chart, Platform
from generator.spec.read import read_platform
from generator.spec.schema import platform_schema
from generator.spec.source import read_source
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs
from tests.kinds.rendering import Objects, container

EXAMPLES = sorted(needs.ROOT.glob("examples/*/platform.yaml"))

#: Kinds that share most of their settings, and those that have their own.
APPLICATIONS = ("cron", "job", "web", "worker")
OTHERS = sorted(set(BUILT_IN) - set(APPLICATIONS))

OF_OPERATOR = ("flavor", "operator")

#: What an example leaves out, and why.
LEFT_OUT = {
    **dict.fromkeys(
        (f"{kind}.{key}" for kind in ("alertmanager", "prometheus") for key in OF_OPERATOR),
        "tests/cases/operator is the platform that an operator watches",
    ),
    "chart.dependencies": "tests/cases/upstream is the platform that brings charts of others",
    "chart.ingress.mergeable": "only the F5 controller knows it; the first platform's is one",
}


@dataclass(frozen=True, kw_only=True)
class Example:
    """An example that was built in a folder of its own."""

    source: Path
    spec: Path
    platform: Platform

    def chart(self, name: str) -> Path:
        return self.spec.parent / "charts" / name

    @property
    def foreign(self) -> tuple[str, ...]:
        """All APIs that the charts ask the cluster for."""
        found: set[str] = set()
        for path in self.spec.parent.rglob("charts/**/templates/**/*"):
            if path.is_file():
                found |= set(re.findall(r'APIVersions\.Has "([^"]+)"', path.read_text()))
        return tuple(sorted(found))

    def render(
        self,
        program: Helm,
        chart: Chart,
        environment: str | None = None,
        *,
        release: str | None = None,
        version: str = "1.34",
        foreign: bool = True,
    ) -> Objects:
        overlay = self.spec.parent / "values" / str(environment) / f"{chart.name}.yaml"
        text = program.template(
            self.chart(chart.name),
            release=release or chart.name,
            namespace=chart.namespace,
            values=[overlay] if environment else [],
            kube_version=version,
            api_versions=self.foreign if foreign else (),
        )
        return Objects(all=tuple(filter(None, yaml.load_all(text, Loader=yaml.CSafeLoader))))


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.parent.name)
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    source: Path = request.param.parent
    folder = tmp_path_factory.mktemp("example") / source.name
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("charts", "dist"))
    platform = read_platform(folder / "platform.yaml")
    for chart in platform.charts:
        write_tree(folder / "charts" / chart.name, fill_chart(platform, chart))
    return Example(source=source, spec=folder / "platform.yaml", platform=platform)


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def program(request: pytest.FixtureRequest) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


def test_there_is_one():
    assert [path.parent.name for path in EXAMPLES] == ["harbor-logistics"]


def test_its_committed_charts_are_what_its_spec_says(example):
    spec = example.source / "platform.yaml"
    if not (example.source / "charts").is_dir():
        needs.missing(f"{example.source.name}/charts", f"python -m generator build -f {spec}")
    assert [path for path, _ in pipeline.stale(spec)] == []


def test_knows_nothing_of_the_first_platform(example):
    for path in example.source.rglob("*"):
        if path.is_file():
            assert not re.search(rb"barber", path.read_bytes(), re.IGNORECASE), path


def test_is_not_known_to_the_generator(example):
    name = example.platform.name.encode()
    for path in (needs.ROOT / "generator").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert name not in path.read_bytes(), path


def test_has_two_charts_or_more_and_eight_components_or_more(example):
    components = [c for chart in example.platform.charts for c in chart.components]
    assert len(example.platform.charts) >= 2
    assert len(components) >= 8


@pytest.fixture(scope="module")
def charts() -> list[dict[str, Any]]:
    """The charts of all examples, as they are written."""
    read = [read_source(path, path.parent).data for path in EXAMPLES]
    return [chart for data in read for chart in data["charts"].values()]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return platform_schema(load_kinds())


#: Settings that a component has whatever its kind.
EVERY_KIND = {"alerts", "patches"}


def test_every_kind_is_used(charts):
    used = {component["kind"] for chart in charts for component in chart["components"].values()}
    assert used == set(BUILT_IN)


@pytest.mark.parametrize("kinds", [APPLICATIONS, *((kind,) for kind in OTHERS)], ids="-".join)
def test_every_setting_of_a_kind_is_used(charts, schema, kinds):
    every = [component for chart in charts for component in chart["components"].values()]
    own = [component for component in every if component["kind"] in kinds]
    for kind in kinds:
        known = set(_settings(schema["definitions"][f"kind-{kind}"], schema, kind))
        # Every kind has them, from one definition: one component shows them for all.
        shared = {one for one in known if one.split(".")[1] in EVERY_KIND}
        unused = known - shared - set(_used(own, kind))
        assert {one for one in unused if not one.startswith(tuple(LEFT_OUT))} == set()
        assert shared - set(_used(every, kind)) == set()


def test_every_setting_of_a_chart_is_used(charts, schema):
    chart = dict(schema["definitions"]["chart"])
    chart["properties"] = {k: v for k, v in chart["properties"].items() if k != "components"}
    known = set(_settings(chart, schema, "chart"))
    unused = known - set(_used(charts, "chart"))
    assert {one for one in unused if not one.startswith(tuple(LEFT_OUT))} == set()


def _settings(node: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Dotted paths of all properties; what stands for any key is left out of the path."""
    if not isinstance(node, Mapping):
        return
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name != "component":
            yield from _settings(schema["definitions"][name], schema, path)
    for name, below in node.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from _settings(below, schema, f"{path}.{name}")
    for below in (*node.get("anyOf", ()), node.get("additionalProperties")):
        yield from _settings(below, schema, path)


def _used(data: Any, path: str) -> Iterator[str]:
    """Dotted paths of all keys, with and without each key on the way, since any may be a name."""
    if isinstance(data, list):
        for value in data:
            yield from _used(value, path)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield f"{path}.{key}"
            yield from _used(value, f"{path}.{key}")
            yield from _used(value, path)


def test_lints_without_a_warning(example, program):
    for chart in example.platform.charts:
        messages = program.lint([example.chart(chart.name)], kube_version="1.34")
        assert [m for m in messages if m.severity != "INFO"] == []


@pytest.mark.parametrize("version", ["1.28", "1.31", "1.34", "1.37"])
def test_renders_in_every_environment(example, program, version):
    for chart in example.platform.charts:
        for environment in (None, *example.platform.environments):
            objects = example.render(program, chart, environment, version=version)
            keys = [
                (o["kind"], o["metadata"]["name"], o["metadata"].get("namespace"))
                for o in objects.all
            ]
            assert len(keys) == len(set(keys)) > 10
            for kind, name, _ in keys:
                assert len(name) <= (52 if kind in ("StatefulSet", "CronJob") else 63), name


def test_the_first_environment_needs_nothing_foreign(example, program):
    for chart in example.platform.charts:
        first = example.platform.environments[0]
        objects = example.render(program, chart, first, foreign=False)
        own = re.compile(r"v1|apps/v1|batch/v1|policy/v1|autoscaling/v2|[a-z.]+\.k8s\.io/v1")
        assert {o["apiVersion"] for o in objects.all if not own.fullmatch(o["apiVersion"])} == set()


def test_what_is_missing_in_the_cluster_is_named(example, program):
    """Without the foreign APIs the last environment is refused, and says by which switch."""
    refused = []
    for chart in example.platform.charts:
        try:
            example.render(program, chart, example.platform.environments[-1], foreign=False)
        except helm.ToolError as error:
            assert "needs" in error.output
            assert "=false" in error.output or "=none" in error.output
            refused.append(chart.name)
    assert refused


def test_two_releases_fit_one_namespace(example, program):
    def names(chart: Chart, release: str) -> set[tuple[str, str]]:
        objects = example.render(program, chart, release=release)
        return {(o["kind"], o["metadata"]["name"]) for o in objects.all}

    for chart in example.platform.charts:
        long = "a-release-name-of-fifty-three-characters-at-the-most"
        shared = names(chart, chart.name) & names(chart, "other") | (
            names(chart, "other") & names(chart, long)
        )
        # One to a namespace, whoever installs it; and Secrets have fixed names.
        once = {"ExternalSecret", "PeerAuthentication", "SealedSecret"}
        assert {kind for kind, _ in shared} <= once, shared


def test_edges_are_open_at_both_ends_and_nothing_else_is(example, program):
    """Every declared edge between pods of a chart is let out and let in, and no other pair is."""
    for chart in example.platform.charts:
        policies = [o for o in example.render(program, chart).all if o["kind"] == "NetworkPolicy"]
        let_out, let_in = _pairs(policies, "egress", "to"), _pairs(policies, "ingress", "from")
        for edge in chart.edges:
            if edge.link is None or edge.namespace is not None:
                continue
            pair = (edge.source.name, edge.link.workload)
            assert pair in let_out, pair
            assert pair in let_in, pair
        declared = {(e.source.name, e.link.workload) for e in chart.edges if e.link is not None}
        names = {component.name for component in chart.components}
        both = {(a, b) for a, b in let_out & let_in if {a, b} <= names and a != b}
        scraper = chart.scrape.workload if chart.scrape else None
        assert {(a, b) for a, b in both - declared if a != scraper} == set()


def _pairs(policies: list[dict[str, Any]], direction: str, field: str) -> set[tuple[str, str]]:
    """(source, target), as one side's policies have it."""
    found = set()
    for policy in policies:
        own = _workload(policy["spec"]["podSelector"])
        for rule in policy["spec"].get(direction, ()):
            for peer in rule.get(field, ()):
                other = _workload(peer.get("podSelector", {}))
                if own and other:
                    found.add((own, other) if direction == "egress" else (other, own))
    return found


def _workload(selector: dict[str, Any]) -> str | None:
    """By the name that all charts give, or by an operator's own."""
    labels = selector.get("matchLabels", {})
    known = ("app.kubernetes.io/name", "cnpg.io/poolerName", "cnpg.io/cluster")
    return next((labels[label] for label in known if label in labels), None)


def test_words_of_the_author_reach_the_container(example, program):
    (chart,) = [c for c in example.platform.charts if c.name == "tracking"]
    job = example.render(program, chart).one("Job", "import-harbors-")
    assert container(job)["command"] == ["import", "--set", "{{ un/locode }}"]
