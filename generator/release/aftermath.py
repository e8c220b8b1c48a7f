"""After a failure: which state the release was left in, and what Helm meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.release.history import History, Revision, read_history
from generator.release.target import Target, World
from generator.release.why import Part
from generator.tools.kubectl import ClusterError

#: Lines of Helm's that a message shows.
_LINES = 8
#: Characters of a long line's beginning and of its end.
_HALF = 200
_UNKNOWN = {
    "unauthorized": "the cluster no longer accepts the token or certificate",
    "forbidden": "this user may not read it",
}
_NOISE = (
    re.compile(r"(?m)^(level=\w+ msg=|[WI]\d{4} |Release \S+ has been cancelled).*$"),
    re.compile(r"(?m)^Error: (?:(?:UPGRADE|INSTALLATION) FAILED: )?"),
    re.compile(r"release \S+ failed, and has been \w+ \w* ?due to \S+ being set: "),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """In which state a release was left. `stuck`: only `--recover` goes on from there."""

    sentence: str
    stuck: bool


def state_left(target: Target, world: World) -> Left:
    """The release as the cluster has it now."""
    try:
        history = read_history(target, world.kubectl)
    except ClusterError as error:
        why = _UNKNOWN.get(error.reason, "the cluster does not answer")
        later = f"helm history {target.release} -n {target.namespace}"
        return Left(sentence=f"unknown, for {why}; later: {later}", stuck=True)
    last = history.last
    return Left(sentence=state(history), stuck=last is not None and last.pending)


def state(history: History) -> str:
    """One sentence on a release, by its history."""
    last, runs = history.last, history.deployed
    if last is None:
        return "nothing is installed"
    if last.pending:
        return f"revision {last.number} is {last.status}: Helm could not note how it ended"
    if last.status == "deployed":
        back = re.fullmatch(r"Rollback to (\d+)", last.description)
        if back:
            return f"rolled back: revision {last.number} runs, which is revision {back[1]} again"
        return f"revision {last.number} runs ({what(last)})"
    if runs is None:
        return f"revision {last.number} failed; what it made is still there, to look at"
    return f"revision {last.number} failed, and its objects are there; {runs.number} ran before"


def what(revision: Revision) -> str:
    """The chart and the version of the application of a revision."""
    app = f", {revision.app_version}" if revision.app_version else ""
    return f"{revision.chart_version}{app}"


def reasons(parts: Sequence[Part]) -> list[str]:
    """The parts that are not ready, in lines."""
    lines = []
    for part in parts:
        if not part.done:
            lines.append(f"{part.title} {part.ready} of {part.wanted}")
            lines += [f"  {reason}" for reason in part.reasons]
    return lines


def _cut(line: str) -> str:
    """The API server repeats whole objects; it names the field first and its reason last."""
    return line if len(line) <= 2 * _HALF else f"{line[:_HALF]} … {line[-_HALF:]}"


def helm_words(error: ClusterError) -> list[str]:
    """What Helm said last, without its log and what it repeats."""
    if error.code is None:
        return ["did not end in time"]
    text = error.output
    for noise in _NOISE:
        text = noise.sub("", text)
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    seen = [_cut(line) for line in dict.fromkeys(lines)]
    return seen[:_LINES] + (["…"] if len(seen) > _LINES else [])
