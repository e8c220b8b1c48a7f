"""Publishing to a directory; tests/services has the registries."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from generator.errors import ConflictError, GeneratorError, InputError
from generator.ship import archive, oci
from generator.ship.outcome import PUSHED, SKIPPED, WOULD_PUSH
from generator.ship.publish import publish
from tests import needs

CHARTS = Path(__file__).parent / "charts"

# Publishes, and is killed as by `kill -9` at the nth step that can be seen from outside: each
# write to a temporary file, each rename.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
from generator.ship import publish, repository
left = int(sys.argv[1])
def step(call):
    def stepped(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)
    return stepped
Path.replace = step(Path.replace)
os.utime = step(os.utime)
os.fdopen = step(os.fdopen)
publish.publish([Path(path) for path in sys.argv[3:]], sys.argv[2], find_helm=None)
"""


def no_helm():
    raise AssertionError("a directory needs no Helm")


@pytest.fixture
def pack(tmp_path):
    """Pack the umbrella chart with another name, version or greeting."""

    def packed(name: str = "shop", version: str = "1.2.3", greeting: str = "welcome") -> Path:
        chart = tmp_path / "source" / f"{name}-{version}-{greeting}"
        if not chart.exists():
            shutil.copytree(CHARTS / "shop", chart)
            text = (chart / "Chart.yaml").read_text()
            text = text.replace("name: shop", f"name: {name}").replace("1.2.3", version)
            (chart / "Chart.yaml").write_text(text)
            (chart / "values.yaml").write_text(f"greeting: {greeting}\n")
        return archive.pack(chart, tmp_path / "packed" / greeting).path

    return packed


def actions(archives, target, **options) -> list[str]:
    return [each.action for each in publish(archives, str(target), find_helm=no_helm, **options)]


def state(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != ".lock"}


def assert_whole(directory: Path) -> None:
    """What an installer meets at any moment: an index, if any, of archives that are all there."""
    if not (directory / "index.yaml").exists():
        return
    index = yaml.safe_load((directory / "index.yaml").read_text())
    for entries in index["entries"].values():
        for entry in entries:
            assert archive.digest_of(directory / entry["urls"][0]) == entry["digest"]


def test_absent_is_pushed_and_the_same_is_skipped(pack, tmp_path):
    archives, repo = [pack(), pack("other")], tmp_path / "repo"
    first, second = publish(archives, str(repo), find_helm=no_helm)
    assert (first.action, first.package) == (PUSHED, archive.read(archives[0]))
    assert second.reference == str(repo / "other-1.2.3.tgz")
    assert first.manifest is None
    before = state(repo)
    assert set(before) == {"index.yaml", "other-1.2.3.tgz", "shop-1.2.3.tgz"}
    assert actions(archives, repo) == [SKIPPED, SKIPPED]
    assert actions([*archives, pack(version="1.3.0")], repo) == [SKIPPED, SKIPPED, PUSHED]
    assert {name: state(repo)[name] for name in before if name != "index.yaml"} == {
        name: before[name] for name in before if name != "index.yaml"
    }
    assert_whole(repo)


def test_other_bytes_are_a_conflict_and_nothing_is_published(pack, tmp_path):
    repo = tmp_path / "repo"
    actions([pack("a"), pack("b")], repo)
    before = state(repo)
    archives = [pack("new"), pack("a", greeting="x"), pack("b", greeting="x"), pack("c")]
    with pytest.raises(ConflictError) as caught:
        actions(archives, repo)
    assert caught.value.exit_code == 3
    first, second = caught.value.message.splitlines()
    assert first.startswith(f"a 1.2.3 is published at {repo} with other bytes (sha256 ")
    assert second.startswith("b 1.2.3 is published")
    assert archive.read(archives[1]).digest in first
    assert "raise the version" in str(caught.value.hint)
    assert state(repo) == before


def test_a_dry_run_decides_and_changes_nothing(pack, tmp_path):
    repo = tmp_path / "repo"
    assert actions([pack()], repo, dry_run=True) == [WOULD_PUSH]
    assert not repo.exists()
    actions([pack()], repo)
    before = state(repo)
    assert actions([pack(), pack("new")], repo, dry_run=True) == [SKIPPED, WOULD_PUSH]
    with pytest.raises(ConflictError):
        actions([pack(greeting="x")], repo, dry_run=True)
    assert state(repo) == before


