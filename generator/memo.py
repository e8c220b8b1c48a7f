"""What the last build was made of, so that a build with nothing to do does nothing.

The memo (`dist/.build.json`) holds the state of everything that the build read and of everything
that it wrote: contents for what people write, size and time for what the machine writes. When all
of it is as it was, the proof and the packages of the last build still stand.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = ".build.json"

_TOOL = Path(__file__).parent


def recall(spec: Path, helm: Path | None) -> str | None:
    """The summary of the last build, None when anything has changed since."""
    try:
        memo = json.loads((spec.parent / "dist" / NAME).read_bytes())
        read = [Path(name) for name in memo["read"]]
        if memo["inputs"] != _inputs(spec, read, helm):
            return None
        if memo["outputs"] != _outputs(spec, memo["charts"]):
            return None
        return str(memo["summary"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(
    spec: Path, read: Iterable[Path], charts: Iterable[str], helm: Path | None, summary: str
) -> None:
    """Keep the state after a build that was proven. `read` are the files beside the spec."""
    names, charts = sorted(str(path) for path in read), sorted(charts)
    memo = {
        "read": names,
        "charts": charts,
        "inputs": _inputs(spec, [Path(name) for name in names], helm),
        "outputs": _outputs(spec, charts),
        "summary": summary,
    }
    path = spec.parent / "dist" / NAME
    temporary = path.with_name(f"{NAME}.{os.getpid()}")
    temporary.write_text(json.dumps(memo))
    temporary.replace(path)


def forget(spec: Path) -> None:
    """Before a build begins: what it leaves half-done must not pass for the old state."""
    with contextlib.suppress(OSError):
        (spec.parent / "dist" / NAME).unlink()


def _inputs(spec: Path, read: Iterable[Path], helm: Path | None) -> str:
    """Contents of what people write; size and time of the tool itself and of Helm's settings."""
    root = spec.parent
    digest = hashlib.sha256(f"{spec.name} {helm} {os.environ.get('HELM_BIN')}".encode())
    digest.update(os.environ.get("SOURCE_DATE_EPOCH", "").encode())
    digest.update(os.environ.get("PATH", "").encode())
    for path in read:
        digest.update((root / path).read_bytes())
    for folder in ("values", "kinds"):
        for name in _files(root / folder):
            digest.update(name.encode())
            digest.update(Path(name).read_bytes())
    for line in _states(str(_TOOL)):
        digest.update(line)
    for line in _states(str(root / ".tools")):
        digest.update(line)
    return digest.hexdigest()


def _outputs(spec: Path, charts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name in charts:
        for line in _states(str(spec.parent / "charts" / name)):
            digest.update(line)
    for path in sorted((spec.parent / "dist").iterdir()):
        if path.suffix in (".tgz", ".yaml"):
            digest.update(_state(str(path), path.stat()))
    return digest.hexdigest()


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


def _state(path: str, stat: os.stat_result) -> bytes:
    return f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode()


def _files(folder: Path) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(base, name) for name in sorted(names))  # noqa: PTH118 - speed
