"""The platforms of this repository, platform.yaml and each in examples/: built and rendered."""

from __future__ import annotations

import functools
import itertools
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.build.plan import ChartPlan, plan_chart
from generator.spec.model import Chart, Platform
from generator.spec.read import read_platform
from generator.spec.source import read_source
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs
from tests.kinds.knobs import nested

SPECS = (needs.ROOT / "platform.yaml", *sorted(needs.ROOT.glob("examples/*/platform.yaml")))

#: How long names may be: controllers append to some, and nothing is named after others.
LONGEST = {"StatefulSet": 52, "CronJob": 52}
LONGEST |= dict.fromkeys(("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"), 253)


def title(spec: Path) -> str:
    """What a test is called that looks at this platform."""
    return "main" if spec.parent == needs.ROOT else spec.parent.name


def copied(spec: Path, target: Path) -> Path:
    """A copy of all that people wrote for a platform, in a folder of its own."""
    target.mkdir(parents=True, exist_ok=True)
    source = read_source(spec, spec.parent)
    raw = [name for chart in source.data["charts"].values() for name in chart.get("manifests", ())]
    raw += [
        each["archive"]
        for chart in source.data["charts"].values()
        for each in chart.get("dependencies", {}).values()
    ]
    for name in (*source.files, *raw):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(spec.parent / name, target / name)
    for name in ("values", "kinds", "runbooks"):
        if (spec.parent / name).is_dir():
            shutil.copytree(spec.parent / name, target / name, dirs_exist_ok=True)
    for name in ("images.lock",):
        if (spec.parent / name).is_file():
            shutil.copy(spec.parent / name, target / name)
    return target / spec.name


@dataclass(frozen=True, kw_only=True)
class Made:
    """A chart that was built: what it was made of, and where it lies."""

    platform: Platform
    chart: Chart
    path: Path

    @functools.cached_property
    def plans(self) -> tuple[ChartPlan, ...]:
        """The umbrella's, then those of the subcharts."""
        return tuple(plan_chart(self.platform, self.chart))

    @functools.cached_property
    def switches(self) -> dict[str, bool]:
        """The umbrella's booleans with their defaults: its own, and the subcharts' conditions."""
        return {
            knob.path: knob.default
            for knob in self.plans[0].knobs
            if knob.schema.get("type") == "boolean"
        }

    def values_of(self, row: Mapping[str, bool]) -> dict[str, Any]:
        """The values that turn switches so, with what a switch needs where it is on."""
        needs = [knob.needs for knob in self.plans[0].knobs if row.get(knob.path)]
        return nested({path: value for each in needs for path, value in each.items()} | dict(row))

    @functools.cached_property
    def foreign_apis(self) -> tuple[str, ...]:
        """What the templates ask the cluster for, so that every switch may be on."""
        found = set()
        for path in self.path.rglob("templates/**/*"):
            if path.is_file():
                found |= set(re.findall(r'APIVersions\.Has "([^"]+)"', path.read_text()))
        return tuple(sorted(found))

    def overlay(self, environment: str) -> tuple[Path, ...]:
        path = self.path.parents[1] / "values" / environment / f"{self.chart.name}.yaml"
        return (path,) if path.is_file() else ()

    def render(
        self,
        *,
        values: Mapping[str, Any] | None = None,
        files: Sequence[Path] = (),
        release: str | None = None,
        kube_version: str = "1.34",
        major: int = 4,
        api_versions: Sequence[str] | None = None,
    ) -> Objects:
        """Its objects, on a cluster that has every foreign API unless told otherwise."""
        if values is not None:
            path = self.path.parents[1] / f"values-{next(_numbers)}.json"
            path.write_text(json.dumps(values))
            files = (*files, path)
        rendered = helm_of(major).template(
            self.path,
            release=release or self.chart.name,
            namespace=self.chart.namespace,
            values=files,
            kube_version=kube_version,
            api_versions=self.foreign_apis if api_versions is None else api_versions,
        )
        return Objects(all=tuple(parsed(rendered)))


@dataclass(frozen=True, kw_only=True)
class Objects:
    """Rendered objects."""

    all: tuple[dict[str, Any], ...]

    @functools.cached_property
    def by_name(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(each["kind"], each["metadata"]["name"]): each for each in self.all}

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (each for each in self.all if each["kind"] in kinds)

    @property
    def names(self) -> list[tuple[str, str, str]]:
        """Kind, namespace where it is not the release's own, and name."""
        return [
            (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"])
            for each in self.all
        ]

    @property
    def comparable(self) -> list[str]:
        """The same for the same objects, in whichever order and layout."""
        return sorted(json.dumps(each, sort_keys=True) for each in self.all)


def made(spec: Path) -> tuple[Made, ...]:
    """The charts that lie beside a spec."""
    platform = read_platform(spec)
    return tuple(
        Made(platform=platform, chart=chart, path=spec.parent / "charts" / chart.name)
        for chart in platform.charts
    )


def parsed(text: str) -> Iterator[dict[str, Any]]:
    """The objects in what `helm template` printed."""
    for document in yaml.load_all(text, Loader=_Loader):
        if document is not None:
            yield document


class _Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: without dates, and a key twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 as PyYAML declares it
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{sorted(twice)} twice{node.start_mark}"
        return super().construct_mapping(node, deep=deep)


@functools.cache
def helm_of(major: int) -> Helm:
    return helm.find(needs.helm(major), project=Path("/nowhere"))


_numbers = itertools.count()


def pairwise(names: Sequence[str]) -> list[dict[str, bool]]:
    """Rows of switches in which every two of them stand in all four ways at least once."""
    missing = {
        (a, x, b, y)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        for x in (False, True)
        for y in (False, True)
    }
    rows: list[dict[str, bool]] = []
    while missing:
        row: dict[str, bool] = {}
        for name in names:  # greedy: the way that covers most of what is missing
            gains = {
                way: sum((a, x, b, y) in missing for a, x in row.items() for b, y in ((name, way),))
                for way in (False, True)
            }
            open_ways = {
                way: sum((name, way) in ((a, x), (b, y)) for a, x, b, y in missing)
                for way in (False, True)
            }
            row[name] = max((True, False), key=lambda way: (gains[way], open_ways[way]))
        covered = {(a, x, b, y) for a, x, b, y in missing if row[a] is x and row[b] is y}
        if not covered:  # start from what is missing
            a, x, b, y = min(missing)
            row |= {a: x, b: y}
            covered = {(c, p, d, q) for c, p, d, q in missing if row[c] is p and row[d] is q}
        rows.append(row)
        missing -= covered
    return rows
