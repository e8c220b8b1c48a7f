"""Every broken overlay of `overlays/` gives exactly the message beside it, and no other.

`<name>.yaml` is values/production/shop.yaml of one small platform, `dev-<name>.yaml` that of dev,
`<name>/` holds a folder `values`. `<name>.txt` is what `check` says; `fine-…` says nothing.
`made/` has the messages of files that no editor would keep, made by `made.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator import pipeline
from generator.findings import NOTE, text
from generator.spec.read import read_platform
from tests import needs
from tests.bad.made import MADE

HERE = Path(__file__).parent / "overlays"
CASES = sorted(
    path for path in HERE.iterdir() if path.suffix in (".yaml", "") and path.stem != "made"
)
BROKEN = [case for case in CASES if not case.stem.startswith("fine-")]
#: What is only so of a spec is left out: an overlay may be missing.
WRONG_BYTES = sorted(
    name
    for name in set(MADE) - {"link-in-a-circle", "windows-line-ends"}
    if not name.startswith("missing")
)
Golden = Callable[[Path, str], None]

SPEC = """\
name: shop
environments: [dev, production]
charts:
  shop:
    version: 1.0.0
    namespace: shop
    secrets: {back-secrets: [database]}
    components:
      front:
        kind: web
        image: registry.example.com/front:1.0.0
        port: 8080
        probes: {live: /live, ready: /ready}
        resources: {cpu: [100m, 1], memory: [64Mi, 128Mi]}
        scale: {min: 2, max: 6, cpu: 70}
      back:
        kind: web
        image: registry.example.com/back:1.0.0
        port: 8080
        probes: {live: /live, ready: /ready}
        resources: {cpu: [100m, 1], memory: [64Mi, 128Mi]}
        secrets: {DATABASE: back-secrets/database}
    routes:
      shop.example.com: front
      www.example.com: back
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    spec = folder / "platform.yaml"
    spec.write_text(SPEC)
    pipeline.write(pipeline.fill(spec, read_platform(spec)), ())
    return folder


@pytest.fixture
def project(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The platform, whose charts no test changes, without overlays."""
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))
    yield built
    shutil.rmtree(built / "values", ignore_errors=True)


def said(project: Path) -> str:
    """All that a check says of the platform but notes, as people read it."""
    spec = project / "platform.yaml"
    platform = read_platform(spec)
    report = pipeline.prove_charts(spec, platform, platform.environments, ("1.34",), None)
    return text([one for one in report.findings if one.severity != NOTE])


def place(project: Path, case: Path) -> None:
    """Put an overlay where the platform has it."""
    if case.is_dir():
        shutil.copytree(case, project, dirs_exist_ok=True)
        return
    words = case.stem.removeprefix("fine-").partition("-")
    environment = "dev" if words[0] == "dev" else "production"
    shutil.copy(case, overlay(project, environment))


def overlay(project: Path, environment: str) -> Path:
    path = project / "values" / environment / "shop.yaml"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.stem)
def test_a_broken_overlay_has_its_message(case: Path, project: Path, golden: Golden) -> None:
    place(project, case)
    message = said(project)
    assert message.startswith("values/")
    golden(case.with_suffix(".txt"), message + "\n")


@pytest.mark.parametrize("case", sorted({*CASES} - {*BROKEN}), ids=lambda case: case.stem)
def test_a_good_overlay_has_none(case: Path, project: Path) -> None:
    place(project, case)
    assert said(project) == ""


@pytest.mark.parametrize("name", WRONG_BYTES)
def test_a_made_overlay_has_its_message(name: str, project: Path, golden: Golden) -> None:
    MADE[name](overlay(project, "production"))
    golden(HERE / "made" / f"{name}.txt", said(project) + "\n")


def test_overlays_of_several_environments_are_judged_together(project: Path) -> None:
    overlay(project, "dev").write_text("back: [\n")
    overlay(project, "production").write_text("bakc: {}\n")
    places = [line.split(": ")[0] for line in said(project).splitlines() if line[0] != " "]
    assert places == ["values/dev/shop.yaml:2:1", "values/production/shop.yaml:1:1"]


def test_a_placeholder_is_told_in_dev_but_stops_nothing(project: Path) -> None:
    place(project, HERE / "fine-dev-placeholder.yaml")
    spec = project / "platform.yaml"
    report = pipeline.prove_charts(spec, read_platform(spec), ("dev",), ("1.34",), None)
    notes = [one for one in report.findings if one.rule == "no-secret-values"]
    assert [one.severity for one in notes] == [NOTE]


def test_every_message_has_its_case() -> None:
    cases = {case.with_suffix(".txt") for case in BROKEN}
    cases |= {HERE / "made" / f"{name}.txt" for name in WRONG_BYTES}
    assert {*HERE.glob("*.txt"), *(HERE / "made").glob("*.txt")} == cases
