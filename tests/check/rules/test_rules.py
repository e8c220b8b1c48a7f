"""Each rule on the manifests of its folder: good ones pass, bad ones give the messages beside them.

Documents have no apiVersion: rules look at kinds. The snippets of a rule's docstring are
run like the files, so that the documentation cannot be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from generator.check.manifests import ManifestReader
from generator.check.objects import Object
from generator.check.rendering import Rendering
from generator.check.rules import OBJECT_RULES, RENDERING_RULES, TEMPLATE_RULES
from generator.check.rules.api import Violation

HERE = Path(__file__).parent
RULES = {**OBJECT_RULES, **RENDERING_RULES}
FILES = sorted(HERE.glob("*/*.yaml"))


def objects_in(text: str) -> Iterator[Object]:
    """Every document is an object of its own, also one that is there twice."""
    for document in re.split(r"(?m)^---$", text):
        manifest = ManifestReader(folder="chart", namespace="here").read(
            f"apiVersion: v1\n{document}"
        )
        assert manifest.findings == ()
        yield from manifest.objects


def said(rule_id: str, text: str) -> list[str]:
    rule = RULES[rule_id]
    objects = tuple(objects_in(text))
    found: list[Violation] = []
    if rule_id in OBJECT_RULES:
        found = [v for obj in objects for v in OBJECT_RULES[rule_id].check(obj, obj.workload)]
    else:
        found = list(RENDERING_RULES[rule_id].check(Rendering(objects=objects)))
    assert rule_id == rule.ID
    return [
        f"{v.severity or rule.SEVERITY}: {v.object.title}: {v.message}"
        + (f"\n    hint: {v.hint}" if v.hint else "")
        for v in found
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_rule_on_manifest(file: Path, golden) -> None:
    found = said(file.parent.name, file.read_text())
    if file.stem.startswith("good-"):
        assert found == []
        return
    assert file.stem.startswith("bad-")
    assert found, f"{file.parent.name} finds nothing wrong here"
    golden(file.with_suffix(".txt"), "\n".join(found) + "\n")


def snippet(module: ModuleType, title: str) -> str:
    """The indented block under `Good:` or `Bad:` of a docstring."""
    lines = (module.__doc__ or "").split(f"\n{title}:\n\n")[1].splitlines()
    block = []
    for line in lines:
        if line and not line.startswith("    "):
            break
        block.append(line[4:])
    return "\n".join(block).strip() + "\n"


@pytest.mark.parametrize("rule_id", RULES)
def test_snippets_of_the_docstring(rule_id: str) -> None:
    rule = RULES[rule_id]
    assert isinstance(rule, ModuleType)
    assert said(rule_id, snippet(rule, "Good")) == []
    assert said(rule_id, snippet(rule, "Bad")) != []


def test_registries_are_sorted_complete_and_named_as_their_modules() -> None:
    every = {**OBJECT_RULES, **RENDERING_RULES, **TEMPLATE_RULES}
    for registry in (OBJECT_RULES, RENDERING_RULES, TEMPLATE_RULES):
        assert list(registry) == sorted(registry)
    for rule_id, rule in every.items():
        assert isinstance(rule, ModuleType)
        assert rule_id == rule.ID == rule.__name__.rpartition(".")[2].replace("_", "-")
    folder = Path(str(OBJECT_RULES["no-latest-tag"].__file__)).parent  # type: ignore[attr-defined]
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py")}
    assert modules - {"--init--", "api"} == set(every)


def test_every_rule_has_good_and_bad_files() -> None:
    for rule_id in RULES:
        names = [path.stem.partition("-")[0] for path in HERE.glob(f"{rule_id}/*.yaml")]
        assert {"good", "bad"} <= set(names), rule_id
    assert {path.parent.name for path in FILES} == set(RULES)
    orphans = {p for p in HERE.glob("*/*.txt") if not p.with_suffix(".yaml").is_file()}
    assert orphans == set()
