"""A container of a rendered pod as a process of this machine, and what had to differ for that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"\$\((\w+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place where a test can't take what the chart rendered as it is."""

    file: str
    rendered: str
    here: str
    why: str


def adapted(file: str, text: str, differences: Sequence[Difference]) -> str:
    """A rendered file with its differences, each of which must be in it."""
    for one in differences:
        if one.file == file:
            assert one.rendered in text, f"{file} no longer has {one.rendered!r}: {one.why}"
            text = text.replace(one.rendered, one.here)
    return text


def placed(text: str, places: Mapping[str, Path]) -> str:
    """The same text, with the folders that a pod mounts where they are on this machine."""
    for mounted, here in places.items():
        text = re.sub(rf"(?<![\w/.-]){re.escape(mounted)}(?=/|\b)", str(here), text)
    return text


def environment(
    container: Mapping[str, Any],
    *,
    fields: Mapping[str, str],
    secrets: Mapping[str, str],
    places: Mapping[str, Path],
) -> dict[str, str]:
    """The rendered environment: what Kubernetes would put in, put in."""
    found: dict[str, str] = {}
    for entry in container.get("env", ()):
        source = entry.get("valueFrom", {})
        if "fieldRef" in source:
            value = fields[source["fieldRef"]["fieldPath"]]
        elif "secretKeyRef" in source:
            value = secrets[source["secretKeyRef"]["key"]]
        else:
            text = entry.get("value", "")  # the API server leaves out an empty one
            value = _REFERENCE.sub(lambda match: found[match[1]], text)
            value = placed(value, places)
        found[entry["name"]] = value
    return found


def command(words: Sequence[str], places: Mapping[str, Path]) -> list[str]:
    return [placed(word, places) for word in words]
