"""Unpack the subcharts that lie as archives in charts/, as `helm dependency build` leaves them."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib

from generator.errors import InputError
from generator.findings import Finding

# What reading a damaged archive can raise.
BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error)

# Helm 3.17 loads no larger file, and no Helm a larger chart.
MAX_FILE = 5 * 1024 * 1024
MAX_CHART = 100 * 1024 * 1024

_ARCHIVE = re.compile(r"charts/(?:[^/]+/charts/)*[^/]+\.tgz")


def unpack_all(files: dict[str, bytes], chart: str) -> dict[str, bytes]:
    """The files, with every `charts/<name>-<version>.tgz` replaced by `charts/<name>/…`."""
    todo = [path for path in files if _ARCHIVE.fullmatch(path)]
    if not todo:
        return files
    out = {path: data for path, data in files.items() if not _belongs_to(path, todo)}
    for path in todo:
        place = f"{chart}/{path}"
        folder = path[: path.rindex("/") + 1]
        for name, data in unpack(files[path], place).items():
            if f"{folder}{name}" in out:
                raise InputError([_finding(place, f"{folder}{name} is in charts/ twice")])
            out[f"{folder}{name}"] = data
    return unpack_all(out, chart)  # a subchart may hold packed subcharts in turn


def unpack(archive: bytes, place: str) -> dict[str, bytes]:
    """The files of a chart archive, in their order; their paths begin with the chart's name."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_inflated(archive, place)), mode="r:") as tar:
            for member in tar:
                if member.isdir():
                    continue
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not _safe(member.name):
                    what = f"{member.name!r} in it is no file below one folder"
                    raise InputError([_finding(place, what)])
                # Before it is read: the size of a sparse file costs its maker nothing.
                if member.size > MAX_FILE:
                    what = f"{member.name!r} in it has {member.size} bytes"
                    raise InputError([_finding(place, f"{what}; Helm loads at most {MAX_FILE}")])
                files[member.name] = content.read()
    except BROKEN as error:
        raise InputError([no_archive(place, str(error))]) from None
    if len({name.partition("/")[0] for name in files}) != 1:
        raise InputError([no_archive(place, "expected one folder in it")])
    if clash := next((n for n in files if any(up in files for up in _above(n))), None):
        raise InputError([_finding(place, f"{clash!r} in it lies below what is a file")])
    return files


def _inflated(archive: bytes, place: str) -> bytes:
    """The tar in an archive, read no further than what Helm would take."""
    with gzip.GzipFile(fileobj=io.BytesIO(archive)) as packed:
        tar = packed.read(MAX_CHART + 1)
    if len(tar) > MAX_CHART:
        raise InputError([_finding(place, f"unpacked it has more than {MAX_CHART} bytes")])
    return tar


def _above(name: str) -> list[str]:
    """The folders that a path lies in."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def no_archive(place: str, why: str) -> Finding:
    """The finding on a file that is no archive of a chart."""
    return _finding(place, f"no chart archive: {why}")


def _belongs_to(path: str, archives: list[str]) -> bool:
    # The signature of an archive says nothing about the files that were in it.
    return path.removesuffix(".prov") in archives


def _safe(name: str) -> bool:
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name
    return len(parts) > 1 and plain and not {"", ".", ".."} & set(parts)


def _finding(place: str, message: str) -> Finding:
    return Finding(path=place, rule="chart-archive", message=message)
