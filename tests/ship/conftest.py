from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs

CHARTS = Path(__file__).parent / "charts"


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def real_helm(request) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


@pytest.fixture
def shop(tmp_path) -> Path:
    """A copy of the umbrella chart, to change at will."""
    return Path(shutil.copytree(CHARTS / "shop", tmp_path / "shop"))


@pytest.fixture(autouse=True)
def default_time(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
