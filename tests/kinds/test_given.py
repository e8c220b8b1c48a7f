"""What an installer may write into a values file without knowing what is behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.tools import helm
from generator.tools.helm import Helm
from generator.tools.pool import together
from tests import needs
from tests.kinds.knobs import Subject, subjects
from tests.kinds.proof import each_variant, required

SPECS = sorted([needs.ROOT / "platform.yaml", *needs.ROOT.glob("examples/*/platform.yaml")])
LARGE = 12345678
#: How Go prints a number that it read from a file, unless it is told that it is whole.
_EXPONENT = re.compile(r"\d[eE]\+\d\d")


@pytest.fixture(scope="module")
def real() -> Helm:
    return helm.find(needs.helm(4), project=Path("/nowhere"))


@pytest.fixture(scope="module", params=SPECS, ids=lambda path: path.parent.name)
def charts(request: pytest.FixtureRequest) -> list[Subject]:
    """One of those that are alike is enough: it is the same template."""
    alike = {
        (subject.plan.folder == "", tuple(knob.path for knob in subject.knobs)): subject
        for subject in subjects(request.param)
    }
    return list(alike.values())


def test_null_for_a_map_is_empty_or_refused_in_words(real, charts, tmp_path):
    """Helm takes the map away; no template may stumble over what is no longer there."""

    def of(number: int, subject: Subject):
        return lambda: stumbling(real, subject, tmp_path / str(number))

    found = together([of(number, subject) for number, subject in enumerate(charts)])
    assert [line for lines in found for line in lines] == []


def stumbling(real: Helm, subject: Subject, folder: Path) -> list[str]:
    schema = json.loads(subject.tree["values.schema.json"])
    paths = [path for path in maps(values_of(subject)) if not required(schema, path)]
    rendered = each_variant(real, subject, {path: {path: None} for path in paths}, folder)
    wrong = ("nil pointer", "map has no entry", "wrong type for value", "error calling")
    return [
        f"{subject.title}: {path}: {text[:300]}"
        for path, text in rendered.items()
        if any(words in text for words in wrong)
    ]


def values_of(subject: Subject) -> Mapping[str, Any]:
    return yaml.safe_load(subject.tree["values.yaml"])


def maps(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The maps in values, and in those; keys with dots are no paths here."""
    for key, value in values.items():
        if isinstance(value, Mapping) and "." not in key and (above or key != "global"):
            yield f"{above}{key}"
            yield from maps(value, f"{above}{key}.")


def test_large_numbers_stay_whole(real, charts, tmp_path):
    def of(number: int, subject: Subject):
        return lambda: broken_numbers(real, subject, tmp_path / str(number))

    found = together([of(number, subject) for number, subject in enumerate(charts)])
    assert [line for lines in found for line in lines] == []


def broken_numbers(real: Helm, subject: Subject, folder: Path) -> list[str]:
    """Of texts alone: as a number of YAML, 1e+07 is what was written.

    Not of replicas: some templates print a line for each, and ten million take minutes.
    """
    variants = {
        knob.path: {**knob.needs, knob.path: LARGE}
        for knob in subject.knobs
        if "integer" in knob.schema.get("type", ()) and knob.schema.get("maximum", LARGE) >= LARGE
        if not knob.path.lower().endswith("replicas")
    }
    rendered = each_variant(real, subject, variants, folder) if variants else {}
    return [
        f"{subject.title}: {path}: {line}"
        for path, output in rendered.items()
        for text in texts_of(output)
        for line in text.splitlines()
        if _EXPONENT.search(line)
    ]


def texts_of(output: str) -> Iterator[str]:
    """All texts of all objects, or why there are none."""
    try:
        # What is left of the comment with the template's name is no YAML.
        yield from texts(
            list(yaml.safe_load_all(re.sub(r"^templates/.*$", "", output, flags=re.M)))
        )
    except yaml.YAMLError:
        yield output


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
