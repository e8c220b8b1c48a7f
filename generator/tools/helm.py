"""Find Helm and call it: lint, template, push.

Helm gets an environment in which nothing of the user's own Helm settings changes a rendering: no
`HELM_*` variable passes, and its homes are folders of ours. Only the credentials that
`helm registry login` left are the user's, and only `push` sees them. A `Helm` has no state, so
threads may share it; `pool.together` runs calls at once.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import GeneratorError, ToolError
from generator.tools import cache, process

OLDEST = (3, 17, 0)

_GET_ONE = (
    "scripts/get-helm of the generator's repository gets one; then name it, with HELM_BIN or"
    " --helm. Or install Helm 3.17 or later (https://helm.sh/docs/intro/install)"
)
_PUSH_HINTS = (
    ("server gave HTTP response to HTTPS client", "is this a plain HTTP registry? --plain-http"),
    ("certificate signed by unknown authority", "give the registry's CA with --ca-file"),
    ("401", "log in with `helm registry login`, or give --username and --password-stdin"),
    ("403", "this user may read but not write here"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LintMessage:
    """One line of `helm lint`: of which chart, how bad (INFO, WARNING, ERROR), where, what."""

    chart: Path
    severity: str
    place: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Helm:
    """A Helm that was found: where it is and its version, as (major, minor, patch)."""

    path: Path
    version: tuple[int, int, int]

    def lint(
        self,
        charts: Sequence[Path],
        *,
        values: Sequence[Path] = (),
        kube_version: str,
        namespace: str = "default",
        strict: bool = True,
        schemas: bool = True,
        without: Collection[str] = (),
    ) -> tuple[LintMessage, ...]:
        """What `helm lint` says of the charts, in one call, whether it accepts them or not.

        Without `schemas`, values are not validated. `without` are subcharts to switch off,
        whatever the values say.
        """
        off, stdin = _switched_off(without)
        command: list[str | Path] = [self.path, "lint", *charts, *value_files(values), *off]
        command += ["--kube-version", _full(kube_version), "--namespace", namespace]
        if not schemas:
            command.append("--skip-schema-validation")
        if strict:
            command.append("--strict")
        done = process.run(command, env=environment(), stdin=stdin, accept=(0, 1))
        messages = _lint_messages(done.stdout)
        worst = {"ERROR", "WARNING"} if strict else {"ERROR"}
        if done.code and not any(message.severity in worst for message in messages):
            raise ToolError([str(word) for word in command], done.code, done.stderr + done.stdout)
        return messages

    def template(
        self,
        chart: Path,
        *,
        release: str,
        namespace: str,
        values: Sequence[Path] = (),
        kube_version: str,
        api_versions: Sequence[str] = (),
        schemas: bool = True,
        without: Collection[str] = (),
    ) -> str:
        """The manifests that installing the chart (a directory or an archive) would send.

        `schemas` and `without` are those of `lint`.
        """
        off, stdin = _switched_off(without)
        command: list[str | Path] = [self.path, "template", release, chart]
        command += [*value_files(values), *off]
        command += ["--namespace", namespace, "--kube-version", _full(kube_version)]
        if not schemas:
            command.append("--skip-schema-validation")
        for version in api_versions:
            command += ["--api-versions", version]
        return process.run(command, env=environment(), stdin=stdin).stdout

    def push(
        self,
        archive: Path,
        registry_url: str,
        *,
        registry_config: Path,
        ca_file: Path | None = None,
        plain_http: bool = False,
    ) -> None:
        """Push an archive, and the `.prov` beside it, below an `oci://` address."""
        command: list[str | Path] = [self.path, "push", archive, registry_url]
        command += ["--registry-config", registry_config]
        if ca_file:
            command += ["--ca-file", ca_file]
        if plain_http:
            command += ["--plain-http"]
        try:
            process.run(command, env=environment(), timeout=600)
        except ToolError as error:
            hint = next((hint for sign, hint in _PUSH_HINTS if sign in error.output), None)
            raise ToolError(error.command, error.code, error.output, hint=hint) from None


def find(option: Path | None = None, *, project: Path) -> Helm:
    """The Helm to use: the option's, HELM_BIN's, that of .tools/bin, or that on PATH.

    The project's .tools/bin counts first, then that of the folder one stands in: a checkout of
    the generator, say, from which a platform elsewhere is built.
    """
    named = str(option) if option else os.environ.get("HELM_BIN")
    inside = Path(".tools", "bin", "helm")
    ours = shutil.which(project / inside) or shutil.which(inside.absolute())
    found = shutil.which(named) if named else ours or shutil.which("helm")
    if found is None:
        what = f"{named!r} is no program" if named else "no Helm found"
        raise GeneratorError(what, hint=_GET_ONE)
    path = Path(found).absolute()
    helm = Helm(path=path, version=_version(path))
    if helm.version < OLDEST:
        version, oldest = (".".join(map(str, v)) for v in (helm.version, OLDEST))
        raise GeneratorError(f"{path} is Helm {version}; {oldest} or later needed", hint=_GET_ONE)
    return helm


def environment() -> dict[str, str]:
    """The environment for every call of Helm."""
    home = cache.folder() / "helm"
    return {name: value for name, value in os.environ.items() if not name.startswith("HELM_")} | {
        "HELM_CACHE_HOME": str(home / "cache"),
        "HELM_CONFIG_HOME": str(home / "config"),
        "HELM_DATA_HOME": str(home / "data"),
        # Helm writes a pushed file's time in the local time zone into the manifest.
        "TZ": "UTC",
        # One call lives for milliseconds: collecting its garbage costs a quarter of its time.
        # "off" is no faster than this, and takes half as much memory again on a large chart.
        "GOGC": "800",
        "GOMEMLIMIT": "512MiB",
        "GOMAXPROCS": "1",
    }


def user_registry_config(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `helm registry login` of this user keeps the credentials."""
    if named := environ.get("HELM_REGISTRY_CONFIG"):
        return Path(named)
    if home := environ.get("HELM_CONFIG_HOME"):
        return Path(home) / "registry" / "config.json"
    config = environ.get("XDG_CONFIG_HOME")
    base = Path(config) if config else Path.home() / _CONFIG_HOME
    return base / "helm" / "registry" / "config.json"


