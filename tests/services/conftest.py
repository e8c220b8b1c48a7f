from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.ship import archive
from generator.ship.archive import Package
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs
from tests.services import registry

SHOP = Path(__file__).parent.parent / "ship" / "charts" / "shop"

FLAVOURS = {
    "plain": {},
    "htpasswd": {"htpasswd": True},
    "tls": {"tls": True, "htpasswd": True},
    "token": {"token": True},
}


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """No credentials or settings of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "0.0.0.0,127.0.0.1")
    for name in (
        "HELM_REGISTRY_CONFIG",
        "HELM_CONFIG_HOME",
        "XDG_CONFIG_HOME",
        "DOCKER_CONFIG",
        "SOURCE_DATE_EPOCH",
        "no_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", params=FLAVOURS)
def any_registry(request, tmp_path_factory):
    """A registry of each flavour, for as long as the tests run."""
    with registry.running(
        tmp_path_factory.mktemp(request.param), **FLAVOURS[request.param]
    ) as server:
        yield server


@pytest.fixture(scope="session")
def plain_registry(tmp_path_factory):
    with registry.running(tmp_path_factory.mktemp("plain")) as server:
        yield server


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def real_helm(request) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


@pytest.fixture
def pack(tmp_path):
    """Pack the umbrella chart with another name, version or greeting."""

    def packed(name: str = "shop", version: str = "1.2.3", greeting: str = "welcome") -> Package:
        chart = tmp_path / "source" / f"{name}-{version}-{greeting}"
        if not chart.exists():
            shutil.copytree(SHOP, chart)
            text = (chart / "Chart.yaml").read_text()
            text = text.replace("name: shop", f"name: {name}").replace("1.2.3", version)
            (chart / "Chart.yaml").write_text(text)
            (chart / "values.yaml").write_text(f"greeting: {greeting}\n")
        return archive.pack(chart, tmp_path / "packed" / greeting)

    return packed
