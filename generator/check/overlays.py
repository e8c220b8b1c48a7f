"""values/<environment>/<chart>.yaml: read as strictly as the spec; what no schema says of it.

A chart's templates refuse some of this, too, but one thing at a time and in a place of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.check import quantity
from generator.check.chartfiles import ChartFiles, YamlFile, read_yaml
from generator.check.helmwords import RULE as HELM
from generator.check.kubeyaml import positions
from generator.check.objects import mapping
from generator.check.schema import Problem, dotted, nearest, shown
from generator.check.sources import ChartSources
from generator.check.values import check_overlays, coalesce, given_by, is_on, located
from generator.errors import InputError
from generator.findings import Finding, Made
from generator.spec.decode import read_text
from generator.spec.nodes import read_nodes
from generator.spec.secrecy import plain_secret, secret_in, texts

Path_ = tuple[str | int, ...]

#: Environments in which a placeholder may stand for a secret: nobody else can reach them.
PRIVATE = frozenset({"dev", "development", "local"})

_WORD = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")

#: Where the spec's hint speaks of what only a spec has.
_HINTS = {
    "too-large": "an overlay holds what an environment changes; put data into an image",
    "yaml": "an overlay is one document: remove the line",
}


def read_overlay(path: Path, name: str) -> YamlFile:
    """Read an overlay. Raises `InputError` with all that is wrong with its text.

    What it says is what Helm reads; that it is plain, whole YAML is asked as of the spec.
    """
    try:
        read_nodes(read_text(path, name), name)
    except InputError as error:
        raise InputError([_of_an_overlay(each) for each in error.findings]) from None
    return read_yaml(path, name)


def _of_an_overlay(finding: Finding) -> Finding:
    if "include:" in (finding.hint or ""):
        return replace(finding, hint=_HINTS.get(finding.rule))
    message = finding.message.replace("a platform is plain data", "an overlay is plain data")
    hint = (finding.hint or "").replace("no platform needs", "no overlay needs") or None
    return replace(finding, message=message.replace("platform files", "overlays"), hint=hint)


def judge(
    chart: ChartFiles,
    overlays: Sequence[YamlFile],
    environment: str,
    sources: ChartSources | None = None,
) -> tuple[Finding, ...]:
    """All that is wrong with the overlays of an environment, each thing once."""
    found = list(check_overlays(chart, overlays))
    if all(isinstance(each.data, dict) for each in overlays):
        shapes, settings = (
            [replace(located(chart, one, overlays), rule="values-conflict") for one in problems]
            for problems in (_shapes(chart, overlays, sources), _settings(chart, overlays))
        )
        # What has no shape at all lacks all that it must have, too: the first says it better.
        shapeless = {each.place for each in shapes}
        found = [*shapes, *(each for each in found if each.place not in shapeless)]
        places = {each.place for each in found}
        more = (*settings, *_secrets(overlays, environment))
        found += [each for each in more if each.place not in places]
    return tuple(found)


def refused(finding: Finding, chart: ChartFiles, overlays: Sequence[YamlFile]) -> Finding:
    """What a template of the chart refuses, at the value of the overlay that the message names."""
    if finding.rule != HELM:
        return finding
    subchart, _, rest = finding.message.partition(": ")
    keys = {chart.subchart_key(each)[0] for each in chart.subcharts}
    base: Path_ = (subchart,) if subchart in keys else ()
    words = set(_WORD.findall(rest if base else finding.message))
    named: list[tuple[int, str, tuple[int, int]]] = []
    for file in reversed(overlays):
        for path, place in positions(file.text).items():
            inside = path[len(base) :]
            if path[: len(base)] == base and inside and {dotted(inside), str(inside[-1])} & words:
                named.append((len(inside), file.shown, place))
        if named:
            _, path_shown, (line, col) = max(named, key=lambda each: each[0])
            made = Made(path=finding.path, line=finding.line, col=finding.col)
            return replace(finding, path=path_shown, line=line, col=col, made=made)
    return finding


def _shapes(
    chart: ChartFiles, overlays: Sequence[YamlFile], sources: ChartSources | None
) -> Iterator[Problem]:
    """What schemas do not see: they know the values that have come of it, and take any `global`."""
    given = given_by(overlays)
    for key in ("global", *(chart.subchart_key(each)[0] for each in chart.subcharts)):
        if given.get(key) is not None and not isinstance(given[key], dict):
            yield Problem((key,), f"expected map, got {shown(given[key])}")
    known = {key for each in chart.all for key in mapping(mapping(each.values.data).get("global"))}
    for key in mapping(given.get("global")):
        if known and key not in known and not _reads(sources, key):
            yield Problem(("global", key), "unknown field", nearest(key, sorted(known)))


def _reads(sources: ChartSources | None, key: str) -> bool:
    """Whether templates name the key: those of the author's own may read what no values declare."""
    word = re.compile(rf"\b{re.escape(key)}\b")
    return sources is not None and any(word.search(file.text) for file in sources.files)