_CONFIG_HOME = "Library/Preferences" if os.uname().sysname == "Darwin" else ".config"


def _version(path: Path) -> tuple[int, int, int]:
    """The version of a Helm, asked once for each file: a call costs as much as a rendering."""
    state = path.stat()
    key = f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
    text = cache.remembered("helm-versions", key, lambda: _ask_version(path))
    major, minor, patch = (int(part) for part in text.split("."))
    return major, minor, patch


def _ask_version(path: Path) -> str:
    done = process.run([path, "version", "--short"], env=environment(), hint=_GET_ONE, timeout=20)
    found = re.search(r"v(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    if found is None:
        raise GeneratorError(f"{path} is no Helm: it says {done.stdout.strip()!r}", hint=_GET_ONE)
    return f"{found[1]}.{found[2]}.{found[3] or 0}"


def _full(kube_version: str) -> str:
    """Three numbers: of two, Helm 3 tells templates `v1.31.0` and Helm 4 `v1.31`."""
    return f"{kube_version}.0" if kube_version.count(".") == 1 else kube_version


def value_files(values: Sequence[Path]) -> list[str]:
    """The options that name value files."""
    # Helm reads the option as one record of a CSV file: a comma in a name needs the quotes.
    return ["--values=" + '"{}"'.format(str(file).replace('"', '""')) for file in values]


def _switched_off(subcharts: Collection[str]) -> tuple[list[str], str | None]:
    """What to add to a command, and what it reads, for some subcharts to be off."""
    if not subcharts:
        return [], None
    return ["--values=-"], json.dumps({key: {"enabled": False} for key in subcharts})


def _lint_messages(output: str) -> tuple[LintMessage, ...]:
    """`==> Linting CHART`, then `[SEVERITY] place: text`, text going on over indented lines."""
    messages: list[LintMessage] = []
    chart = Path()
    for line in output.splitlines():
        if line.startswith("==> Linting "):
            chart = Path(line.removeprefix("==> Linting "))
        elif start := re.match(r"\[(INFO|WARNING|ERROR)\] ([^:\s]*): ?(.*)", line):
            severity, place, text = start.groups()
            messages.append(LintMessage(chart=chart, severity=severity, place=place, text=text))
        elif messages and line.startswith(" "):
            last = messages[-1]
            text = f"{last.text}\n{line.strip()}"
            messages[-1] = LintMessage(
                chart=last.chart, severity=last.severity, place=last.place, text=text
            )
    return tuple(messages)
