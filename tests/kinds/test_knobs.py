"""Every value of every chart matters, and every value that a template uses is declared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.tools import helm
from generator.tools.helm import Helm
from generator.tools.pool import together
from tests import needs
from tests.kinds.knobs import Subject, subjects, undeclared_values
from tests.kinds.proof import dead_knobs, null_knobs
from tests.kinds.rendering import RESOURCES, build

SPECS = sorted(
    [
        needs.ROOT / "platform.yaml",
        *needs.ROOT.glob("examples/*/platform.yaml"),
        # The only one that an operator watches.
        needs.ROOT / "tests" / "cases" / "operator" / "platform.yaml",
    ]
)


@pytest.fixture(scope="module")
def real() -> Helm:
    return helm.find(needs.helm(4), project=Path("/nowhere"))


@pytest.fixture(scope="module", params=SPECS, ids=lambda path: path.parent.name)
def charts(request: pytest.FixtureRequest) -> list[Subject]:
    return list(subjects(request.param))


def test_every_knob_changes_the_rendering(real, charts, tmp_path):
    def of(number: int, subject: Subject):
        return lambda: dead_knobs(real, subject, tmp_path / str(number))

    found = together([of(number, subject) for number, subject in enumerate(charts)])
    assert [line for dead in found for line in dead] == []


def test_null_is_empty_or_refused(real, charts, tmp_path):
    def of(number: int, subject: Subject):
        return lambda: null_knobs(real, subject, tmp_path / str(number))

    # One of those that are alike is enough: it is the same template.
    alike = {(each.plan.folder == "", tuple(k.path for k in each.knobs)): each for each in charts}
    found = together([of(number, subject) for number, subject in enumerate(alike.values())])
    assert [line for wrong in found for line in wrong] == []


def test_every_value_in_a_template_has_a_knob(charts):
    assert [line for subject in charts for line in undeclared_values(subject)] == []


def test_no_knob_is_declared_twice(charts):
    twice = []
    for subject in charts:
        paths = [knob.path for knob in subject.knobs]
        twice += [f"{subject.title}: {path}" for path in set(paths) if paths.count(path) > 1]
    assert twice == []


# A proof that could not fail would prove nothing: these are charts with faults.


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    folder = tmp_path_factory.mktemp("proof")
    component = {"kind": "job", "image": "shop/seed", "resources": RESOURCES}
    build(folder, {"seed": component})
    (seed,) = [s for s in subjects(folder / "platform.yaml") if s.plan.name == "seed"]
    return seed


def without(seed: Subject, old: str, new: str) -> Subject:
    """The same chart with every template edited."""
    tree = {
        path: data.replace(old.encode(), new.encode()) if "templates/" in path else data
        for path, data in seed.tree.items()
    }
    return replace(seed, tree=tree)


def test_the_proof_finds_nothing_in_a_good_chart(real, seed, tmp_path):
    assert dead_knobs(real, seed, tmp_path) == []


def test_the_proof_finds_knobs_that_no_template_uses(real, seed, tmp_path):
    dead = without(seed, "{{ .Values.backoffLimit }}", "2")
    assert dead_knobs(real, dead, tmp_path) == ["shop:shop/seed: backoffLimit"]


def test_the_proof_finds_global_knobs_that_no_template_uses(real, seed, tmp_path):
    dead = without(seed, "range .Values.global.dnsAddresses", "range list")
    assert dead_knobs(real, dead, tmp_path) == ["shop:shop/seed: global.dnsAddresses"]


def test_the_proof_names_the_knob_that_does_not_render(real, seed, tmp_path):
    fail = '{{ fail "sorry" }}{{ end }}\nspec:\n  backoffLimit'
    dead = without(seed, "spec:\n  backoffLimit", "{{ if ne .Values.backoffLimit 2.0 }}" + fail)
    found = dead_knobs(real, dead, tmp_path)
    assert len(found) == 1
    assert found[0].startswith("shop:shop/seed: backoffLimit: ")
    assert "sorry" in found[0]


def test_the_proof_finds_values_that_no_knob_declares(seed):
    used = without(seed, ".Values.backoffLimit", ".Values.limits.backoff")
    assert undeclared_values(used) == ["shop:shop/seed/templates/job.yaml: .Values.limits.backoff"]
