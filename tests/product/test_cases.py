"""Small platforms, each with the charts that it becomes: read the difference before you commit.

`pytest tests/product/test_cases.py --refresh-golden` writes tests/cases/*/charts anew.
"""

from __future__ import annotations

import shutil

import pytest

from generator import pipeline
from generator.build.fill import SOURCE_MAP
from generator.findings import WARNING, worst
from tests import needs
from tests.product.running import files

CASES = sorted(path.parent for path in (needs.ROOT / "tests" / "cases").glob("*/platform.yaml"))


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request, tmp_path):
    """A case, and a copy of what people wrote in it."""
    copy = tmp_path / request.param.name
    shutil.copytree(request.param, copy, ignore=shutil.ignore_patterns("charts", "__pycache__"))
    return request.param, copy


def test_the_charts_are_those_of_the_case(case, request):
    folder, copy = case
    pipeline.build(copy / "platform.yaml", prove=False)
    got = files(copy / "charts")
    if request.config.getoption("--refresh-golden"):
        shutil.rmtree(folder / "charts", ignore_errors=True)
        shutil.copytree(copy / "charts", folder / "charts")
    wanted = files(folder / "charts")
    assert sorted(got) == sorted(wanted)
    for name in got:
        assert got[name].decode() == wanted[name].decode(), name
    assert any(name.endswith(f"/{SOURCE_MAP}") for name in got)


def test_the_case_is_proven_and_packaged(case, monkeypatch):
    """On every Kubernetes version, without an error."""
    _, copy = case
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))
    summary = pipeline.build(copy / "platform.yaml", prove=True)
    assert " in " not in summary.done and "changed" in summary.done
    from generator import commands

    report = commands.check(
        copy / "platform.yaml", helm=None, environments=(), versions=(), progress=lambda _: None
    )
    assert worst(report.findings) in (None, WARNING, "note"), report.findings
    assert len(list((copy / "dist").glob("*.tgz"))) == len(list((copy / "charts").iterdir()))
