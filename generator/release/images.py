"""Keep the images that somebody set by hand: the values that say the same as what runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import Object, Workload
from generator.errors import RefusedError
from generator.findings import Finding
from generator.release.changes import ObjectChange
from generator.release.plan import Plan, ReleasePlan
from generator.release.preflight import conflicts

_TEMPLATE = re.compile(r"(?:^|/)charts/[^/]+/charts/([^/]+)/templates/")
_IMAGE = re.compile(r"containers\[name=([^\]]+)\]\.image$")


def live_values(plan: ReleasePlan) -> Mapping[str, Any]:
    """`{backend: {image: {tag: …, digest: …}}}` for each image that somebody else set.

    Raises `RefusedError` where no tag of the component's own repository says it.
    """
    values: dict[str, Any] = {}
    for change, container in _set_by_hand(plan):
        live = _image(plan, change, container)
        found = _TEMPLATE.search(change.path)
        here = next(
            (f.after for f in change.fields if f.path.endswith(f"[name={container}].image")), ""
        )
        repository, tag, digest = split(live)
        if found is None or repository != split(str(here))[0]:
            raise RefusedError(
                f"{change.title} runs {live}, which is no tag of {split(str(here))[0]}",
                hint="--force-conflicts takes the chart's image, or put the other one into the"
                " overlay, as image.registry, image.repository and image.tag",
            )
        values[found[1]] = {"image": {"tag": tag, "digest": digest}}
    return values


def settles(finding: Finding, plan: Plan) -> bool:
    """Whether keeping the images is all that a conflict needs."""
    if finding.rule != conflicts.ID:
        return False
    changes = (o for one in plan.releases for o in one.objects if o.title == finding.subject)
    return all(
        _IMAGE.search(field) for one in changes for fields in one.taken.values() for field in fields
    )


def split(image: str) -> tuple[str, str, str]:
    """An image's repository, tag and digest; empty where it has none."""
    rest, _, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{head}{slash}{name}", tag, digest


def _set_by_hand(plan: ReleasePlan) -> Iterator[tuple[ObjectChange, str]]:
    for change in plan.objects:
        for fields in change.taken.values():
            for field in fields:
                if found := _IMAGE.search(field):
                    yield change, found[1]


def _image(plan: ReleasePlan, change: ObjectChange, container: str) -> str:
    live = plan.changes.live if plan.changes else {}
    key = (change.api_version.rpartition("/")[0], change.kind, change.namespace, change.name)
    data = live[key]
    workload = Object(
        api_version=change.api_version,
        kind=change.kind,
        name=change.name,
        namespace=change.namespace,
        path=change.path,
        data=data,
    ).workload
    assert isinstance(workload, Workload)
    return next(str(one.data["image"]) for one in workload.containers if one.name == container)
