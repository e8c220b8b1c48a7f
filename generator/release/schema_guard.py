"""Would the code of another revision run on the database's schema? A migration never goes back.

Each Deployment says, in annotations, the head of the schema that its code needs, which others it
accepts, and which older code its schema serves. The schema is where the newest head that any kept
revision needed has brought it, also one that failed: its migration may have run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.check.objects import Object

NEEDS = "generator.dev/schema-needs"
ACCEPTS = "generator.dev/schema-accepts"
SERVES = "generator.dev/schema-serves"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """What one Deployment says of its schema."""

    needs: str
    accepts: frozenset[str]
    serves: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A Deployment whose code would not run on the schema that is there."""

    title: str
    needs: str
    schema: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.title} of that version needs schema {self.needs}; the database is at"
            f" {self.schema}, which it does not accept and which does not serve it"
        )

    @property
    def way(self) -> str:
        return (
            f"go forward: deploy a repaired version that runs on {self.schema}\n"
            "or take the data back, too: restore the database to a time before that migration;"
            " what was written since is lost (the chart's README, Restore)"
        )


def refusals(past: Sequence[Iterable[Object]], target: Iterable[Object]) -> tuple[Refusal, ...]:
    """Why the target's code must not run now. `past` are all revisions, the oldest first."""
    return tuple(_refusals(past, target))


def _refusals(past: Sequence[Iterable[Object]], target: Iterable[Object]) -> Iterator[Refusal]:
    schemas, seen = _schemas(past)
    for title, code in declared(target).items():
        there = schemas.get(title)
        if there is None or there.needs == code.needs:
            continue
        if code.needs not in seen[title]:  # a head that is new: its migration goes forward
            continue
        if there.needs not in code.accepts and code.needs not in there.serves:
            yield Refusal(title=title, needs=code.needs, schema=there.needs)


def _schemas(
    past: Sequence[Iterable[Object]],
) -> tuple[Mapping[str, Heads], Mapping[str, set[str]]]:
    """By Deployment, who brought its schema where it is, and all heads that were needed.

    It was the last to need one that nobody had needed before.
    """
    seen: dict[str, set[str]] = {}
    last: dict[str, Heads] = {}
    for objects in past:
        for title, heads in declared(objects).items():
            if heads.needs not in seen.setdefault(title, set()):
                seen[title].add(heads.needs)
                last[title] = heads
            elif heads.needs == last[title].needs:
                last[title] = heads  # it may serve others now
    return last, seen


def declared(objects: Iterable[Object]) -> Mapping[str, Heads]:
    """What the Deployments say, by their title. Those that say nothing are not guarded."""
    return {
        one.title: Heads(
            needs=str(one.annotations[NEEDS]),
            accepts=_names(one.annotations.get(ACCEPTS)),
            serves=_names(one.annotations.get(SERVES)),
        )
        for one in objects
        if one.kind == "Deployment" and one.annotations.get(NEEDS)
    }


def _names(text: object) -> frozenset[str]:
    return frozenset(str(text).split(",")) if text else frozenset()
