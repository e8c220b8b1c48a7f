from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from generator.errors import GeneratorError, InputError
from generator.ship import archive
from generator.tools import helm, process
from tests import needs

CHARTS = Path(__file__).parent / "charts"

# Changes when anything that makes the bytes changes: a new libdeflate, another header, another
# order. Then every version that is published from now on is a conflict with its old self: say
# so in the changelog before this line is changed.
GOLDEN = "c01447d21710f35d9386e840e8d62d72d84dc25e4ccaf020daa1634900d6ab68"

# For the Pythons of this machine that are not the one running the tests: PyYAML's C part is
# built for one Python, libdeflate's for all.
PACK = """
import sys, yaml
if not hasattr(yaml, "CSafeLoader"):
    yaml.CSafeLoader, yaml.CSafeDumper = yaml.SafeLoader, yaml.SafeDumper
from pathlib import Path
from generator.ship import archive
print(archive.pack(Path(sys.argv[1]), Path(sys.argv[2])).digest)
"""


def pack_with(
    python: Path | str, chart: Path, out: Path, *, umask: int = 0o022, **environ: str
) -> str:
    """Pack in a process of its own, and return the digest that it prints."""
    site = Path(archive.deflate.__file__).parent.parent
    done = subprocess.run(
        [python, "-c", PACK, chart, out],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{needs.ROOT}:{site}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environ,
        },
        umask=umask,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def other_pythons() -> list[Path]:
    """Every Python from 3.11 on that this machine has, one of each minor version."""
    found: dict[str, Path] = {}
    places = [Path(part) for part in os.environ["PATH"].split(os.pathsep)]
    places += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    for place in places:
        for path in sorted(place.glob("python3.[1-9][0-9]")):
            if int(path.name.removeprefix("python3.")) < 11 or path.name in found:
                continue
            # A pyenv shim is there also for versions that nobody switched on.
            if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
                found[path.name] = path
    return list(found.values())


def test_the_package_says_what_was_written(shop, tmp_path):
    package = archive.pack(shop, tmp_path / "out")
    assert package.path == tmp_path / "out" / "shop-1.2.3.tgz"
    assert (package.name, package.version, package.title) == ("shop", "1.2.3", "shop 1.2.3")
    data = package.path.read_bytes()
    assert package.size == len(data)
    assert package.digest == hashlib.sha256(data).hexdigest()
    assert package.entries[0] == "shop/Chart.yaml"
    assert len(package.entries) == 9
    assert archive.read(package.path) == package


