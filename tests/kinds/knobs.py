"""The knobs of a spec's charts, and what turning one means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.build.fill import fill_chart
from generator.build.plan import ChartPlan, plan_chart
from generator.kinds.api import Knob
from generator.spec.read import read_platform

#: Values of one variant: dotted path to value.
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A chart whose knobs are to be turned: an umbrella or a subchart, with all its files.

    `below` are the paths that an umbrella sees of its subcharts' values.
    """

    title: str
    chart: str
    plan: ChartPlan
    tree: Mapping[str, bytes]
    below: frozenset[str] = frozenset()

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
        umbrella, *subcharts = plan_chart(platform, chart)
        below = frozenset(f"{sub.name}.{knob.path}" for sub in subcharts for knob in sub.knobs)
        title = f"{platform.name}:{chart.name}"
        yield Subject(title=title, chart=chart.name, plan=umbrella, tree=tree, below=below)
        for plan in subcharts:
            inside = f"{plan.folder}/"
            own = {path[len(inside) :]: tree[path] for path in tree if path.startswith(inside)}
            yield Subject(title=f"{title}/{plan.name}", chart=chart.name, plan=plan, tree=own)


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


def undeclared_values(subject: Subject) -> list[str]:
    """`.Values` paths in the templates that no knob declares."""
    paths = subject.below | {knob.path for knob in subject.knobs}
    found = []
    for template, text in subject.templates.items():
        plain = re.sub(r'\(index \.Values "([^"]+)"\)', r".Values.\1", text)
        for used in re.findall(r"\.Values\.([-A-Za-z0-9_.]*[A-Za-z0-9_])", plain):
            parts = used.split(".")
            below = any(".".join(parts[:n]) in paths for n in range(1, len(parts) + 1))
            if not below and not any(path.startswith(f"{used}.") for path in paths):
                found.append(f"{subject.title}/{template}: .Values.{used}")
    return found
