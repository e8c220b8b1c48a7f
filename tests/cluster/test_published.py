"""From the version of a chart that was published last to this one, with the values of then."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.reach import Cluster, until
from tests.cluster.releases import Release, chart

PUBLISHED = Path(__file__).parent / "published"
ARCHIVES = {path.name.rpartition("-")[0]: path for path in PUBLISHED.glob("*.tgz")}
#: What must be the same object afterwards: data, and what others find the release by.
KEPT = "persistentvolumeclaims,statefulsets,services,secrets,ingresses"


def test_each_chart_has_one() -> None:
    from tests.needs import ROOT

    assert sorted(ARCHIVES) == sorted(path.name for path in (ROOT / "charts").iterdir())


@pytest.fixture(params=sorted(ARCHIVES))
def old(request, equipped: Cluster, major, tmp_path):
    """What was published, installed with what its users had set."""
    name = request.param
    with tarfile.open(ARCHIVES[name]) as archive:
        archive.extractall(tmp_path, filter="data")
    with equipped.fresh_namespace(f"published-helm{major}") as namespace:
        release = Release(
            cluster=equipped,
            chart=tmp_path / name,
            namespace=namespace,
            name=name,
            major=major,
        )
        if name == "monitoring":  # it reads the application's namespace
            equipped.create_namespace("bookedbarber-v2")
        release.prepare()
        release.upgrade(f"--values={ARCHIVES[name].with_suffix('.yaml')}")
        yield release


def kept(release: Release) -> dict[str, str]:
    """Objects by kind and name, with their ids: one that was made anew has another."""
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["uid"]
        for each in release.all(KEPT)
        if each.get("type") != "helm.sh/release.v1"
    }


def test_upgrades_with_the_old_values_and_loses_nothing(old: Release) -> None:
    new = replace(old, chart=chart(old.name))
    values = f"--values={ARCHIVES[old.name].with_suffix('.yaml')}"
    before, sent = kept(old), old.manifest
    # What this version asks for beyond the old one: its README says so.
    new.prepare()
    new.upgrade(values)
    assert new.status == "deployed"
    until(lambda: not new.not_ready(), what="all is ready")  # Helm 3 waits for less
    assert new.trouble() == ""
    after = kept(new)
    assert {name: after.get(name) for name in before} == before
    assert new.manifest != sent  # this version is another, whatever its number says
