"""Knobs turned one by one: many variants of a subchart in one call of Helm.

A wrapper chart holds one subchart many times, as dependencies with aliases, and each alias has
one knob turned. Only `.Chart.Name` would tell the aliases apart, so the copy has it written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.build.fill import fill_chart
from generator.build.plan import ChartPlan, plan_chart
from generator.errors import ToolError
from generator.kinds.api import Knob
from generator.spec.read import read_platform
from generator.tools.helm import Helm

#: Values of one variant: dotted path to value.
Values = Mapping[str, Any]

KUBE_VERSION = "1.34.0"
BATCH = 40


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A chart whose knobs are to be turned: an umbrella or a subchart, with all its files."""

    title: str
    chart: str
    plan: ChartPlan
    tree: Mapping[str, bytes]

    @property
    def knobs(self) -> tuple[Knob, ...]:
        return self.plan.knobs

    @property
    def templates(self) -> dict[str, str]:
        """Its own templates, without those of subcharts."""
        return {
            path: data.decode() for path, data in self.tree.items() if path.startswith("templates/")
        }


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One knob turned: what it needs, and that with the knob's other value."""

    knob: Knob
    without: Values
    turned: Values

    @property
    def for_all(self) -> bool:
        """Whether it changes `global`, which all aliases of a wrapper share."""
        return any(path.startswith("global.") for path in self.turned)


def subjects(spec: Path) -> Iterator[Subject]:
    """The umbrellas and subcharts of a spec."""
    platform = read_platform(spec)
    for chart in platform.charts:
        tree = fill_chart(platform, chart)
        for plan in plan_chart(platform, chart):
            inside = f"{plan.folder}/" if plan.folder else ""
            own = {
                path[len(inside) :]: data for path, data in tree.items() if path.startswith(inside)
            }
            title = f"{chart.name}/{plan.name}" if plan.folder else chart.name
            yield Subject(title=f"{platform.name}:{title}", chart=chart.name, plan=plan, tree=own)


def turn(knob: Knob) -> Turn:
    """From what the knob needs, which may set the knob itself, to another value of it."""
    without = dict(knob.needs)
    other = other_value(replace(knob, default=without.get(knob.path, knob.default)))
    return Turn(knob=knob, without=without, turned={**without, knob.path: other})


def other_value(knob: Knob) -> Any:
    """Another legal value: the knob's own `flip`, or one made from the schema."""
    if knob.flip is not None:
        return knob.flip
    schema, default = knob.schema, knob.default
    if "enum" in schema:
        return next(value for value in schema["enum"] if value != default)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    match kinds[0]:
        case "boolean":
            return not default
        case "integer" | "number":
            above = default + 1
            return above if above <= schema.get("maximum", above) else default - 1
        case "string":
            return "flipped"
        case "array":
            return [*default, "flipped"]
        case "object":
            return {**default, "flipped": "yes"}
    raise AssertionError(f"{knob.path}: no other value for {schema}")


def nested(values: Values) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *parents, leaf = path.split(".")
        node = tree
        for part in parents:
            node = node.setdefault(part, {})
        node[leaf] = value
    return tree


def dead_knobs(helm: Helm, subject: Subject, folder: Path) -> list[str]:
    """Paths of the knobs whose other value renders the same, or not at all, with the reason."""
    turns = [turn(knob) for knob in subject.knobs if not knob.live]
    if subject.plan.folder == "":
        return list(_dead_alone(helm, subject, turns, folder))
    own = [each for each in turns if not each.for_all]
    dead = list(_dead_alone(helm, subject, [each for each in turns if each.for_all], folder))
    for start in range(0, len(own), BATCH):
        dead += _dead_in_wrapper(helm, subject, own[start : start + BATCH], folder)
    return dead


