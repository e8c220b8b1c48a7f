"""The chart as a whole: every switch matters, and every combination of them renders."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.check import custom, kubernetes
from generator.check.manifests import ManifestReader
from generator.findings import ERROR
from generator.tools import helm
from generator.tools.helm import Helm
from generator.tools.pool import together
from tests import needs
from tests.kinds.knobs import Subject, nested, subjects, undeclared_values
from tests.kinds.proof import dead_knobs
from tests.kinds.rendering import Built
from tests.kinds.umbrella.shop import APIS, VARIANTS, variant

#: What a combination with the operator's own data needs to render at all.
ENCRYPTED = "AgA" + "A" * 97
SEALED = {
    "app-secrets": {"api-key": ENCRYPTED, "session.key": ENCRYPTED},
    "mail": {"token": ENCRYPTED},
}


@pytest.fixture(scope="module", params=VARIANTS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return variant(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture
def umbrella(built: Built) -> Subject:
    spec = built.path.parent.parent / "platform.yaml"
    return next(subject for subject in subjects(spec) if not subject.plan.folder)


def test_every_knob_changes_the_rendering(built, umbrella, tmp_path):
    assert dead_knobs(built.helm, umbrella, tmp_path) == []


def test_every_value_in_a_template_has_a_knob(umbrella):
    assert undeclared_values(umbrella) == []


@pytest.mark.parametrize("major", [4, 3])
def test_every_combination_of_two_switches_renders(built, umbrella, major, tmp_path):
    real = helm.find(needs.helm(major), project=Path("/nowhere"))
    rows = list(pairs(switches(umbrella)))
    calls = [
        lambda row=row, version=version, number=number: faults(
            real, built, row, version, tmp_path / f"{number}-{version}.json"
        )
        for number, row in enumerate(rows)
        for version in ("1.25", "1.37")
    ]
    assert [fault for found in together(calls) for fault in found] == []


def switches(subject: Subject) -> dict[str, tuple[Any, ...]]:
    """The switches of a chart, and the modes of its mesh."""
    found: dict[str, tuple[Any, ...]] = {
        knob.path: (True, False) for knob in subject.knobs if knob.schema.get("type") == "boolean"
    }
    if any(knob.path == "global.mesh" for knob in subject.knobs):
        found["global.mesh"] = ("none", "ambient", "sidecar")
    return found


def pairs(factors: Mapping[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Rows in which each two factors meet in each of their values, chosen greedily."""
    names = list(factors)
    missing = {
        (one, first, other, second)
        for one, other in itertools.combinations(names, 2)
        for first in factors[one]
        for second in factors[other]
    }

    def covered(row: Mapping[str, Any]) -> set[tuple[str, Any, str, Any]]:
        present = [name for name in names if name in row]
        return {(a, row[a], b, row[b]) for a, b in itertools.combinations(present, 2)}

    while missing:
        one, first, other, second = min(missing, key=str)
        row: dict[str, Any] = {one: first, other: second}
        for name in names:
            if name not in row:
                best = max(factors[name], key=lambda v: len(covered({**row, name: v}) & missing))
                row[name] = best
        missing -= covered(row)
        yield row


def faults(
    real: Helm, built: Built, row: Mapping[str, Any], version: str, overlay: Path
) -> list[str]:
    """What is wrong with one rendering: its text, its objects, or that there is none."""
    sealed = {"sealedSecrets.encryptedData": SEALED} if "sealedSecrets.enabled" in row else {}
    overlay.write_text(json.dumps(nested({**row, **sealed})))
    text = real.template(
        built.path,
        release="shop",
        namespace="shop",
        values=[overlay],
        kube_version=version,
        api_versions=APIS,
    )
    manifest = ManifestReader(folder="charts/shop", namespace="shop").read(text)
    findings = list(manifest.findings)
    for each in manifest.objects:
        found = kubernetes.check(each, version)
        findings += custom.check(each) if found is None else found
    # Helm ends each template with an empty line; there must be no other, and no trailing space.
    bad = re.findall(r"^.*\n[ \t]*\n(?!---\n|\Z)|^.*[ \t]$", text, re.MULTILINE)
    return [
        *(f"{version} {row}: {f.subject}: {f.message}" for f in findings if f.severity == ERROR),
        *(f"{version} {row}: {line!r}" for line in bad),
    ]


def test_pairs_leave_nothing_out():
    factors = {"a": (True, False), "b": (1, 2, 3), "c": (True, False), "d": (True, False)}
    rows = list(pairs(factors))
    for one, other in itertools.combinations(factors, 2):
        met = {(row[one], row[other]) for row in rows}
        assert met == set(itertools.product(factors[one], factors[other]))


class TestPlainChart:
    """A chart whose spec asks for nothing has nothing of it."""

    def test_has_no_knob_and_no_template_that_nobody_asked_for(self, tmp_path):
        built = variant(tmp_path, "bare")
        names = {path.name for path in (built.path / "templates").iterdir()}
        assert names == {
            "NOTES.txt",
            "_helpers.tpl",
            "networkpolicy-default-deny.yaml",
            "networkpolicy-dns.yaml",
            "validate.yaml",
        }
        assert not (built.path / "ci").exists()

    def test_renders_without_anything_foreign(self, tmp_path):
        kinds = {each["kind"] for each in variant(tmp_path, "bare").render().all}
        assert "Deployment" in kinds
        assert not kinds & {"Ingress", "Role", "ResourceQuota", "Certificate", "Job"}


def test_values_for_chart_testing_render(built):
    for file in sorted((built.path / "ci").glob("*-values.yaml")):
        text = built.helm.template(
            built.path,
            release="shop",
            namespace="shop",
            values=[file],
            kube_version="1.34",
            api_versions=APIS,
        )
        assert "kind: Deployment" in text, file.name


@pytest.mark.parametrize("name", VARIANTS)
def test_notes_are_short_and_plain(name, tmp_path):
    built = variant(tmp_path, name)
    notes = (built.path / "templates" / "NOTES.txt").read_text()
    assert len([line for line in notes.splitlines() if not line.startswith("{{-")]) <= 25
    assert notes.isascii()
    assert ("retired" in notes) == (name == "retired")
