"""A directory of chart archives with its index.yaml: a chart repository for any web server.

The index is a function of the archives: entries sorted, newest version first, `created` from the
time that archives are packed with, so that two runs write the same bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from generator.errors import ConflictError, InputError
from generator.findings import Finding
from generator.helmchart import chartdir
from generator.ship import archive
from generator.ship.archive import Package
from generator.ship.versions import precedence

INDEX = "index.yaml"

Entry = Mapping[str, Any]


def write_index(directory: Path) -> Path:
    """Write the index of exactly the archives that are in a directory."""
    time = archive.source_date()
    entries = [_entry(path, time) for path in sorted(directory.glob("*.tgz"))]
    return _write(directory, entries, time)


class Repository:
    """A published repository: what is in it is never changed and never removed.

    Use it inside `opened`, which keeps other publishers of this machine out meanwhile.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.entries = list(_read(directory / INDEX))

    def digest(self, name: str, version: str) -> str | None:
        """The sha256 of what is published under a name and version, None when nothing is."""
        for entry in self.entries:
            if (entry["name"], entry["version"]) == (name, version):
                # Helm leaves the digest out of indexes written long ago; the file then says.
                return str(entry.get("digest") or "") or self._file_digest(name, version) or ""
        return None

    def add(self, packages: Sequence[Package]) -> None:
        """Copy archives in, then write the index, so that it never names a file not there."""
        time = archive.source_date()
        for package in packages:
            target = self.directory / package.filename
            there = self._file_digest(package.name, package.version)
            if there not in (None, package.digest):
                # In no index, so nobody could have installed it; still not ours to overwrite.
                raise ConflictError(
                    f"{target} is another {package.title}",
                    hint="it is not in the index: remove the file if nothing needs it",
                )
            if package.provenance:
                signature = target.with_name(f"{target.name}.prov")
                archive.write(signature, package.provenance.read_bytes(), time)
            if there is None:
                archive.write(target, package.path.read_bytes(), time)
            self.entries.append(_entry(target, time))
        if packages:
            _write(self.directory, self.entries, time)

    def _file_digest(self, name: str, version: str) -> str | None:
        path = self.directory / f"{name}-{version}.tgz"
        return archive.digest_of(path) if path.is_file() else None


@contextlib.contextmanager
def opened(directory: Path) -> Iterator[Repository]:
    """The repository in a directory, for one publisher at a time."""
    directory.mkdir(parents=True, exist_ok=True)
    # The lock ends with the process, however that ends; the file itself may stay.
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for pattern in (".*.tgz.*", f".{INDEX}.*"):  # of a run that was killed while writing
            for left_over in directory.glob(pattern):
                left_over.unlink(missing_ok=True)
        yield Repository(directory)


def _entry(path: Path, time: int) -> Entry:
    return {
        **archive.declared_in(path).metadata,
        "created": _timestamp(time),
        "digest": archive.digest_of(path),
        "urls": [path.name],
    }


def _read(index: Path) -> Iterator[Entry]:
    """The entries of an index, also of one that another tool wrote."""
    if not index.exists():
        return
    try:
        content = yaml.load(index.read_bytes(), Loader=chartdir.Loader)
        for entries in (content["entries"] or {}).values():
            for entry in entries:
                if not (isinstance(entry["name"], str) and isinstance(entry["version"], str)):
                    raise TypeError
                yield entry
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        message = "no index of a chart repository"
        raise InputError([Finding(path=str(index), rule="index", message=message)]) from None


def _write(directory: Path, entries: Sequence[Entry], time: int) -> Path:
    by_name: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: precedence(entry["version"]), reverse=True):
        by_name.setdefault(entry["name"], []).append(entry)
    index = {"apiVersion": "v1", "entries": by_name, "generated": _timestamp(time)}
    text = yaml.dump(
        index, Dumper=_Dumper, sort_keys=True, allow_unicode=True, default_flow_style=False
    )
    archive.write(directory / INDEX, text.encode(), time)
    return directory / INDEX


class _Dumper(yaml.CSafeDumper):
    """Writes equal lists out in full: `&id001` in an index surprises people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _timestamp(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
