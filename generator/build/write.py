"""The bytes of a chart become its directory: all of it, or nothing."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from generator.interrupts import held


def read_tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their path, {} when there is none."""
    tree: dict[str, bytes] = {}
    top = str(folder)
    for base, folders, files in os.walk(top):
        folders.sort()
        inside = base[len(top) + 1 :].replace(os.sep, "/")
        for name in files:
            path = f"{inside}/{name}" if inside else name
            with open(f"{base}/{name}", "rb") as stream:  # noqa: PTH123 - half the time of Path
                tree[path] = stream.read()
    return tree


def write_tree(folder: Path, tree: Mapping[str, bytes]) -> None:
    """Replace a folder by a tree. The new one is complete before the old one goes.

    A failed or interrupted run leaves the old folder or the new one. What a killed run left
    beside them is removed by the next run.
    """
    new, old = _beside(folder)
    recover(folder)
    try:
        new.mkdir(parents=True)
        for inside in sorted({path.rpartition("/")[0] for path in tree} - {""}):
            (new / inside).mkdir(parents=True, exist_ok=True)
        for path, data in tree.items():
            _write(f"{new}/{path}", data)
        with held():  # between the two renames
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        recover(folder)
        raise


def remove_tree(folder: Path) -> None:
    """Remove a folder. An interrupted run leaves it whole, or hidden for the next run to remove."""
    recover(folder)
    # Not to the "old" name: from there a run takes back what was killed between two renames.
    hidden, _ = _beside(folder)
    folder.rename(hidden)
    shutil.rmtree(hidden)


def recover_all(parent: Path) -> None:
    """Tidy up below a folder, whichever trees the run that was killed had begun."""
    for hidden in sorted((*parent.glob(".*.new"), *parent.glob(".*.old"))):
        recover(parent / hidden.stem.removeprefix("."))


def recover(folder: Path) -> None:
    """Tidy up after a run that was killed: nothing but the complete tree may stay."""
    new, old = _beside(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path) -> tuple[Path, Path]:
    """Where the new tree is made, and where the old one waits until that is in its place."""
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        # On a disk that is nearly full less is written than was asked for, without an error.
        while data := data[os.write(descriptor, data) :]:
            pass
    finally:
        os.close(descriptor)


def diff_trees(
    old: Mapping[str, bytes], new: Mapping[str, bytes], prefix: str
) -> Iterator[tuple[str, str]]:
    """Each path that differs, with a unified diff of it."""
    import difflib

    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before == after:
            continue
        lines = difflib.unified_diff(
            (before or b"").decode("utf-8", "replace").splitlines(keepends=True),
            (after or b"").decode("utf-8", "replace").splitlines(keepends=True),
            f"{prefix}{path}" if before is not None else "/dev/null",
            f"{prefix}{path}" if after is not None else "/dev/null",
        )
        yield path, "".join(lines)


@contextmanager
def alone(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait until no other run holds the folder, then hold it. The lock ends with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # some network file systems have no locks
            pass
        yield
    finally:
        os.close(descriptor)