def _dead_in_wrapper(
    helm: Helm, subject: Subject, turns: Sequence[Turn], folder: Path
) -> Iterator[str]:
    variants: dict[str, Values] = {}
    for number, each in enumerate(turns):
        variants[f"n{number}"] = each.without
        variants[f"t{number}"] = each.turned
    try:
        rendered = render_variants(helm, subject, variants, folder)
    except ToolError:
        # One of them is refused. Which one, and why, shows when each is rendered alone.
        yield from _dead_alone(helm, subject, turns, folder)
        return
    for number, each in enumerate(turns):
        if rendered[f"n{number}"] == rendered[f"t{number}"]:
            yield f"{subject.title}: {each.knob.path}"


def _dead_alone(helm: Helm, subject: Subject, turns: Sequence[Turn], folder: Path) -> Iterator[str]:
    chart = folder / "alone"
    _write(chart, subject.tree)
    known: dict[str, str] = {}

    def rendering(values: Values) -> str:
        text = json.dumps(nested(values))
        if text not in known:
            known[text] = _template(helm, subject, chart, text, folder)
        return known[text]

    for each in turns:
        try:
            if rendering(each.without) == rendering(each.turned):
                yield f"{subject.title}: {each.knob.path}"
        except ToolError as error:
            yield f"{subject.title}: {each.knob.path}: {error.output.strip()}"


def render_variants(
    helm: Helm, subject: Subject, variants: Mapping[str, Values], folder: Path
) -> dict[str, str]:
    """The manifests of each variant of a subchart, by its alias; equal variants cost once."""
    aliases: dict[str, str] = {}
    texts = {name: json.dumps(nested(values), sort_keys=True) for name, values in variants.items()}
    for text in texts.values():
        aliases.setdefault(text, f"alias{len(aliases)}")
    chart = folder / "wrapper"
    name = subject.plan.name
    copy = {
        path: data.replace(b".Chart.Name", f'"{name}"'.encode())
        if path.startswith("templates/")
        else data
        for path, data in subject.tree.items()
    }
    _write(chart / "charts" / name, copy)
    version = re.search(rb"^version: (.+)$", subject.tree["Chart.yaml"], re.MULTILINE)
    assert version is not None
    lines = ["apiVersion: v2", "name: wrapper", "version: 1.0.0", "dependencies:"]
    for alias in aliases.values():
        lines.append(f"- {{name: {name}, version: {version[1].decode()}, alias: {alias}}}")
    (chart / "Chart.yaml").write_text("\n".join(lines) + "\n")
    values = {alias: json.loads(text) for text, alias in aliases.items()}
    output = _template(helm, subject, chart, json.dumps(values), folder)
    found: dict[str, list[str]] = {alias: [] for alias in aliases.values()}
    for document in output.split("\n---\n"):
        source = re.search(r"^# Source: wrapper/charts/(alias\d+)/", document, re.MULTILINE)
        if source is not None:
            found[source[1]].append(document[source.end() :])
    return {name: "\n---\n".join(found[aliases[text]]) for name, text in texts.items()}


def _template(helm: Helm, subject: Subject, chart: Path, values: str, folder: Path) -> str:
    overlay = folder / "overlay.json"
    overlay.write_text(values)
    return helm.template(
        chart,
        release=subject.chart,
        namespace="proof",
        values=[overlay],
        kube_version=KUBE_VERSION,
        api_versions=_foreign_apis(subject),
    )


def _foreign_apis(subject: Subject) -> list[str]:
    """What the templates ask the cluster for, so that every switch may be on."""
    texts = b"\n".join(data for path, data in subject.tree.items() if "templates/" in path)
    return sorted({m.decode() for m in re.findall(rb'APIVersions\.Has "([^"]+)"', texts)})


def undeclared_values(subject: Subject) -> list[str]:
    """`.Values` paths in the templates that no knob declares."""
    paths = {knob.path for knob in subject.knobs}
    found = []
    for template, text in subject.templates.items():
        for used in re.findall(r"\.Values\.([A-Za-z0-9_.]*[A-Za-z0-9_])", text):
            parts = used.split(".")
            below = any(".".join(parts[:n]) in paths for n in range(1, len(parts) + 1))
            if not below and not any(path.startswith(f"{used}.") for path in paths):
                found.append(f"{subject.title}/{template}: .Values.{used}")
    return found


def _write(folder: Path, tree: Mapping[str, bytes]) -> None:
    for path, data in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
