"""Knobs turned one by one: many variants of a subchart in one call of Helm.

A wrapper chart holds one subchart many times, as dependencies with aliases, and each alias has
one knob turned. Only `.Chart.Name` would tell the aliases apart, so the copy has it written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.build.values import may_be_empty
from generator.errors import ToolError
from generator.kinds.api import Knob
from generator.tools.helm import Helm
from tests.kinds.knobs import Subject, Turn, Values, nested, turn

KUBE_VERSION = "1.34.0"
BATCH = 40


def dead_knobs(helm: Helm, subject: Subject, folder: Path) -> list[str]:
    """Paths of the knobs whose other value renders the same, or not at all, with the reason.

    Of those that need a cluster to show, only that a template uses them.
    """
    texts = "\n".join(subject.templates.values())
    unused = [
        f"{subject.title}: {knob.path}"
        for knob in subject.knobs
        if knob.live and f".Values.{knob.path}" not in texts
    ]
    return [*unused, *_dead_knobs(helm, subject, folder)]


def _dead_knobs(helm: Helm, subject: Subject, folder: Path) -> list[str]:
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


def null_knobs(helm: Helm, subject: Subject, folder: Path) -> list[str]:
    """Paths of the knobs that null takes away without a word, though it isn't the same as empty.

    Null must be what empty is where that is legal, and be refused by the schema where not.
    """
    schema = json.loads(subject.tree["values.schema.json"])
    variants: dict[str, Values] = {}
    bad = []
    for knob in subject.knobs:
        if not may_be_empty(knob.schema):
            if not required(schema, knob.path):
                bad.append(f"{subject.title}: {knob.path} is not required")
        elif not knob.live and not any(each.startswith("global.") for each in turn(knob).turned):
            variants[f"{knob.path} null"] = {**knob.needs, knob.path: None}
            variants[f"{knob.path} empty"] = {**knob.needs, knob.path: _empty(knob)}
    rendered = each_variant(helm, subject, variants, folder)
    paths = {name.rpartition(" ")[0]: None for name in variants}
    for path in paths:
        if rendered[f"{path} null"] != rendered[f"{path} empty"]:
            bad.append(f"{subject.title}: {path}: {rendered[f'{path} null'][:300]}")
    return bad


def _empty(knob: Knob) -> Any:
    """A map is emptied key by key, as Helm merges it into the default."""
    if isinstance(knob.default, Mapping):
        return dict.fromkeys(knob.default)
    return [] if isinstance(knob.default, list) else ""


def required(schema: Mapping[str, Any], path: str) -> bool:
    node = schema
    for part in path.split("."):
        if part not in node.get("properties", {}):
            return node.get("additionalProperties") is not False
        inside = node["properties"][part]
        if "$ref" in inside:
            inside = schema["definitions"][inside["$ref"].rpartition("/")[2]]
        elif part not in node.get("required", ()):
            return False
        node = inside
    return True


def each_variant(
    helm: Helm, subject: Subject, variants: Mapping[str, Values], folder: Path
) -> dict[str, str]:
    """What each renders, or why it is refused: all at once where none is."""
    if subject.plan.folder:
        try:
            return render_variants(helm, subject, variants, folder)
        except ToolError:
            pass
    chart = folder / "alone"
    _write(chart, subject.tree)
    found = {}
    for name, values in variants.items():
        try:
            found[name] = _template(helm, subject, chart, json.dumps(nested(values)), folder)
        except ToolError as error:
            found[name] = error.output.strip()
    return found


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
            found[source[1]].append(document[source.end() :].rstrip())
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


def _write(folder: Path, tree: Mapping[str, bytes]) -> None:
    for path, data in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
