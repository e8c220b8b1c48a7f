"""The revisions of a release, as Helm keeps them: a Secret each, `sh.helm.release.v1.NAME.vN`."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.check.manifests import ManifestReader
from generator.check.objects import Object
from generator.errors import GeneratorError
from generator.release.target import Target
from generator.tools.kubectl import ClusterError, Json, Kubectl

#: What Helm calls a revision that an operation did not finish.
PENDING = frozenset({"pending-install", "pending-rollback", "pending-upgrade", "uninstalling"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Revision:
    """One revision. `status` is Helm's word: deployed, superseded, failed, pending-upgrade, …"""

    number: int
    status: str
    namespace: str
    packed: str

    @property
    def pending(self) -> bool:
        return self.status in PENDING

    @property
    def good(self) -> bool:
        """Whether it runs, or once did.

        Helm calls a failed revision superseded, too, once a rollback has taken its place.
        """
        if self.status == "superseded":
            return not re.match(r"\w+ \".*\" failed: ", self.description)
        return self.status == "deployed"

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """All that Helm wrote down, unpacked: info, chart, config, manifest, hooks."""
        text = base64.b64decode(base64.b64decode(self.packed))
        if text.startswith(b"\x1f\x8b"):
            text = gzip.decompress(text)
        data: dict[str, Any] = json.loads(text)
        return data

    @property
    def chart_version(self) -> str:
        return str(self._chart.get("version", ""))

    @property
    def app_version(self) -> str:
        return str(self._chart.get("appVersion", ""))

    @property
    def description(self) -> str:
        return str(self._info.get("description", ""))

    @property
    def deployed_at(self) -> str:
        """When, as RFC 3339."""
        return str(self._info.get("last_deployed", ""))

    @property
    def values(self) -> Mapping[str, Any]:
        """What was given to it on top of the chart's own values."""
        return self.record.get("config") or {}

    @property
    def server_side(self) -> bool:
        """Whether Helm applied it server-side; Helm 3 never does."""
        return self.record.get("apply_method") == "ssa"

    @cached_property
    def objects(self) -> tuple[Object, ...]:
        """The objects of its manifest, without hooks."""
        reader = ManifestReader(folder="", namespace=self.namespace)
        return reader.read(str(self.record.get("manifest", ""))).objects

    @property
    def _chart(self) -> Mapping[str, Any]:
        return (self.record.get("chart") or {}).get("metadata") or {}

    @property
    def _info(self) -> Mapping[str, Any]:
        return self.record.get("info") or {}


@dataclass(frozen=True, kw_only=True)
class History:
    """All revisions that are kept, oldest first. Empty when the release was never installed."""

    revisions: tuple[Revision, ...]

    @property
    def last(self) -> Revision | None:
        return self.revisions[-1] if self.revisions else None

    @property
    def deployed(self) -> Revision | None:
        """The newest revision that runs, or ran before the last attempt."""
        good = [one for one in self.revisions if one.good]
        running = [one for one in good if one.status == "deployed"]
        candidates = running or good
        return candidates[-1] if candidates else None

    def revision(self, number: int) -> Revision | None:
        return next((one for one in self.revisions if one.number == number), None)


def read_history(target: Target, kubectl: Kubectl) -> History:
    """The release's revisions. Raises `ClusterError`, when Secrets must not be read, too."""
    found = kubectl.list(
        "secrets", namespace=target.namespace, selector=f"owner=helm,name={target.release}"
    )
    revisions = sorted((_revision(one) for one in found), key=lambda one: one.number)
    return History(revisions=tuple(revisions))


def told_history(target: Target, kubectl: Kubectl) -> History:
    """The release's revisions, for who asks about nothing else: says who may not read them."""
    try:
        return read_history(target, kubectl)
    except ClusterError as error:
        if error.reason != "forbidden":
            raise
        raise GeneratorError(
            f"you may not read the releases in {target.namespace}: Helm keeps them in Secrets",
            hint=f"who may, says `kubectl auth can-i list secrets -n {target.namespace}`",
        ) from None


def _revision(secret: Json) -> Revision:
    labels = secret["metadata"]["labels"]
    return Revision(
        number=int(labels["version"]),
        status=str(labels["status"]),
        namespace=str(secret["metadata"]["namespace"]),
        packed=str(secret["data"]["release"]),
    )
