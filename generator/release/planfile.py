"""A plan in a file: what it was made of, so that a deployment by it can tell whether that moved.

It holds digests and revisions, nothing of what the objects say: no value of a Secret, no password
that somebody wrote where none belongs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from generator.errors import GeneratorError
from generator.release.changes import Changes, ObjectChange
from generator.release.difference import compared
from generator.release.dryrun import Key, live_key
from generator.release.facts import read_server
from generator.release.history import read_history
from generator.release.plan import Plan, ReleasePlan
from generator.release.target import Target, World
from generator.tools import pool
from generator.tools.kubectl import Json

_FORMAT = "generator.dev/plan/v1"


@dataclass(frozen=True, kw_only=True)
class SavedObject:
    """An object as the plan saw it: `digest` is empty where it was not there.

    `replicas` says whether their number is part of the digest: autoscalers change it all day.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    digest: str
    replicas: bool

    @property
    def title(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class SavedRelease:
    """One release: the revision that was the last, what it would be made of, what was there."""

    release: str
    namespace: str
    revision: int
    chart: str  # digest of the chart's files
    values: Mapping[str, str]  # digests of the overlays, by name
    objects: tuple[SavedObject, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """What a file of a plan holds."""

    environment: str
    made: str  # RFC 3339
    cluster: str
    helm: str
    releases: tuple[SavedRelease, ...]


def save_plan(path: Path, plan: Plan) -> SavedPlan:
    """Write a plan: the whole file or none, for nobody else to read."""
    saved = SavedPlan(
        environment=plan.environment,
        made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        cluster=plan.server.id,
        helm=plan.helm,
        releases=tuple(_release(one) for one in plan.releases),
    )
    text = json.dumps({"format": _FORMAT, **asdict(saved)}, indent=2) + "\n"
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return saved


def load_plan(path: Path) -> SavedPlan:
    """Read a plan. Raises `GeneratorError` for a file that is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format") != _FORMAT:
            raise ValueError
        releases = tuple(_read_release(one) for one in data.pop("releases"))
        return SavedPlan(releases=releases, **data)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise GeneratorError(
            f"{path} is no plan of this version",
            hint="python -m generator plan -e ENV --out FILE",
        ) from None


def moved(saved: SavedPlan, targets: Sequence[Target], world: World) -> tuple[str, ...]:
    """Why the plan does not hold any more, a sentence each; empty as long as it does."""
    server = pool.together([partial(read_server, world.kubectl)])[0]
    if server.id != saved.cluster:
        return ("it was made for another cluster",)
    reasons = []
    helm = ".".join(map(str, world.helm.version))
    if helm != saved.helm:
        reasons.append(f"it was made with Helm {saved.helm}, and this is Helm {helm}")
    by_name = {one.release: one for one in targets}
    if set(by_name) != {one.release for one in saved.releases}:
        planned = ", ".join(one.release for one in saved.releases)
        reasons.append(f"it is for {planned}, and this is for {', '.join(by_name) or 'nothing'}")
    calls = [
        partial(_moved_release, one, by_name[one.release], world, saved.made)
        for one in saved.releases
        if one.release in by_name
    ]
    return (*reasons, *(reason for found in pool.together(calls) for reason in found))


def _release(one: ReleasePlan) -> SavedRelease:
    changes = one.changes
    return SavedRelease(
        release=one.target.release,
        namespace=one.target.namespace,
        revision=one.revision or 0,
        chart=_folder_digest(one.target.chart),
        values=_values(one.target),
        objects=tuple(_objects(changes)) if changes else (),
        counts=one.counts,
    )


def _objects(changes: Changes) -> Iterator[SavedObject]:
    """All that is there, and all that is to be made and must not be there."""
    by_key = {_key(one): one for one in changes.objects}
    for key, live in changes.live.items():
        change = by_key.get(key)
        replicas = bool(change) and any(
            field.steps == ("spec", "replicas") for field in (change.fields if change else ())
        )
        yield _saved(live, digest(live, replicas=replicas), replicas=replicas)
    for key, one in by_key.items():
        if key not in changes.live:
            yield SavedObject(
                api_version=one.api_version,
                kind=one.kind,
                namespace=one.namespace,
                name=one.name,
                digest="",
                replicas=False,
            )


def _saved(live: Json, found: str, *, replicas: bool) -> SavedObject:
    metadata = live["metadata"]
    return SavedObject(
        api_version=live["apiVersion"],
        kind=live["kind"],
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        digest=found,
        replicas=replicas,
    )


def _key(one: ObjectChange) -> Key:
    return (one.api_version.rpartition("/")[0], one.kind, one.namespace, one.name)


def digest(live: Json, *, replicas: bool) -> str:
    """An object's fingerprint. Of a Secret only its version: a short value could be guessed."""
    if live["kind"] == "Secret":
        words = [live["metadata"].get("uid"), live["metadata"].get("resourceVersion")]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()
    data = dict(compared(live))
    spec = data.get("spec")
    if not replicas and isinstance(spec, dict):
        data["spec"] = {key: value for key, value in spec.items() if key != "replicas"}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _moved_release(saved: SavedRelease, target: Target, world: World, made: str) -> tuple[str, ...]:
    reasons = []
    last = read_history(target, world.kubectl).last
    number = last.number if last else 0
    if number != saved.revision:
        there = f"revision {number} ({last.status})" if last else "no release"
        was = f"revision {saved.revision}" if saved.revision else "no release"
        reasons.append(f"{saved.release}: it was made on {was}, and there is {there} now")
    if _folder_digest(target.chart) != saved.chart:
        reasons.append(f"{saved.release}: the chart changed since")
    for name, found in {**dict.fromkeys(saved.values, ""), **_values(target)}.items():
        if saved.values.get(name) != found:
            reasons.append(f"{saved.release}: {name} changed since")
    return (*reasons, *_moved_objects(saved, world, made))


def _moved_objects(saved: SavedRelease, world: World, made: str) -> Iterator[str]:
    wanted = [
        {
            "apiVersion": one.api_version,
            "kind": one.kind,
            "metadata": {
                "name": one.name,
                **({"namespace": one.namespace} if one.namespace else {}),
            },
        }
        for one in saved.objects
    ]
    there = {live_key(one): one for one in world.kubectl.present(wanted)}
    for one in saved.objects:
        live = there.get((one.api_version.rpartition("/")[0], one.kind, one.namespace, one.name))
        if live is None:
            if one.digest:
                yield f"{saved.release}: {one.title} was removed since"
        elif not one.digest:
            yield f"{saved.release}: {one.title} was made since{_by(live, made)}"
        elif digest(live, replicas=one.replicas) != one.digest:
            yield f"{saved.release}: {one.title} was changed since{_by(live, made)}"


def _by(live: Json, made: str) -> str:
    """Who wrote after the plan was made, as far as the object tells."""
    entries = live["metadata"].get("managedFields") or ()
    names = {
        str(one.get("manager"))
        for one in entries
        if str(one.get("time", "")) >= made and one.get("subresource") != "status"
    }
    return f", by {' and '.join(sorted(names))}" if names else ""


def _values(target: Target) -> dict[str, str]:
    return {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in target.values
    }


def _folder_digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return found.hexdigest()


def _read_release(data: dict[str, Any]) -> SavedRelease:
    objects = tuple(SavedObject(**one) for one in data.pop("objects"))
    return SavedRelease(objects=objects, **data)