def test_the_archive_holds_nothing_of_this_machine(shop, tmp_path):
    (shop / "values.yaml").chmod(0o777)
    package = archive.pack(shop, tmp_path)
    data = package.path.read_bytes()
    # gzip: deflate, no flags (so no file name), no time, best compression, unknown system.
    assert data[:10] == bytes.fromhex("1f8b08 00 00000000 02 ff")
    with tarfile.open(package.path) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == list(package.entries)
    assert {(m.type, m.mode, m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {
        (tarfile.REGTYPE, 0o644, 0, 0, "", "", 315532800)
    }
    assert members[0].name == "shop/Chart.yaml"


def test_the_file_itself_has_the_fixed_time_and_mode(shop, tmp_path):
    old = os.umask(0o077)
    try:
        package = archive.pack(shop, tmp_path / "out")
    finally:
        os.umask(old)
    state = package.path.stat()
    assert (state.st_mtime, state.st_mode & 0o777) == (315532800, 0o644)


def test_source_date_epoch_is_the_time_of_everything(shop, tmp_path, monkeypatch):
    usual = archive.pack(shop, tmp_path / "a")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    package = archive.pack(shop, tmp_path / "b")
    assert package.digest != usual.digest
    assert package.path.stat().st_mtime == 1700000000
    with tarfile.open(package.path) as tar:
        assert {member.mtime for member in tar} == {1700000000}


@pytest.mark.parametrize("value", ["yesterday", "-1", "1.5", "99999999999", "１"])
def test_a_bad_source_date_epoch_is_refused(value, shop, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(GeneratorError, match="SOURCE_DATE_EPOCH is"):
        archive.pack(shop, tmp_path)
    assert not list(tmp_path.glob("*.tgz"))


def test_the_bytes_are_those_of_yesterday(tmp_path):
    assert archive.pack(CHARTS / "shop", tmp_path).digest == GOLDEN


@pytest.mark.parametrize(
    ("umask", "environ"),
    [
        (0o077, {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        (0o000, {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}),
        (0o022, {"LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0", "PYTHONOPTIMIZE": "2"}),
    ],
)
def test_other_surroundings_give_the_same_bytes(umask, environ, tmp_path):
    """Another directory, order of creation, times, modes, umask, zone, locale, hash seed."""
    clone = tmp_path / "elsewhere" / "another-name"
    for path in sorted((CHARTS / "shop").rglob("*"), reverse=True):
        if path.is_file():
            target = clone / path.relative_to(CHARTS / "shop")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o600 if umask else 0o755)
            os.utime(target, (1, 1234567890 + umask))
    assert pack_with(sys.executable, clone, tmp_path / "out", umask=umask, **environ) == GOLDEN


def test_every_python_gives_the_same_bytes(tmp_path):
    pythons = other_pythons()
    digests = {
        path.name: pack_with(path, CHARTS / "shop", tmp_path / path.name) for path in pythons
    }
    assert set(digests.values()) == {GOLDEN}, digests
    if len(digests) < 2:
        needs.missing("a second Python", "install another version than this one, from 3.11 on")


def test_the_archive_lints_and_renders_like_the_directory(shop, real_helm, tmp_path):
    package = archive.pack(shop, tmp_path)
    assert real_helm.lint([package.path], kube_version="1.31") == ()
    rendered = [
        real_helm.template(each, release="r", namespace="n", kube_version="1.31")
        for each in (shop, package.path)
    ]
    assert rendered[0] == rendered[1]
    assert "name: r-cart" in rendered[1]


def test_helm_unpacks_what_was_packed(shop, real_helm, tmp_path):
    package = archive.pack(shop, tmp_path)
    done = process.run([real_helm.path, "show", "values", package.path], env=helm.environment())
    assert done.stdout.strip() == (shop / "values.yaml").read_text().strip()


def test_long_paths_fit_until_they_do_not(shop, real_helm, tmp_path):
    long = shop / "files" / ("a" * 90) / ("b" * 90)
    long.mkdir(parents=True)
    (long / "c.txt").write_text("deep")
    package = archive.pack(shop, tmp_path)
    assert f"shop/files/{'a' * 90}/{'b' * 90}/c.txt" in archive.read(package.path).entries
    assert real_helm.lint([package.path], kube_version="1.31") == ()
    (long / ("d" * 120)).write_text("too deep")
    with pytest.raises(InputError) as caught:
        archive.pack(shop, tmp_path)
    assert "is too long for an archive" in caught.value.findings[0].message


def test_packing_again_replaces_in_one_step(shop, tmp_path):
    first = archive.pack(shop, tmp_path / "out")
    inode = first.path.stat().st_ino
    (shop / "values.yaml").write_text("greeting: changed\n")
    second = archive.pack(shop, tmp_path / "out")
    assert second.digest != first.digest
    assert second.path.stat().st_ino != inode
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["shop-1.2.3.tgz"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(shop, tmp_path, monkeypatch):
    package = archive.pack(shop, tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.os, "utime", full)
    (shop / "values.yaml").write_text("greeting: changed\n")
    with pytest.raises(OSError, match="No space left"):
        archive.pack(shop, tmp_path / "out")
    assert archive.read(package.path) == package
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["shop-1.2.3.tgz"]


def test_archives_of_helm_are_read_too(shop, real_helm, tmp_path):
    command = [real_helm.path, "package", shop, "--destination", tmp_path / "packed"]
    process.run(command, env=helm.environment())
    package = archive.read(tmp_path / "packed" / "shop-1.2.3.tgz")
    assert (package.name, package.version) == ("shop", "1.2.3")
    assert package.entries[0] == "shop/Chart.yaml"
    assert archive.declared_in(package.path).metadata["appVersion"] == "1.10"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"plain", "no chart archive"),
        (gzip.compress(b"plain"), "no chart archive"),
        (gzip.compress(bytes(1024)), "no chart archive"),
    ],
    ids=["text", "gzip of text", "empty tar"],
)
def test_files_that_are_no_archives_are_refused(data, expected, tmp_path):
    path = tmp_path / "x.tgz"
    path.write_bytes(data)
    for reading in (archive.read, archive.declared_in):
        with pytest.raises(InputError) as caught:
            reading(path)
        assert expected in caught.value.findings[0].message
        assert caught.value.findings[0].path == str(path)
