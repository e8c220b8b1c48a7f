"""Chart.yaml, values.yaml and overlays: yamale for their form, values.schema.json for the values.

Values are merged as Helm merges them, so that a schema sees what it will see at installation; a
problem is shown where its value was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.check.chartfiles import ChartFiles, YamlFile
from generator.check.objects import mapping
from generator.check.schema import Problem, dotted, nearest, shown
from generator.findings import ERROR, NOTE, Finding

if TYPE_CHECKING:
    from yamale.schema import Schema as Yamale  # type: ignore[import-untyped]

Values = dict[str, Any]

_SCHEMAS = Path(__file__).parent / "schemas"


def check_chart_files(chart: ChartFiles) -> Iterator[Finding]:
    """Chart.yaml of a chart and its subcharts, and each one's values against its own schema."""
    for each in chart.all:
        if each.foreign:
            continue
        yield from _yamale(each.chart, _chart_schema(), "chart-yaml")
        for name in each.packed:
            yield Finding(
                path=f"{each.shown}/charts/{name}",
                rule="chart-yaml",
                severity=NOTE,
                message="an archive: what is in it is rendered, but not looked into",
                hint="unpack it, so that its differences can be reviewed",
            )
    yield from _alone(chart, ())


def _alone(chart: ChartFiles, keys: tuple[str, ...]) -> Iterator[Finding]:
    """The values.yaml of a chart against its schema, and those of its subcharts against theirs."""
    for problem in chart.schema.problems(coalesce(chart, {})) if chart.schema else ():
        yield located(chart, problem, (), keys)
    for subchart in (each for each in chart.subcharts if not each.foreign):
        yield from _alone(subchart, (*keys, chart.subchart_key(subchart)[0]))


def check_overlays(chart: ChartFiles, overlays: Sequence[YamlFile]) -> tuple[Finding, ...]:
    """What is wrong with the overlays of an environment, put on a chart's values in their order."""
    keys = [*mapping(chart.values.data), *(chart.subchart_key(sub)[0] for sub in chart.subcharts)]
    schema = _overlay_schema(tuple(sorted({*keys, "global"})))
    if shapeless := tuple(_no_map(each) for each in overlays if not isinstance(each.data, dict)):
        return shapeless
    found = [f for overlay in overlays for f in _yamale(overlay, schema, "values-overlay")]
    known = {each.place for each in found}
    # The umbrella's schema holds those of its subcharts: what both say is said once.
    for each in _against_schema(chart, coalesce(chart, given_by(overlays)), overlays):
        if each.place not in known and each not in found:
            found.append(each)
    return tuple(found)


def switched_on(chart: ChartFiles, subchart: ChartFiles, overlays: Sequence[YamlFile]) -> bool:
    """Whether a subchart is on with these overlays."""
    key, condition = chart.subchart_key(subchart)
    values = _merged(given_by(overlays), mapping(chart.values.data))
    return is_on(
        {**values, key: _merged(mapping(values.get(key)), mapping(subchart.values.data))}, condition
    )


def given_by(overlays: Sequence[YamlFile]) -> Values:
    given: Values = {}
    for overlay in overlays:
        given = _merged(mapping(overlay.data), given)
    return given


def coalesce(chart: ChartFiles, given: Mapping[str, Any]) -> Values:
    """The values that a chart sees: its own below those given, and those of its subcharts."""
    values = _merged(given, mapping(chart.values.data))
    for subchart in chart.subcharts:
        key, _ = chart.subchart_key(subchart)
        section = dict(mapping(values.get(key)))
        if "global" in values:
            section["global"] = _merged(mapping(values["global"]), mapping(section.get("global")))
        values[key] = coalesce(subchart, section)
    return values


def _merged(over: Mapping[str, Any], under: Mapping[str, Any]) -> Values:
    """Helm's way: maps key by key, all else whole, null takes a key away."""
    merged = dict(under)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merged(value, merged[key])
        else:
            merged[key] = value
    return merged


def _against_schema(
    chart: ChartFiles, values: Values, overlays: Sequence[YamlFile]
) -> Iterator[Finding]:
    """The chart's schema, and those of its subcharts that are on."""
    for problem in chart.schema.problems(values) if chart.schema else ():
        yield located(chart, problem, overlays)
    for subchart in chart.subcharts:
        key, condition = chart.subchart_key(subchart)
        if subchart.schema and is_on(values, condition):
            for problem in subchart.schema.problems(values.get(key)):
                yield located(chart, problem._replace(path=(key, *problem.path)), overlays)


