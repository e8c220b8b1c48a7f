"""The files that belong into a chart's archive: path inside the chart -> bytes.

As Helm loads a chart: the chart's own `.helmignore` decides for the whole tree, links are
followed, and what is neither file nor directory is refused. Beyond Helm: no link may lead out of
the chart (an archive must not carry a file of the machine that packed it), and a subchart that
lies packed in charts/ is unpacked, because nobody can vouch for the bytes of a foreign archive.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from generator.errors import InputError
from generator.findings import Finding
from generator.helmchart import chartdir, helmignore, vendored

MAX_FILE = vendored.MAX_FILE
MAX_CHART = vendored.MAX_CHART


def collect(chart: Path) -> dict[str, bytes]:
    """All files of a chart directory, sorted by path, Chart.yaml first."""
    if not chart.is_dir():
        raise InputError([_finding(chart, "no such chart directory")])
    rules_file = chart / ".helmignore"
    text = rules_file.read_text("utf-8", "surrogateescape") if rules_file.is_file() else ""
    walk = _Walk(chart, helmignore.parse(text, str(rules_file)))
    walk.descend(str(chart), "", str(walk.root), ())
    files = vendored.unpack_all(walk.files, str(chart)) if not walk.findings else walk.files
    findings = walk.findings or _incomplete(files, chart)
    if findings:
        raise InputError(findings)
    # Sorted as bytes: the same on every machine, whatever its locale.
    paths = sorted(files, key=lambda path: (path != "Chart.yaml", path.encode()))
    return {path: files[path] for path in paths}


class _Walk:
    """One walk through a chart directory: the files found, and the findings on the way."""

    def __init__(self, chart: Path, rules: tuple[helmignore.Rule, ...]) -> None:
        self.root = chart.resolve()
        self.rules = rules
        self.files: dict[str, bytes] = {}
        self.findings: list[Finding] = []

    def descend(self, directory: str, prefix: str, real: str, above: tuple[str, ...]) -> None:
        """Take in a directory; `above` are the real directories on the way down to it."""
        if real in above:
            self._refuse(directory, "is a link to a directory around itself")
            return
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                self._take(entry, f"{prefix}{entry.name}", (*above, real))

    def _take(self, entry: os.DirEntry[str], path: str, above: tuple[str, ...]) -> None:
        try:
            state = entry.stat()
            mode, size = state.st_mode, state.st_size
        except OSError:
            mode, size = 0, 0  # a link to nothing, or round in a circle
        is_directory = stat.S_ISDIR(mode)
        if helmignore.ignored(self.rules, path, is_directory=is_directory) or _loose(path):
            return
        if problem := self._problem(entry, path, mode, size):
            self._refuse(entry.path, problem)
        elif is_directory:
            # Asking the system where a directory really is costs as much as reading a file.
            linked = entry.is_symlink()
            real = os.path.realpath(entry.path) if linked else f"{above[-1]}/{entry.name}"
            self.descend(entry.path, f"{path}/", real, above)
        else:
            with open(entry.path, "rb") as file:  # noqa: PTH123 - half the time of Path
                self.files[path] = file.read()

    def _problem(self, entry: os.DirEntry[str], path: str, mode: int, size: int) -> str | None:
        if not path.isprintable() or "\\" in path:
            return "has a name with control characters, a backslash, or bytes that are not UTF-8"
        if mode == 0:
            return "is a link to nothing"
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(self.root):
            return f"is a link out of the chart, to {os.readlink(entry.path)!r}"  # noqa: PTH115 as written
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            return "is neither a file nor a directory"
        if stat.S_ISREG(mode) and size > MAX_FILE:
            return f"has {size} bytes; Helm 3.17 loads at most {MAX_FILE} a file"
        return None

    def _refuse(self, entry: str, problem: str) -> None:
        self.findings.append(_finding(Path(entry), problem))


def _loose(path: str) -> bool:
    """Helm skips what begins with a dot or an underscore right below charts/, at any depth."""
    *parents, name = path.split("/")
    return bool(parents) and parents[-1] == "charts" and name[0] in "._" and _is_chart(parents)


def _is_chart(parents: list[str]) -> bool:
    # charts, or charts/<name>/charts, and so on: not a directory of that name in templates/.
    return all(part == "charts" for part in parents[::2]) and len(parents) % 2 == 1


def _incomplete(files: dict[str, bytes], chart: Path) -> list[Finding]:
    """What is missing: Chart.yaml itself, or a subchart that it depends on."""
    if "Chart.yaml" not in files:
        return [_finding(chart / "Chart.yaml", "missing")]
    declared = chartdir.read(files["Chart.yaml"], str(chart / "Chart.yaml"))
    there = {
        chartdir.read(data, str(chart / path)).name
        for path, data in files.items()
        if path.count("/") == 2 and path.startswith("charts/") and path.endswith("/Chart.yaml")
    }
    size = sum(map(len, files.values()))
    findings = [
        _finding(chart / "Chart.yaml", f"depends on {name!r}, which is not in charts/")
        for name in declared.dependencies
        if name not in there
    ]
    if size > MAX_CHART:
        findings.append(_finding(chart, f"has {size} bytes; Helm loads at most {MAX_CHART}"))
    return findings


def _finding(place: Path, message: str) -> Finding:
    return Finding(path=str(place), rule="chart-contents", message=message)
