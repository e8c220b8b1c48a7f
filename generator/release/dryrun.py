"""Let the API server try objects without keeping them: what each would be, or why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from generator.tools import pool
from generator.tools.kubectl import ClusterError, Json, Kubectl

#: What Helm calls itself, whatever its file is called.
HELM = "helm"

#: group, kind, namespace, name
Key = tuple[str, str, str, str]

_CHUNK = 24
_WORKERS = 2
_VALUE = re.compile(r"Invalid value: [\[{].*[\]}]: ")
_FATAL = frozenset({"config", "unauthorized", "unreachable"})


def live_key(data: Json) -> Key:
    metadata = data["metadata"]
    group = str(data["apiVersion"]).rpartition("/")[0]
    return (group, data["kind"], metadata.get("namespace", ""), metadata["name"])


def dry_run(kubectl: Kubectl, manifests: Sequence[Json]) -> Mapping[Key, Json | ClusterError]:
    """What each object would be, or why the API server would not take it."""
    chunks = [manifests[at : at + _CHUNK] for at in range(0, len(manifests), _CHUNK)]
    calls = [partial(_ask, kubectl, chunk) for chunk in chunks]
    answers: dict[Key, Json | ClusterError] = {}
    for some in pool.together(calls, workers=_WORKERS):
        answers.update(some)
    return answers


def _ask(kubectl: Kubectl, manifests: Sequence[Json]) -> Mapping[Key, Json | ClusterError]:
    """One call for all; where any is refused, halves, until it is known which."""
    try:
        found: Iterable[Json] = kubectl.apply_all(manifests, manager=HELM, dry_run=True, force=True)
        return {live_key(one): one for one in found}
    except ClusterError as error:
        if error.reason in _FATAL:
            raise
        if len(manifests) == 1:
            return {live_key(manifests[0]): error}
    half = len(manifests) // 2
    first, second = manifests[:half], manifests[half:]
    return {**_ask(kubectl, first), **_ask(kubectl, second)}


def spoken(error: ClusterError) -> str:
    """What the API server said, without kubectl's words around it."""
    lines = [line for line in error.output.strip().splitlines() if line]
    # Of a value that it does not want, the server repeats all, in words of Go.
    text = _VALUE.sub("", " ".join(lines)) or str(error)
    for start in ("Error from server", "error: ", "The "):
        at = text.find(start)
        if at >= 0:
            return text[at:].removeprefix("error: ").strip()
    return text
