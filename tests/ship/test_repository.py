from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from generator.errors import ConflictError, InputError
from generator.ship import archive, repository
from generator.tools import helm, process


def packed(shop: Path, out: Path, version: str, greeting: str = "welcome") -> archive.Package:
    """The umbrella in another version."""
    text = (shop / "Chart.yaml").read_text()
    (shop / "Chart.yaml").write_text(re.sub(r"(?m)^version: .*", f"version: {version}", text))
    (shop / "values.yaml").write_text(f"greeting: {greeting}\n")
    return archive.pack(shop, out)


def index_of(directory: Path) -> dict:
    return yaml.safe_load((directory / "index.yaml").read_text())


def test_the_index_lists_each_archive_with_its_metadata(shop, tmp_path):
    package = packed(shop, tmp_path / "dist", "1.2.3")
    cart = archive.pack(shop / "charts/cart", tmp_path / "dist")
    assert repository.write_index(tmp_path / "dist") == tmp_path / "dist" / "index.yaml"
    index = index_of(tmp_path / "dist")
    assert (index["apiVersion"], index["generated"]) == ("v1", "1980-01-01T00:00:00Z")
    assert list(index["entries"]) == ["cart", "shop"]
    (entry,) = index["entries"]["shop"]
    assert entry["digest"] == package.digest
    assert entry["urls"] == ["shop-1.2.3.tgz"]
    assert entry["created"] == "1980-01-01T00:00:00Z"
    metadata = yaml.safe_load((shop / "Chart.yaml").read_text())
    assert {key: entry[key] for key in metadata if key != "annotations"} == {
        key: value for key, value in metadata.items() if key != "annotations"
    }
    assert entry["annotations"] == {"example.com/reviewed": "2024-05-01"}
    assert index["entries"]["cart"][0]["digest"] == cart.digest


def test_versions_come_newest_first(shop, tmp_path):
    for version in ("1.9.0", "1.10.0", "2.0.0-rc.1", "1.10.0-beta.2", "2.0.0"):
        packed(shop, tmp_path, version)
    repository.write_index(tmp_path)
    assert [each["version"] for each in index_of(tmp_path)["entries"]["shop"]] == [
        "2.0.0",
        "2.0.0-rc.1",
        "1.10.0",
        "1.10.0-beta.2",
        "1.9.0",
    ]


def test_two_runs_write_the_same_bytes(shop, tmp_path, monkeypatch):
    for version in ("1.0.0", "1.1.0"):
        packed(shop, tmp_path, version)
    repository.write_index(tmp_path)
    first = (tmp_path / "index.yaml").read_bytes()
    assert b"&id" not in first  # no YAML anchors
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    repository.write_index(tmp_path)
    assert (tmp_path / "index.yaml").read_bytes() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    repository.write_index(tmp_path)
    assert index_of(tmp_path)["generated"] == "2023-11-14T22:13:20Z"


def test_the_index_follows_the_archives_of_a_build(shop, tmp_path):
    packed(shop, tmp_path, "1.0.0")
    gone = packed(shop, tmp_path, "1.1.0")
    repository.write_index(tmp_path)
    changed = packed(shop, tmp_path, "1.0.0", "changed")
    gone.path.unlink()
    repository.write_index(tmp_path)
    (entry,) = index_of(tmp_path)["entries"]["shop"]
    assert (entry["version"], entry["digest"]) == ("1.0.0", changed.digest)


def test_no_archives_make_an_empty_index_that_helm_reads(tmp_path, real_helm):
    repository.write_index(tmp_path)
    command = [real_helm.path, "repo", "index", tmp_path, "--merge", tmp_path / "index.yaml"]
    process.run(command, env=helm.environment())


def test_a_repository_only_grows(shop, tmp_path):
    first = packed(shop, tmp_path / "a", "1.0.0")
    second = packed(shop, tmp_path / "b", "1.1.0")
    with repository.opened(tmp_path / "repo") as repo:
        assert repo.digest("shop", "1.0.0") is None
        repo.add([first])
    with repository.opened(tmp_path / "repo") as repo:
        assert repo.digest("shop", "1.0.0") == first.digest
        assert repo.digest("shop", "1.1.0") is None
        repo.add([second])
    entries = index_of(tmp_path / "repo")["entries"]["shop"]
    assert [each["digest"] for each in entries] == [second.digest, first.digest]
    assert sorted(path.name for path in (tmp_path / "repo").iterdir()) == [
        ".lock",
        "index.yaml",
        "shop-1.0.0.tgz",
        "shop-1.1.0.tgz",
    ]


