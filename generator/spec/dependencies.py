"""Charts of others: an archive of the repository, locked by its digest -> `Dependency`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.findings import Finding
from generator.helmchart import vendored
from generator.kinds import umbrella
from generator.spec.intact import Intact
from generator.spec.model import Dependency, Upstream
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest
from generator.spec.upstream import RefusedError, read_upstream

RULE = "dependency"


def read_dependencies(
    found: Intact, chart: str, root: Path
) -> tuple[tuple[Dependency, ...], list[Finding]]:
    """Those of a chart that are what the spec says, and what is wrong with the others."""
    data = found.source.data["charts"][chart]
    good: list[Dependency] = []
    wrong: list[Finding] = []
    for alias, raw in data.get("dependencies", {}).items():
        path = ("charts", chart, "dependencies", alias)
        try:
            upstream = _locked(raw, root)
            _fits(alias, raw, upstream, chart, data, good)
        except RefusedError as error:
            wrong.append(_finding(found, (*path, *error.path), error.what, error.hint))
            continue
        good.append(
            Dependency(
                path=path,
                place=found.source.where_key(path),
                name=alias,
                archive=raw["archive"],
                origin=raw.get("from"),
                chart=upstream,
                values=raw.get("values", {}),
                enabled=raw.get("enabled", True),
            )
        )
    return tuple(good), wrong


def _locked(raw: Mapping[str, Any], root: Path) -> Upstream:
    """The chart in an archive, once its bytes are those of the lock."""
    content = _read(raw, root)
    digest = hashlib.sha256(content).hexdigest()
    if "sha256" not in raw:
        what = "the key 'sha256' is missing, which locks the bytes of the archive"
        raise RefusedError((), what, f"look at what is in the archive, then add:\nsha256: {digest}")
    if raw["sha256"] != digest:
        what = f"{shown(raw['archive'])} has other bytes: expected {raw['sha256']}, got {digest}"
        hint = (
            f"restore the archive; if the change is meant, look at it and write:\nsha256: {digest}"
        )
        raise RefusedError(("sha256",), what, hint)
    return read_upstream(content)


def _read(raw: Mapping[str, Any], root: Path) -> bytes:
    name = str(raw["archive"])
    target: Path = (root / name).resolve()
    if not target.is_relative_to(root):
        what = f"{shown(name)} lies outside the folder of the platform"
        raise RefusedError(
            ("archive",), what, "move it below that folder: a platform is one repository"
        )
    if not target.is_file():
        kind = "is no file" if target.exists() else "does not exist"
        raise RefusedError(("archive",), f"{shown(name)} {kind}", _to_get(raw, root))
    if target.stat().st_size > vendored.MAX_CHART:
        what = f"{shown(name)} has more than {vendored.MAX_CHART} bytes, which no Helm loads"
        raise RefusedError(("archive",), what)
    return target.read_bytes()


def _to_get(raw: Mapping[str, Any], root: Path) -> str:
    """The command that gets an archive; without its origin the name that was meant, if any."""
    name = Path(raw["archive"])
    folder, origin, version = name.parent, raw.get("from"), raw.get("version", "VERSION")
    if origin is None:
        there = [str(folder / each.name) for each in sorted((root / folder).glob("*.tgz"))]
        close = nearest(str(name), there)
        command = f"helm pull oci://… --version {version} --destination {folder}"
        return f"did you mean {close}?" if close else command
    # In a chart repository the chart's name is the last part: of its address, or of the archive.
    where = origin
    if not origin.startswith("oci://") and not origin.endswith(".tgz"):
        chart = name.name.removesuffix(".tgz").removesuffix(f"-{version}")
        where = f"{chart} --repo {origin}"
    return f"helm pull {where} --version {version} --destination {folder}"


def _fits(
    alias: str,
    raw: Mapping[str, Any],
    upstream: Upstream,
    chart: str,
    data: Mapping[str, Any],
    others: list[Dependency],
) -> None:
    """Refuse what collides with names of the chart, and a version that is another one."""
    other = f"give it another name, for example {alias[:19]}-upstream"
    if alias == chart:
        raise RefusedError((), "a dependency can't have its chart's name", other)
    if alias in data["components"]:
        raise RefusedError((), f"a component is named {shown(alias)} too", other)
    if alias in umbrella.KEYS:
        raise RefusedError((), f"the chart has values of its own below the key {alias}", other)
    wanted = raw.get("version", upstream.version)
    if wanted != upstream.version:
        what = f"the archive holds {upstream.name} {upstream.version}, not {wanted}"
        raise RefusedError(("version",), what, f'version: "{upstream.version}"')
    if "enabled" in raw.get("values", {}):
        hint = "write `enabled:` beside `values:`"
        raise RefusedError(("values", "enabled"), "the switch is no value of the chart", hint)
    one = f"{upstream.name} {upstream.version}"
    if upstream.name in data["components"] and upstream.version == data["version"]:
        what = f"Helm can't tell {one} from the component of that name, which has the same version"
        raise RefusedError(("archive",), what, "rename the component")
    for each in others:
        same = (each.chart.name, each.chart.version) == (upstream.name, upstream.version)
        if same and each.chart.files != upstream.files:
            what = f"Helm can't tell it from that of {each.name}: both say that they are {one}"
            raise RefusedError(("archive",), what, "use one archive for both")


def _finding(found: Intact, path: Path_, what: str, hint: str | None) -> Finding:
    inner = path[4:]
    return found.source.finding(path, RULE, f"{dotted(path)}: {what}", hint, key=not inner)
