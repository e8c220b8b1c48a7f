"""Publish chart archives to an OCI registry: look them up, `helm push` what is absent, read back.

A registry has no lock and no "push if absent". So what was pushed is read back, and a publisher
that finds other bytes there has lost a race and is told so. The last of two that push different
bytes still wins: only a registry with immutable tags can refuse it.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from generator.errors import ConflictError, GeneratorError, ToolError
from generator.ship import credentials
from generator.ship.archive import Package
from generator.ship.credentials import Credentials
from generator.ship.outcome import Outcome, absent, action
from generator.ship.registry import Published, Registry
from generator.tools.helm import Helm, user_registry_config

_WAITS = (0.5, 1.5)
#: What Helm says of a registry that may do better in a moment. The last is all Helm 3 says of it.
_STUMBLED = re.compile(
    r"\b(?:429 Too|500 Int|502 Bad|503 Ser|504 Gat)|status code (?:429|50[0234])"
    r"|blob unknown|digest invalid|/manifests/\S+: 400 Bad"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How to reach a registry. The password comes from a file or standard input, not from argv."""

    ca_file: Path | None = None
    plain_http: bool = False
    registry_config: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def publish(
    packages: Sequence[Package],
    target: str,
    find_helm: Callable[[], Helm],
    access: Access,
    dry_run: bool,
) -> tuple[Outcome, ...]:
    """Publish archives below `oci://host[:port]/path`."""
    host, prefix = _parts(target)
    config = access.registry_config or user_registry_config()
    login = _login(host, access, config)
    registry = Registry(
        host, plain_http=access.plain_http, ca_file=access.ca_file, credentials=login
    )
    places = [_Place(registry=registry, prefix=prefix, package=package) for package in packages]
    there = [place.published() for place in places]
    references = [place.reference for place in places]
    new = absent(packages, [_digest(each) for each in there], references)
    if new and not dry_run:
        with _config_file(host, access, login, config) as file:
            helm = find_helm()
            for place in places:
                if place.package in new:
                    _push(place, target, helm, access, file)
        # Last, not after each push: the later we look, the more of a race we see.
        there = [
            place.read_back() if place.package in new else found
            for place, found in zip(places, there, strict=True)
        ]
    return tuple(
        Outcome(
            package=place.package,
            action=action(place.package in new, dry_run),
            reference=place.reference,
            manifest=found.manifest if found else None,
        )
        for place, found in zip(places, there, strict=True)
    )


def knock(target: str, chart: str, access: Access, *, timeout: float) -> str:
    """In a few words, how a registry receives who would publish a chart. Raises if it does not."""
    host, prefix = _parts(target)
    login = _login(host, access, access.registry_config or user_registry_config())
    registry = Registry(
        host,
        plain_http=access.plain_http,
        ca_file=access.ca_file,
        credentials=login,
        timeout=timeout,
        waits=(),
    )
    asked = registry.lets_in(f"{prefix}{chart}")
    if login is None:
        return "answers; no login here"
    return f"lets {login.user} in" if asked else "answers without asking for a login"


def _push(place: _Place, target: str, helm: Helm, access: Access, config: Path) -> None:
    """Push one archive; again where the registry stumbled.

    Docker's registry writes its files in place, and whoever reads one half-written is refused: so
    are two publishers of the same bytes. What is there after that needs no push; whose it is, we
    find when we read it back.
    """
    for wait in (*_WAITS, None):
        try:
            helm.push(
                place.package.path,
                target.rstrip("/"),
                registry_config=config,
                ca_file=access.ca_file,
                plain_http=access.plain_http,
            )
            return
        except ToolError as error:
            if wait is None or _STUMBLED.search(error.output) is None:
                raise
        time.sleep(wait)
        if place.published() is not None:
            return


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


def _digest(found: Published | None) -> str | None:
    """What is compared: the archive's digest, or words that equal none where an image lies."""
    return (found.chart or "of something that is no chart") if found else None


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
        if access.password is None:
            hint = "give one with --password-stdin"
            raise GeneratorError(f"no password for the user {access.user!r}", hint=hint)
        return Credentials(user=access.user, password=access.password)
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
