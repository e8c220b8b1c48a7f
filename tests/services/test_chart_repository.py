"""A directory with index.yaml, behind a web server, used by both Helms as people use it."""

from __future__ import annotations

import pytest
import yaml

from generator.errors import ToolError
from generator.ship.publish import publish
from tests.services import web


@pytest.fixture
def served(tmp_path, pack):
    """The address of a repository with two versions of the umbrella, and its archives."""
    packages = [pack(), pack(version="1.10.0")]
    publish([each.path for each in packages], str(tmp_path / "repo"), find_helm=lambda: None)
    with web.serving(tmp_path / "repo") as address:
        yield address, packages


def test_versions_are_found_newest_first(served, run):
    address, _ = served
    run("repo", "add", "ours", address)
    found = yaml.safe_load(run("search", "repo", "ours/shop", "--versions", "--output", "yaml"))
    assert [each["version"] for each in found] == ["1.10.0", "1.2.3"]
    assert {each["app_version"] for each in found} == {"1.10"}


def test_the_archive_comes_back_byte_for_byte(served, run, tmp_path):
    address, (first, _) = served
    run("repo", "add", "ours", address)
    run("pull", "ours/shop", "--version", "1.2.3", "--destination", tmp_path)
    assert (tmp_path / "shop-1.2.3.tgz").read_bytes() == first.path.read_bytes()


def test_the_newest_is_rendered_when_no_version_is_named(served, run):
    address, _ = served
    text = run("template", "rel", "shop", "--repo", address, "--kube-version", "1.31.0")
    assert "helm.sh/chart: shop-1.10.0" in text
    assert "name: rel-cart" in text


def test_it_is_installed_with_a_client_side_dry_run(served, run, real_helm):
    address, _ = served
    if real_helm.version < (4,):  # Helm 3 asks the cluster for its version even then
        with pytest.raises(ToolError, match="cluster unreachable"):
            run("install", "rel", "shop", "--repo", address, "--dry-run=client")
        return
    text = run("install", "rel", "shop", "--repo", address, "--dry-run=client")
    assert "name: rel-cart" in text
    assert "The shop says welcome." in text


def test_it_is_a_dependency_of_another_chart(served, run, tmp_path):
    address, _ = served
    mall = tmp_path / "mall"
    mall.mkdir()
    (mall / "Chart.yaml").write_text(
        "apiVersion: v2\nname: mall\nversion: 1.0.0\n"
        f"dependencies: [{{name: shop, version: ^1.2.0, repository: '{address}'}}]\n"
    )
    run("dependency", "update", mall)
    assert [path.name for path in (mall / "charts").iterdir()] == ["shop-1.10.0.tgz"]
    (mall / "values.yaml").write_text("shop: {greeting: from the mall}\n")
    text = run("template", "rel", mall, "--kube-version", "1.31.0")
    assert 'greeting: "from the mall"' in text
    assert "name: rel-cart" in text