def is_on(values: Values, condition: str | None) -> bool:
    """Whether the first of the conditions that is a switch is on."""
    for path in (condition or "").split(","):
        value: Any = values
        for key in path.strip().split("."):
            value = mapping(value).get(key)
        if isinstance(value, bool):
            return value
    return True


def located(
    chart: ChartFiles,
    problem: Problem,
    overlays: Sequence[YamlFile],
    keys: tuple[str, ...] = (),
) -> Finding:
    """Shown in the file that had the last word, as near to the value as one says anything.

    `keys` lead from the values of the chart at the top to this one's: messages name them all.
    """
    if "global" in problem.path and "global" in mapping(chart.values.data):
        # Subcharts only pass on what stands at the top.
        problem = problem._replace(path=problem.path[problem.path.index("global") :])
    candidates = [(file, 0) for file in reversed(overlays)]
    candidates += _own_files(chart, problem.path, 0)
    for length in range(len(problem.path), 0, -1):
        for file, skipped in candidates:
            place = file.place(problem.path[skipped:length]) if length > skipped else None
            if place:
                return _at(file.shown, place, problem, keys)
    return _at(chart.values.shown, (1, 1), problem, keys)


def _own_files(
    chart: ChartFiles, path: tuple[str | int, ...], depth: int
) -> Iterator[tuple[YamlFile, int]]:
    """The values.yaml that may hold a path, and how many of its keys lead to their charts."""
    yield chart.values, depth
    for subchart in chart.subcharts:
        if len(path) > depth and path[depth] == chart.subchart_key(subchart)[0]:
            yield from _own_files(subchart, path, depth + 1)


def _at(path: str, place: tuple[int, int], problem: Problem, keys: tuple[str, ...]) -> Finding:
    where = dotted((*keys, *problem.path))
    return Finding(
        path=path,
        line=place[0],
        col=place[1],
        rule="values-schema",
        message=f"{where}: {problem.message}" if where else problem.message,
        hint=problem.hint,
    )


def _no_map(file: YamlFile) -> Finding:
    message = f"expected a map of values, got {shown(file.data)}"
    line, col = file.place(()) or (1, 1)
    return Finding(path=file.shown, line=line, col=col, rule="values-overlay", message=message)


def _yamale(file: YamlFile, schema: Yamale, rule: str) -> Iterator[Finding]:
    """What yamale says of a file, each with its place."""
    for result in _results(schema, file):
        where, _, message = result.partition(": ")
        path = tuple(int(part) if part.isdigit() else part for part in where.split("."))
        place = file.place(path) or file.place(path[:-1]) or (1, 1)
        message, hint = message.removesuffix("."), None
        if message == "Unexpected element":
            message = "unknown field"
            hint = nearest(path[-1], list(schema.dict)) if len(path) == 1 else None
        elif message == "Required field missing":
            message = "missing"
        elif message.endswith(" is not a str"):
            message, value = message.replace("is not a str", "is no text"), message.split("'")[1]
            hint = f'put it in quotes: "{value}"'
        yield Finding(
            path=file.shown,
            line=place[0],
            col=place[1],
            rule=rule,
            severity=ERROR,
            message=f"{where}: {message}" if message else where,
            hint=hint,
        )


def _results(schema: Yamale, file: YamlFile) -> list[str]:
    import yamale  # type: ignore[import-untyped]

    results = yamale.validate(schema, [(file.data, file.shown)], strict=True, _raise_error=False)
    return [error for result in results for error in result.errors]


@cache
def _chart_schema() -> Yamale:
    return _compiled((_SCHEMAS / "chart.yamale.yaml").read_text(encoding="utf-8"))


@cache
def _overlay_schema(keys: tuple[str, ...]) -> Yamale:
    """The form of an overlay, with the keys that a chart has."""
    head = "".join(f"'{key}': include('setting', required=False)\n" for key in keys)
    text = (_SCHEMAS / "overlay.yamale.yaml").read_text(encoding="utf-8")
    return _compiled(head + text[text.index("---") :])


def _compiled(text: str) -> Yamale:
    import yamale

    return yamale.make_schema(content=text)