def test_entries_of_other_tools_are_kept_as_they_are(shop, tmp_path):
    (tmp_path / "repo").mkdir()
    foreign = {
        "apiVersion": "v2",
        "name": "shop",
        "version": "v0.9",
        "created": "2023-05-01T10:00:00.123456789+02:00",
        "digest": "0" * 64,
        "urls": ["https://example.com/releases/shop-0.9.tgz"],
    }
    index = {"apiVersion": "v1", "entries": {"shop": [foreign]}, "generated": "2023-05-01"}
    # Unquoted, as a person or another writer may have left it: a date to YAML, text to Helm.
    text = (
        yaml.safe_dump(index).replace("'2023-05-01T10", "2023-05-01T10").replace("02:00'", "02:00")
    )
    (tmp_path / "repo/index.yaml").write_text(text)
    with repository.opened(tmp_path / "repo") as repo:
        assert repo.digest("shop", "v0.9") == "0" * 64
        repo.add([packed(shop, tmp_path, "1.0.0")])
    assert index_of(tmp_path / "repo")["entries"]["shop"][1] == foreign


def test_an_entry_without_digest_is_compared_by_its_file(shop, tmp_path):
    package = packed(shop, tmp_path / "repo", "1.0.0")
    entry = "entries: {shop: [{name: shop, version: 1.0.0, urls: [shop-1.0.0.tgz]}]}"
    (tmp_path / "repo/index.yaml").write_text(entry)
    assert repository.Repository(tmp_path / "repo").digest("shop", "1.0.0") == package.digest
    package.path.unlink()
    assert repository.Repository(tmp_path / "repo").digest("shop", "1.0.0") == ""


def test_a_file_outside_the_index_is_taken_in_or_refused(shop, tmp_path):
    """What a publisher leaves that is killed between the copy and the index."""
    package = packed(shop, tmp_path / "repo", "1.0.0")
    with repository.opened(tmp_path / "repo") as repo:
        assert repo.digest("shop", "1.0.0") is None
        repo.add([package])
    other = packed(shop, tmp_path / "other", "1.1.0", "mine")
    packed(shop, tmp_path / "repo", "1.1.0", "theirs")
    with repository.opened(tmp_path / "repo") as repo, pytest.raises(ConflictError) as caught:
        repo.add([other])
    assert "shop-1.1.0.tgz is another shop 1.1.0" in caught.value.message


def test_a_signature_goes_along(shop, tmp_path):
    package = packed(shop, tmp_path / "a", "1.0.0")
    assert package.provenance is None
    package.path.with_name("shop-1.0.0.tgz.prov").write_text("signed")
    assert package.provenance is not None
    with repository.opened(tmp_path / "repo") as repo:
        repo.add([package])
    assert (tmp_path / "repo/shop-1.0.0.tgz.prov").read_text() == "signed"


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    for name in (".shop-1.0.0.tgz.abc123", ".shop-1.0.0.tgz.prov.abc", ".index.yaml.xyz"):
        (tmp_path / name).write_text("half")
    (tmp_path / "kept.txt").write_text("kept")
    with repository.opened(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "kept.txt"]


@pytest.mark.parametrize("text", ["[", "[]", "entries: [a]", "a: b", "entries: {a: [{name: a}]}"])
def test_an_index_that_is_none_is_refused_and_kept(text, tmp_path):
    (tmp_path / "index.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        repository.Repository(tmp_path)
    assert caught.value.findings[0].message == "no index of a chart repository"
    assert (tmp_path / "index.yaml").read_text() == text


def test_an_archive_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.tgz").write_text("no")
    with pytest.raises(InputError):
        repository.write_index(tmp_path)
    assert not (tmp_path / "index.yaml").exists()
