from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
from pathlib import Path

import pytest

from generator.ship import archive
from generator.ship.archive import Package
from generator.tools import helm, process
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


@pytest.fixture(scope="session")
def start_registry(tmp_path_factory):
    """Start a registry of a flavour, once, for as long as the tests run."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def start(flavour: str) -> registry.Server:
            folder = tmp_path_factory.mktemp(flavour)
            return stack.enter_context(registry.running(folder, **FLAVOURS[flavour]))

        yield start


@pytest.fixture(params=FLAVOURS)
def any_registry(request, start_registry) -> registry.Server:
    return start_registry(request.param)


@pytest.fixture(params=["htpasswd", "tls", "token"])
def private_registry(request, start_registry) -> registry.Server:
    """One that wants a login."""
    return start_registry(request.param)


@pytest.fixture
def plain_registry(start_registry) -> registry.Server:
    return start_registry("plain")


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def real_helm(request) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


_numbers = itertools.count()


@pytest.fixture
def where() -> str:
    """A path in a registry that no other test uses."""
    return f"charts/{os.getpid()}-{next(_numbers)}"


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


@pytest.fixture
def run(real_helm, tmp_path):
    """Helm as a user has it, with homes of its own."""
    homes = {f"HELM_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "CONFIG", "DATA")}
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), **homes}

    def call(*words: object) -> str:
        command = [real_helm.path, *map(str, words)]
        return process.run(command, env=environment, cwd=tmp_path).stdout

    return call
