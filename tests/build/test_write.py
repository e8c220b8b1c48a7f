from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.build import write
from tests import needs

OLD = {"Chart.yaml": b"old", "templates/a.yaml": b"a", "charts/x/y/z.yaml": b"deep"}
NEW = {"Chart.yaml": b"new", "templates/b.yaml": b"b" * 100_000, ".helmignore": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "charts" / "shop"


def left(folder: Path) -> list[str]:
    """What lies beside the folder."""
    return sorted(path.name for path in folder.parent.iterdir())


def test_replaces_all_of_a_folder(folder):
    write.write_tree(folder, OLD)
    assert write.read_tree(folder) == OLD
    write.write_tree(folder, NEW)
    assert write.read_tree(folder) == NEW
    assert left(folder) == ["shop"]


def test_a_folder_that_is_not_there_is_an_empty_tree(folder):
    assert write.read_tree(folder) == {}


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_files_are_readable_as_far_as_the_umask_lets(folder, umask):
    before = os.umask(umask)
    try:
        write.write_tree(folder, OLD)
    finally:
        os.umask(before)
    assert (folder / "Chart.yaml").stat().st_mode & 0o777 == 0o644 & ~umask


def test_a_short_write_goes_on_where_it_stopped(folder, monkeypatch):
    real = os.write
    monkeypatch.setattr(write.os, "write", lambda fd, data: real(fd, bytes(data[:7])))
    write.write_tree(folder, OLD)
    assert write.read_tree(folder) == OLD


STEPS = ["recover", "mkdir", "open", "write", "to old", "to new", "remove old"]


class Killed(BaseException):
    """Stands for a kill: nothing catches it, nothing is tidied up."""


def break_at(step: str, monkeypatch: pytest.MonkeyPatch, *, times: int) -> None:
    """Stop the run at the given call of a step, before it is done."""
    count = 0

    def breaking(real, only=lambda *args: True):
        def call(*args, **kwargs):
            nonlocal count
            if only(*args):
                count += 1
                if count > times:
                    raise Killed
            return real(*args, **kwargs)

        return call

    rename = Path.rename
    match step:
        case "recover":
            monkeypatch.setattr(write, "recover", breaking(write.recover))
        case "mkdir":
            monkeypatch.setattr(Path, "mkdir", breaking(Path.mkdir))
        case "open":
            monkeypatch.setattr(write.os, "open", breaking(os.open))
        case "write":
            monkeypatch.setattr(write.os, "write", breaking(os.write))
        case "to old":
            monkeypatch.setattr(
                Path, "rename", breaking(rename, lambda _, to: to.name.endswith(".old"))
            )
        case "to new":
            monkeypatch.setattr(Path, "rename", breaking(rename, lambda _, to: to.name == "shop"))
        case "remove old":
            rmtree = shutil.rmtree
            monkeypatch.setattr(
                write.shutil,
                "rmtree",
                breaking(rmtree, lambda path, *_: path.name.endswith(".old") and path.exists()),
            )


@pytest.mark.parametrize("times", [0, 1])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_leaves_the_old_or_the_new(folder, monkeypatch, step, times):
    write.write_tree(folder, OLD)
    with monkeypatch.context() as patched:
        break_at(step, patched, times=times)
        try:
            write.write_tree(folder, NEW)
            done = True
        except Killed:
            done = False
    write.recover(folder)
    assert write.read_tree(folder) == (NEW if done or step == "remove old" else OLD)
    assert left(folder) == ["shop"]
    write.write_tree(folder, NEW)
    assert write.read_tree(folder) == NEW
    assert left(folder) == ["shop"]


@pytest.mark.parametrize("step", [step for step in STEPS if step not in ("to old", "remove old")])
def test_killed_in_the_first_run_it_leaves_nothing(folder, monkeypatch, step):
    with monkeypatch.context() as patched:
        break_at(step, patched, times=0)
        with pytest.raises(Killed):
            write.write_tree(folder, NEW)
    write.recover(folder)
    assert write.read_tree(folder) == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_the_renames_waits_for_the_second(folder, monkeypatch, number):
    write.write_tree(folder, OLD)
    caught: list[int] = []
    before = signal.signal(number, lambda got, _: caught.append(got))
    rename = Path.rename

    def interrupted(path: Path, to: Path) -> Path:
        done = rename(path, to)
        if to.name.endswith(".old"):
            signal.raise_signal(number)
            assert caught == []
        return done

    try:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", interrupted)
            write.write_tree(folder, NEW)
    finally:
        signal.signal(number, before)
    assert caught == [number]
    assert write.read_tree(folder) == NEW


def test_ctrl_c_between_the_renames_is_not_lost(folder, monkeypatch):
    write.write_tree(folder, OLD)
    rename = Path.rename

    def interrupted(path: Path, to: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write.write_tree(folder, NEW)
    assert write.read_tree(folder) == NEW


def test_works_in_a_thread_that_gets_no_signals(folder):
    thread = threading.Thread(target=write.write_tree, args=(folder, NEW))
    thread.start()
    thread.join()
    assert write.read_tree(folder) == NEW


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
def test_a_process_that_is_killed_leaves_the_old_or_the_new(folder, delay):
    """The real thing: a process that writes again and again, and SIGKILL at some moment."""
    program = (
        "import sys; from pathlib import Path; from generator.build.write import write_tree\n"
        "trees = [{f't/{n}.yaml': word * 1000 for n in range(40)} for word in (b'a', b'b')]\n"
        "folder = Path(sys.argv[1]); write_tree(folder, trees[0]); print('ready', flush=True)\n"
        "while True:\n"
        "    for tree in trees: write_tree(folder, tree)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, folder], cwd=needs.ROOT, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
    write.recover(folder)
    contents = {data[:1] for data in write.read_tree(folder).values()}
    assert contents in ({b"a"}, {b"b"})
    assert len(write.read_tree(folder)) == 40
    assert left(folder) == ["shop"]


def test_one_run_waits_for_another(tmp_path):
    order: list[str] = []
    told = threading.Event()

    def second() -> None:
        with write.alone(tmp_path, told.set):
            order.append("second")

    with write.alone(tmp_path, lambda: order.append("waited for nobody")):
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(10)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_diff_names_what_came_went_and_changed():
    diff = dict(write.diff_trees({"a": b"1\n", "b": b"2\n"}, {"b": b"3\n", "c": b"4\n"}, "x/"))
    assert list(diff) == ["a", "b", "c"]
    assert diff["a"].splitlines()[:2] == ["--- x/a", "+++ /dev/null"]
    assert diff["b"].splitlines() == ["--- x/b", "+++ x/b", "@@ -1 +1 @@", "-2", "+3"]
    assert diff["c"].splitlines()[:2] == ["--- /dev/null", "+++ x/c"]


TREE = st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=8))


@given(TREE, TREE)
def test_diff_names_exactly_what_differs(old, new):
    differing = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    assert {path for path, _ in write.diff_trees(old, new, "")} == differing