def test_one_version_twice_in_one_call(pack, tmp_path):
    repo = tmp_path / "repo"
    assert actions([pack(), pack()], repo) == [PUSHED]
    with pytest.raises(ConflictError, match=r"are both shop 1\.3\.0"):
        actions([pack(version="1.3.0"), pack(version="1.3.0", greeting="x")], repo)
    assert "shop-1.3.0.tgz" not in state(repo)


def test_a_file_address_is_a_directory(pack, tmp_path):
    assert actions([pack()], f"file://{tmp_path}/repo") == [PUSHED]
    assert_whole(tmp_path / "repo")


@pytest.mark.parametrize(
    "target", ["https://charts.example.com", "s3://bucket/charts", "file://host/charts"]
)
def test_other_targets_are_refused(target, pack):
    with pytest.raises(GeneratorError, match="cannot publish to") as caught:
        actions([pack()], target)
    assert "oci://" in str(caught.value.hint)


@pytest.mark.parametrize(
    "target", ["oci://", "oci:///path", "oci://ann:secret@host/path", "oci://host/path?x=y"]
)
def test_addresses_that_are_none_are_refused(target, pack):
    with pytest.raises(GeneratorError, match="is no address of a registry"):
        actions([pack()], target)


def test_what_is_no_archive_is_refused_before_anything_is_published(pack, tmp_path):
    (tmp_path / "bad.tgz").write_text("no")
    with pytest.raises(InputError):
        actions([pack(), tmp_path / "bad.tgz"], tmp_path / "repo")
    assert not (tmp_path / "repo").exists()


def test_an_archive_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(GeneratorError, match=r"there is no .*/shop-1\.2\.3\.tgz") as caught:
        actions([tmp_path / "shop-1.2.3.tgz"], tmp_path / "repo")
    assert "generator package" in str(caught.value.hint)


def test_a_user_without_a_password_is_refused(pack):
    with pytest.raises(GeneratorError, match="no password for the user 'ann'"):
        actions([pack()], "oci://registry.example.com/charts", access=oci.Access(user="ann"))


def test_secrets_are_not_shown():
    assert "hunter2" not in repr(oci.Access(user="ann", password="hunter2"))


def killed_at(step: int, repo: Path, archives: list[Path]) -> int:
    command = [sys.executable, "-c", KILLED_AT, str(step), repo, *archives]
    return subprocess.run(command, cwd=needs.ROOT, capture_output=True, check=False).returncode


def test_killed_at_any_step_and_run_again(pack, tmp_path):
    old, archives = pack("old"), [pack(), pack("other"), pack("third")]
    step, code = 0, -signal.SIGKILL
    while code:
        step += 1
        repo = tmp_path / f"repo-{step}"
        actions([old], repo)
        code = killed_at(step, repo, archives)
        assert code in (0, -signal.SIGKILL)
        assert_whole(repo)
        actions(archives, repo)
        assert_whole(repo)
        assert actions([old, *archives], repo) == [SKIPPED] * 4
        assert set(state(repo)) == {"index.yaml", *(path.name for path in (old, *archives))}
    assert step == 13  # (three archives, one index) x three steps, and one that was not killed


def test_a_race_of_the_same_bytes_harms_nobody(pack, tmp_path):
    archives, repo = [pack(), pack("other")], tmp_path / "repo"
    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(lambda _: killed_at(-1, repo, archives), range(6)))
    assert codes == [0] * 6
    assert actions(archives, repo) == [SKIPPED, SKIPPED]
    assert_whole(repo)


def test_of_a_race_of_different_bytes_one_wins(pack, tmp_path):
    contenders = [pack(greeting=f"number {number}") for number in range(6)]
    repo = tmp_path / "repo"
    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(lambda path: killed_at(-1, repo, [path]), contenders))
    assert sorted(codes) == [0, 1, 1, 1, 1, 1]
    winner = contenders[codes.index(0)]
    assert archive.digest_of(repo / "shop-1.2.3.tgz") == archive.digest_of(winner)
    assert_whole(repo)


def test_publishers_of_different_charts_lose_nothing(pack, tmp_path):
    archives = [pack(f"chart-{number}") for number in range(8)]
    repo = tmp_path / "repo"
    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(lambda path: killed_at(-1, repo, [path]), archives))
    assert codes == [0] * 8
    assert actions(archives, repo) == [SKIPPED] * 8
