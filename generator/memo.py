"""What the last build was made of, so that a build with nothing to do does nothing.

The memo (`dist/.build.json`) holds the state of everything that the build read and of everything
that it wrote: contents for what people write, size and times for what machines write. When all
of it is as it was, the proof and the packages of the last build still stand.

Whoever saves a file while a build runs must not find it taken for built. So the state of what is
read is taken before the reading and that of the charts before the proof; an include, known only
once the spec is read, must be older than the build.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

NAME = ".build.json"

_TOOL = Path(__file__).parent
_OURS = (".tgz", ".yaml")
#: File systems stamp files with a clock that ticks up to every 10 ms.
_TICK = 20_000_000


def recall(spec: Path, helm: Path | None) -> Any:
    """What `Memo.keep` was given by the last build, None when anything has changed since."""
    try:
        memo = json.loads(_file(spec).read_bytes())
        if memo["surroundings"] != _surroundings(spec, helm):
            return None
        if memo["read"] != _contents(spec, memo["read"]):
            return None
        if memo["charts"] != _charts(spec) or memo["packages"] != _packages(spec):
            return None
        return memo["result"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


class Memo:
    """The notes of one build, from its beginning (which forgets the build before) to its end."""

    def __init__(self, spec: Path, helm: Path | None) -> None:
        # What a build leaves half-done must not pass for the state before.
        with contextlib.suppress(OSError):
            _file(spec).unlink()
        self._spec = spec
        self._started = time.time_ns() - _TICK
        self._surroundings = _surroundings(spec, helm)
        self._read: Mapping[str, str] = {}
        self._charts = ""

    def has_read(self, files: Iterable[str]) -> None:
        """The spec was read from these files, named as seen from its folder."""
        self._read = _contents(self._spec, files)

    def has_written(self) -> None:
        """The charts are on the disk, and nothing was proven yet."""
        self._charts = _charts(self._spec)

    def keep(self, result: Any) -> None:
        """All was proven and packaged. Not being able to remember it is no failure."""
        with contextlib.suppress(OSError):
            if any(self._is_new(self._spec.parent / name) for name in self._read):
                return
            memo = {
                "surroundings": self._surroundings,
                "read": self._read,
                "charts": self._charts,
                "packages": _packages(self._spec),
                "result": result,
            }
            file = _file(self._spec)
            temporary = file.with_name(f"{NAME}.{os.getpid()}")
            temporary.write_text(json.dumps(memo))
            temporary.replace(file)

    def _is_new(self, path: Path) -> bool:
        state = path.stat()
        return max(state.st_mtime_ns, state.st_ctime_ns) >= self._started


def _file(spec: Path) -> Path:
    return spec.parent / "dist" / NAME


def _surroundings(spec: Path, helm: Path | None) -> str:
    """Whatever else a build depends on: overlays, own kinds, this tool, Helm, Python, variables."""
    digest = hashlib.sha256(_line(spec, sys.version))
    for name in ("HELM_BIN", "PATH", "SOURCE_DATE_EPOCH"):
        digest.update(_line(name, os.environ.get(name)))
    for folder in ("values", "kinds"):
        for name in _files(str(spec.parent / folder)):
            digest.update(_line(name, _digest(Path(name))))
    for folder in (str(_TOOL), str(spec.parent / ".tools")):
        for line in _states(folder):
            digest.update(line)
    for place in (*_helms(spec, helm), *_libraries()):
        with contextlib.suppress(OSError):
            digest.update(_state(place, os.stat(place)))  # noqa: PTH116 - speed
    return digest.hexdigest()


def _helms(spec: Path, helm: Path | None) -> Iterator[str]:
    """Where a Helm may be; `tools.helm` takes the first, but costs more to ask than all of it."""
    ours = str(spec.parent / ".tools" / "bin" / "helm")
    for name in (str(helm or ""), os.environ.get("HELM_BIN", ""), ours):
        if os.sep in name:
            yield name
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in (str(helm or "helm"), os.environ.get("HELM_BIN", "helm"), "helm"):
            yield os.path.join(folder, name)  # noqa: PTH118 - speed


def _libraries() -> Iterator[str]:
    """The folders of installed libraries: their time changes with each that comes or goes."""
    return (folder for folder in sys.path if folder.endswith("-packages"))


def _contents(spec: Path, files: Iterable[str]) -> dict[str, str]:
    return {name: _digest(spec.parent / name) for name in files}


def _charts(spec: Path) -> str:
    """The state of all of charts/: also of charts that a build would remove."""
    return hashlib.sha256(b"".join(_states(str(spec.parent / "charts")))).hexdigest()


def _packages(spec: Path) -> dict[str, str]:
    return {
        path.name: _state("", path.stat()).decode()
        for path in sorted((spec.parent / "dist").iterdir())
        if path.suffix in _OURS
    }


def _states(folder: str) -> Iterator[bytes]:
    """One line for each file below a folder, in a fixed order, without compiled Python."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _states(entry.path)
        else:
            yield _state(entry.path, entry.stat(follow_symlinks=False))


def _state(path: str, state: os.stat_result) -> bytes:
    return _line(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _line(*words: object) -> bytes:
    # A name that is no text in this locale comes with surrogates.
    return (" ".join(map(str, words)) + "\n").encode(errors="surrogateescape")


def _files(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(base, name) for name in sorted(names))  # noqa: PTH118 - speed


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
