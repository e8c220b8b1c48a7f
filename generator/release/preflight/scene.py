"""All that a check before a deployment looks at: one release, what it wants, what there is."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.check.objects import Object, mapping
from generator.check.rendering import Rendering
from generator.findings import ERROR, Finding
from generator.release.changes import Changes, key_of
from generator.release.facts import Facts
from generator.release.history import History
from generator.release.target import Target
from generator.tools.kubectl import Json

#: Secret -> key -> the least number of characters, 0 where the length does not matter.
Keys = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One release before it is deployed. `objects` are all that are rendered, with hooks."""

    target: Target
    root: Path  # the folder of platform.yaml: findings name files as seen from there
    helm: tuple[int, int, int]
    history: History
    facts: Facts
    objects: tuple[Object, ...]
    changes: Changes | None  # None where they could not be asked for
    keys: Keys
    size: int  # of the release's Secret, in bytes

    @cached_property
    def rendering(self) -> Rendering:
        return Rendering(objects=self.objects)

    @property
    def chart(self) -> str:
        """Chart.yaml, as findings name it."""
        return _shown(self.target.chart / "Chart.yaml", self.root)

    @property
    def overlay(self) -> str:
        """What people would change: the environment's overlay, or the chart's own values."""
        files = self.target.values or (self.target.chart / "values.yaml",)
        return _shown(files[-1], self.root)

    def replicas(self, one: Object) -> int:
        """How many pods of a workload are wanted in the cluster now, 0 where there is none."""
        live = self.changes.live.get(key_of(one)) if self.changes else None
        found = mapping((live or {}).get("spec")).get("replicas")
        return found if isinstance(found, int) else 0

    @property
    def namespace(self) -> str:
        return self.target.namespace

    @property
    def options(self) -> str:
        """What a line to paste needs to mean this environment."""
        return f"-e {self.target.environment}"


def finding(
    rule: str,
    path: str,
    message: str,
    *,
    hint: str | Sequence[str] | None = None,
    severity: str = ERROR,
    subject: str | None = None,
) -> Finding:
    """A finding about a whole file, and the object in it that is meant."""
    text = hint if isinstance(hint, str) or hint is None else "\n".join(hint)
    return Finding(
        path=path,
        rule=rule,
        message=message,
        hint=text or None,
        severity=severity,
        subject=subject,
    )


def close_to(word: str, known: Sequence[str]) -> str | None:
    """The known word that was perhaps meant."""
    found = difflib.get_close_matches(word, known, n=1)
    return found[0] if found else None


def name(data: Json) -> str:
    return str(data["metadata"]["name"])


def notes(data: Json) -> Mapping[str, Any]:
    """An object's annotations."""
    return data["metadata"].get("annotations") or {}


def _shown(path: Path, root: Path) -> str:
    return Path(os.path.relpath(str(path), str(root))).as_posix()