def _settings(chart: ChartFiles, overlays: Sequence[YamlFile]) -> Iterator[Problem]:
    """What the values of components would come to, where an overlay has changed them."""
    given = given_by(overlays)
    values = coalesce(chart, given)
    for subchart in chart.subcharts:
        key, condition = chart.subchart_key(subchart)
        if is_on(values, condition):
            changed, section = mapping(given.get(key)), mapping(values.get(key))
            for problem in (*_scaling(changed, section), *_resources(changed, section, ())):
                yield problem._replace(path=(key, *problem.path))


def _scaling(changed: Mapping[str, Any], section: Mapping[str, Any]) -> Iterator[Problem]:
    scaling = mapping(section.get("autoscaling"))
    if scaling.get("enabled") is not True:
        return
    if "replicas" in changed:
        yield Problem(
            ("replicas",),
            "is not used while autoscaling is on, which owns the number",
            "set autoscaling.minReplicas and maxReplicas, or autoscaling.enabled: false",
        )
    least, most = scaling.get("minReplicas"), scaling.get("maxReplicas")
    own = mapping(changed.get("autoscaling"))
    name = "minReplicas" if "minReplicas" in own else "maxReplicas"
    if name in own and isinstance(least, int) and isinstance(most, int) and least > most:
        yield Problem(
            ("autoscaling", name),
            f"minReplicas {least} is above maxReplicas {most}",
            "lower the one, or raise the other",
        )


def _resources(
    changed: Mapping[str, Any], section: Mapping[str, Any], path: Path_
) -> Iterator[Problem]:
    """Requests above limits, in each `resources` that is changed."""
    for name, inner in changed.items():
        below, value = mapping(inner), mapping(section.get(name))
        if name != "resources":
            yield from _resources(below, value, (*path, name))
            continue
        requests, limits = mapping(value.get("requests")), mapping(value.get("limits"))
        for which, amounts in (("requests", requests), ("limits", limits)):
            for resource in mapping(below.get(which)):
                place = (*path, name, which, resource)
                if (amount := amounts.get(resource)) is not None and _parsed(amount) is None:
                    yield Problem(place, f"{shown(amount)} is no quantity such as 500m or 2Gi")
        for resource in sorted({*requests} & {*limits}):
            request, limit = _parsed(requests[resource]), _parsed(limits[resource])
            which = "requests" if resource in mapping(below.get("requests")) else "limits"
            changes = resource in mapping(below.get(which))
            if changes and request is not None and limit is not None and request > limit:
                yield Problem(
                    (*path, name, which, resource),
                    f"the request of {requests[resource]} is above the limit of {limits[resource]}",
                    "lower the one, or raise the other",
                )


def _parsed(value: Any) -> int | None:
    return quantity.parse(value) if isinstance(value, (str, int, float)) else None


def _secrets(overlays: Sequence[YamlFile], environment: str) -> Iterator[Finding]:
    """Secrets in the values. They are never repeated: messages end up in logs."""
    for overlay in overlays:
        for path, text in texts(overlay.data, ()):
            problem = _exposed(path, text, environment)
            if problem is None:
                continue
            line, col = overlay.place(path) or (1, 1)
            yield Finding(
                path=overlay.shown,
                line=line,
                col=col,
                rule="secret-value",
                message=f"{dotted(path)}: a secret's value has no place here: {problem}",
                hint="name the key of a Secret under `secretEnv`; revoke what was real"
                if "env" in path
                else "keep it in a Secret: Helm stores all values; revoke what was real",
            )


def _exposed(path: Path_, text: str, environment: str) -> str | None:
    held = secret_in(text)
    if held and not (held.startswith("a placeholder") and environment in PRIVATE):
        return f"the text holds {held}"
    if not held and path[-2:-1] == ("env",) and plain_secret(str(path[-1]), text):
        return "by its name the variable is one"
    return None
