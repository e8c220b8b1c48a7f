"""The whole proof: what it says of the chart `shop` after each of the edits in `cases/`.

A case is a file with `edits` (in a file of the chart, what to find and what to put there) and
`values` (overlays by environment; `raw` is their text). Beside it lies what is found.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.check.charts import ChartTarget, Report, check_charts
from generator.errors import GeneratorError
from generator.findings import text
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.yaml"))
VERSIONS = ("1.25", "1.37")


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def real(request: pytest.FixtureRequest) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


@pytest.fixture
def helm4() -> Helm:
    return helm.find(needs.helm(4), project=Path("/nowhere"))


def shop(root: Path, case: Mapping[str, Any]) -> ChartTarget:
    """The chart with the edits of a case, and the overlays beside it."""
    folder = root / "charts" / "shop"
    shutil.copytree(HERE / "charts" / "shop", folder)
    for edit in case.get("edits", ()):
        file = folder / edit["file"]
        before = file.read_text()
        assert edit["find"] in before
        file.write_text(before.replace(edit["find"], edit["put"], 1))
    written = {name: yaml.safe_dump(values) for name, values in case.get("values", {}).items()}
    written |= case.get("raw", {})
    environments: dict[str, tuple[Path, ...]] = {}
    for name in ("dev", "production"):
        environments[name] = write(root, name, written[name]) if name in written else ()
    return ChartTarget(path=folder, release="shop", namespace="shop", environments=environments)


def write(root: Path, environment: str, content: str) -> tuple[Path]:
    file = root / "values" / environment / "shop.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    return (file,)


def prove(target: ChartTarget, program: Helm, root: Path, *versions: str) -> Report:
    return check_charts([target], program, kube_versions=versions or VERSIONS, root=root)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, real: Helm, tmp_path: Path, golden) -> None:
    report = prove(shop(tmp_path, yaml.safe_load(case.read_text())), real, tmp_path)
    said = text(report.findings).replace(str(tmp_path), "")
    # Where the two Helms say it in other words, there is a file for the old one.
    old = case.with_suffix(".helm3.txt")
    golden(old if real.version < (4,) and old.exists() else case.with_suffix(".txt"), said + "\n")


def test_every_message_has_its_case() -> None:
    stems = {path.name.partition(".")[0] for path in (HERE / "cases").glob("*.txt")}
    assert stems == {case.stem for case in CASES}


def test_report_tells_what_was_rendered(helm4: Helm, tmp_path: Path) -> None:
    case = {"values": {"production": {"web": {"certificate": {"enabled": True}}}}}
    report = prove(shop(tmp_path, case), helm4, tmp_path)
    assert report.findings == ()
    assert report.objects == {"shop": {"dev": 8, "production": 9}}
    assert [(each.environment, each.kube_version) for each in report.renderings] == [
        ("dev", "1.25"),
        ("dev", "1.37"),
        ("production", "1.25"),
        ("production", "1.37"),
    ]
    assert all(3000 < each.bytes < 9000 for each in report.renderings)
    assert 2500 < report.release_bytes["shop"] < 5000


def test_several_charts_at_once_each_with_its_findings(helm4: Helm, tmp_path: Path) -> None:
    good = shop(tmp_path / "a", {})
    edit = {"file": "charts/web/templates/service.yaml", "find": "ports:", "put": "portz:"}
    bad = shop(tmp_path / "b", {"edits": [edit]})
    report = check_charts([good, bad], helm4, kube_versions=["1.31"], root=tmp_path)
    assert {finding.path for finding in report.findings} == {
        "b/charts/shop/charts/web/templates/service.yaml"
    }


def test_a_chart_that_is_not_there(helm4: Helm, tmp_path: Path) -> None:
    target = ChartTarget(path=tmp_path / "x", release="x", namespace="x", environments={"a": ()})
    with pytest.raises(GeneratorError) as caught:
        prove(target, helm4, tmp_path)
    assert (caught.value.message, caught.value.hint) == (
        "no chart in x",
        "`python -m generator build` writes the charts",
    )


def test_a_version_without_schemas_stops_it(helm4: Helm, tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"no schemas for Kubernetes '1\.99'"):
        prove(shop(tmp_path, {}), helm4, tmp_path, "1.99")


def test_packed_subcharts_are_said_not_to_be_looked_into(helm4: Helm, tmp_path: Path) -> None:
    target = shop(tmp_path, {})
    web = target.path / "charts" / "web"
    shutil.make_archive(str(target.path / "charts" / "web-1.2.3"), "gztar", web.parent, "web")
    (target.path / "charts" / "web-1.2.3.tar.gz").rename(target.path / "charts" / "web-1.2.3.tgz")
    shutil.rmtree(web)
    (finding,) = prove(target, helm4, tmp_path, "1.37").findings
    assert finding.severity == "note"
    assert finding.path == "charts/shop/charts/web-1.2.3.tgz"


def test_without_lint_helm_lint_is_not_asked(helm4: Helm, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Helm, "lint", lambda *_, **__: pytest.fail("asked"))
    target = shop(tmp_path, {})
    report = check_charts([target], helm4, kube_versions=["1.37"], root=tmp_path, linted=False)
    assert report.findings == ()


def test_paths_outside_the_project_are_shown_whole(helm4: Helm, tmp_path: Path) -> None:
    target = shop(tmp_path / "elsewhere", {"raw": {"dev": "wbe: 1\n"}})
    (finding,) = prove(target, helm4, tmp_path / "project", "1.37").findings
    assert finding.path == f"{tmp_path}/elsewhere/values/dev/shop.yaml"
