"""Publish chart archives to an OCI registry or to a directory with an index.yaml.

What is published never changes: an absent version is pushed, the same bytes are skipped, other
bytes are a conflict. All archives are looked up before the first is pushed, so a conflict leaves
nothing half published. A run that was interrupted is completed by running it again.

Of two publishers of a directory one waits for the other. A registry has no such lock, nor a
"push if absent": what was pushed is read back, and whoever lost a race of different bytes is told
so. Two publishers of the same chart push the same bytes, so their race harms nobody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from generator.errors import ConflictError, GeneratorError
from generator.ship import archive, credentials, repository
from generator.ship.archive import Package
from generator.ship.credentials import Credentials
from generator.ship.registry import Published, Registry
from generator.tools.helm import Helm, user_registry_config

PUSHED = "pushed"
SKIPPED = "skipped"
WOULD_PUSH = "would push"

Find = Callable[[], Helm]


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How to reach a registry. The password comes from a file or standard input, not from argv."""

    ca_file: Path | None = None
    plain_http: bool = False
    registry_config: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one archive. `manifest` is the digest to install and sign an OCI chart by."""

    package: Package
    action: str
    reference: str
    manifest: str | None = None


def publish(
    archives: Sequence[Path],
    target: str,
    *,
    find_helm: Find,
    access: Access | None = None,
    dry_run: bool = False,
) -> tuple[Outcome, ...]:
    """Publish archives to `oci://host/path` or to a directory (a path or `file://…`)."""
    packages = _distinct([archive.read(path) for path in archives])
    if target.startswith("oci://"):
        return _to_registry(packages, target, find_helm, access or Access(), dry_run)
    path = target.removeprefix("file://")
    if "://" in path or (path != target and not path.startswith("/")):
        raise GeneratorError(
            f"cannot publish to {target!r}",
            hint="write oci://host[:port]/path, or the path of a directory",
        )
    return _to_directory(packages, Path(path), dry_run)


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
        new = _new(packages, there, [str(directory)] * len(packages))
        if not dry_run:
            repo.add([package for package in packages if package in new])
    return tuple(
        Outcome(
            package=package,
            action=_action(package in new, dry_run),
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


def _to_registry(
    packages: Sequence[Package], target: str, find_helm: Find, access: Access, dry_run: bool
) -> tuple[Outcome, ...]:
    host, prefix = _parts(target)
    config = access.registry_config or user_registry_config()
    login = _login(host, access, config)
    registry = Registry(
        host, plain_http=access.plain_http, ca_file=access.ca_file, credentials=login
    )
    places = [_Place(registry=registry, prefix=prefix, package=package) for package in packages]
    there = [place.published() for place in places]
    references = [place.reference for place in places]
    new = _new(packages, [_digest(each) for each in there], references)
    outcomes = []
    with _config_file(host, access, login, config) as file:
        for place, before in zip(places, there, strict=True):
            after = before
            if place.package in new and not dry_run:
                find_helm().push(
                    place.package.path,
                    target.rstrip("/"),
                    registry_config=file,
                    ca_file=access.ca_file,
                    plain_http=access.plain_http,
                )
                after = place.read_back()
            outcomes.append(
                Outcome(
                    package=place.package,
                    action=_action(place.package in new, dry_run),
                    reference=place.reference,
                    manifest=after.manifest if after else None,
                )
            )
    return tuple(outcomes)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where in a registry one package belongs."""

    registry: Registry
    prefix: str
    package: Package

    @property
    def path(self) -> str:
        return f"{self.prefix}{self.package.name}"

    @property
    def tag(self) -> str:
        return self.package.version.replace("+", "_")  # tags know no plus; Helm writes it so

    @property
    def reference(self) -> str:
        return f"oci://{self.registry.host}/{self.path}:{self.tag}"

    def published(self) -> Published | None:
        return self.registry.published(self.path, self.tag)

    def read_back(self) -> Published:
        """What is there now that we have pushed: ours, unless another publisher came between."""
        found = self.published()
        if found is None:
            raise GeneratorError(f"{self.reference} was pushed, but the registry has it not")
        if found.chart != self.package.digest:
            raise ConflictError(
                f"{self.reference} was pushed by two publishers at once, with different bytes",
                hint="find out whose it is: the registry holds the other one now",
            )
        return found


def _new(
    packages: Sequence[Package], there: Sequence[str | None], places: Sequence[str]
) -> tuple[Package, ...]:
    """The packages that are not there yet. Refuses all of them if any is there with other bytes."""
    rows = zip(packages, there, places, strict=True)
    conflicts = [
        f"{package.title} is published at {place} with other bytes"
        f" (sha256 {digest or 'unknown'} there, {package.digest} here)"
        for package, digest, place in rows
        if digest not in (None, package.digest)
    ]
    if conflicts:
        raise ConflictError(
            "\n".join(conflicts),
            hint="a published version never changes: raise the version in platform.yaml",
        )
    return tuple(package for package, digest in zip(packages, there, strict=True) if not digest)


def _digest(found: Published | None) -> str | None:
    """What is compared: the archive's digest, or words that equal none where an image lies."""
    return (found.chart or "of something that is no chart") if found else None


def _action(is_new: bool, dry_run: bool) -> str:
    return (WOULD_PUSH if dry_run else PUSHED) if is_new else SKIPPED


def _parts(target: str) -> tuple[str, str]:
    """Host (with port) and path prefix of `oci://host/path`."""
    parts = urlsplit(target)
    if not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
        raise GeneratorError(
            f"{target!r} is no address of a registry", hint="write oci://host[:port]/path"
        )
    path = parts.path.strip("/")
    return parts.netloc, f"{path}/" if path else ""


def _login(host: str, access: Access, config: Path) -> Credentials | None:
    if access.user is not None:
        return Credentials(user=access.user, password=access.password or "")
    return credentials.find(host, (config, credentials.docker_config()))


@contextmanager
def _config_file(
    host: str, access: Access, login: Credentials | None, config: Path
) -> Iterator[Path]:
    """The registry config for Helm: the user's own, or one with the given credentials alone."""
    if access.user is None or login is None:
        yield config
        return
    # Only its owner can enter the folder, and it is gone after the push.
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        file = Path(folder) / "config.json"
        file.write_text(credentials.config_for(host, login), encoding="utf-8")
        yield file
