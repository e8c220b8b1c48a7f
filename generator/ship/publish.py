"""Publish chart archives to an OCI registry or to a directory with an index.yaml.

What is published never changes: an absent version is pushed, the same bytes are skipped, other
bytes are a conflict. All archives are looked up before the first is pushed, so a conflict leaves
nothing half published. A run that was interrupted is completed by running it again. Two
publishers of the same chart push the same bytes, so their race harms nobody; of two publishers
of one directory, one waits for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator.errors import ConflictError, GeneratorError
from generator.ship import archive, oci, repository
from generator.ship.archive import Package
from generator.ship.oci import Access
from generator.ship.outcome import Outcome, absent, action
from generator.tools.helm import Helm


def publish(
    archives: Sequence[Path],
    target: str,
    *,
    find_helm: Callable[[], Helm],
    access: Access | None = None,
    dry_run: bool = False,
) -> tuple[Outcome, ...]:
    """Publish archives to `oci://host/path` or to a directory (a path or `file://…`)."""
    packages = _distinct([_read(path) for path in archives])
    if target.startswith("oci://"):
        return oci.publish(packages, target, find_helm, access or Access(), dry_run)
    path = target.removeprefix("file://")
    if "://" in path or (path != target and not path.startswith("/")):
        raise GeneratorError(
            f"cannot publish to {target!r}",
            hint="write oci://host[:port]/path, or the path of a directory",
        )
    return _to_directory(packages, Path(path), dry_run)


def _read(path: Path) -> Package:
    try:
        return archive.read(path)
    except FileNotFoundError:
        hint = "`python -m generator package` makes it"
        raise GeneratorError(f"there is no {path} to publish", hint=hint) from None


def _distinct(packages: Sequence[Package]) -> tuple[Package, ...]:
    """The packages, each once; two with one name and version but other bytes are a conflict."""
    by_title: dict[str, Package] = {}
    for package in packages:
        same = by_title.setdefault(package.title, package)
        if same.digest != package.digest:
            raise ConflictError(
                f"{same.path} and {package.path} are both {package.title}, with different bytes"
            )
    return tuple(by_title.values())


def _to_directory(
    packages: Sequence[Package], directory: Path, dry_run: bool
) -> tuple[Outcome, ...]:
    with _maybe_opened(directory, dry_run) as repo:
        there = [repo.digest(package.name, package.version) for package in packages]
        new = absent(packages, there, [str(directory)] * len(packages))
        if not dry_run:
            repo.add([package for package in packages if package in new])
    return tuple(
        Outcome(
            package=package,
            action=action(package in new, dry_run),
            reference=str(directory / package.filename),
        )
        for package in packages
    )


@contextmanager
def _maybe_opened(directory: Path, dry_run: bool) -> Iterator[repository.Repository]:
    if dry_run:  # leaves no trace, so takes no lock
        yield repository.Repository(directory)
    else:
        with repository.opened(directory) as repo:
            yield repo
