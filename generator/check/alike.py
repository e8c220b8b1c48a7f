"""Subcharts that render alike in two environments, so that Helm renders them only once.

What a template prints depends on its own values, `global`, the release, the chart and the cluster's
version, and of these only values differ between environments. A subchart is told nothing else: not
the values of its neighbours, nor those of the chart above it. So the last environment is rendered
in full, and in the others a subchart is switched off, and its objects taken from the last, when
the overlays say the same of it, of `global` and of `tags` (docs/decisions/0016-alike-subcharts.md).

All of it rests on nobody else looking into the subchart. `apart` names those of which that is
certain from the text of the templates alone. Where it is not certain, Helm renders all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.check.chartfiles import ChartFiles, YamlFile
from generator.check.objects import mapping, maps
from generator.check.sources import ChartSources

_TEXT = r"(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`)"
# One pattern a word, with the word in front: such are found several times faster.
_DEFINED = tuple(re.compile(rf"{word}\s+({_TEXT})") for word in ("define", "block"))
_USES = tuple(re.compile(rf"{word}\s") for word in ("include", "template", "block"))
_INCLUDED = tuple(re.compile(rf"{use.pattern}+({_TEXT})") for use in _USES)
#: The template beside, for a checksum: no other chart's.
_BESIDE = re.compile(rf"include \(print \$\.Template\.BasePath {_TEXT}\)")
#: Ways to look at more than a template names: texts that are templates, other charts, all values.
_ALL_SEEING = ("tpl ", "tpl\t", "tpl\n", "(tpl)", "Subcharts", '"Values"', "`Values`")
#: `.Values.backend`, `index .Values "backend"`; alone it is all of them.
_VALUES = re.compile(
    rf"\b(?:index|get|hasKey)\s+\$?\.Values\s+({_TEXT})|\.Values\b(?:\.(\w+))?", re.ASCII
)
#: The whole context, other than as what a helper gets.
_CONTEXT = re.compile(r"(\b(?:include|template)\s+\"\"\s+)?(?<![\w.$])([.$])(?![\w.$])")
_BLOCK = re.compile(r"\A(if|with|range|define|block|else|end)\b")
_START = re.compile(r"^---(?:[ \t].*)?$\n?", re.MULTILINE)
_SOURCE = re.compile(r"^# Source: [^/\n]+/(.+)$", re.MULTILINE)


class _Seen(NamedTuple):
    """What the templates of one chart, the umbrella ("") or a subchart with all in it, name."""

    defines: tuple[str, ...]
    includes: frozenset[str]


def apart(chart: ChartFiles, sources: ChartSources) -> frozenset[str]:
    """The subcharts, by their key among the values, that nothing outside them looks into."""
    seen = _seen(sources)
    read = _read_values(sources)
    if seen is None or read is None or any(each.packed for each in chart.all):
        return frozenset()
    dependencies = maps(mapping(chart.chart.data).get("dependencies"))
    if any("import-values" in each for each in dependencies):
        return frozenset()
    owners = Counter(name for one in seen.values() for name in one.defines)
    owner = {name: folder for folder, one in seen.items() for name in one.defines}
    tied = {  # a helper of the one is used by the other, or there are two of one name
        folder
        for user, one in seen.items()
        for name in (*one.includes, *one.defines)
        for folder in (user, owner.get(name, ""))
        if owners[name] > 1 or owner.get(name, "") not in ("", user)
    }
    names = Counter(str(each.get("name")) for each in dependencies)
    return frozenset(
        key
        for sub in chart.subcharts
        for key, condition in (chart.subchart_key(sub),)
        # One dependency, of one name everywhere, that its own switch decides on.
        if key == sub.name == sub.folder.name and names[key] == 1
        if condition == f"{key}.enabled" and key not in read | tied
    )


def alike(
    keys: frozenset[str], base: Sequence[YamlFile], other: Sequence[YamlFile]
) -> frozenset[str]:
    """Those of the subcharts of which the overlays of two environments say the same."""
    if any(_said(base, key) != _said(other, key) for key in ("global", "tags")):
        return frozenset()
    return frozenset(key for key in keys if _said(base, key) == _said(other, key))


def same(base: Sequence[YamlFile], other: Sequence[YamlFile]) -> bool:
    """Whether the overlays of two environments say the same of everything."""
    keys = {key for each in (*base, *other) for key in mapping(each.data)}
    return all(_said(base, key) == _said(other, key) for key in keys)


def completed(part: str, full: str, keys: frozenset[str]) -> str:
    """A rendering without the subcharts `keys`, with their objects out of a full one.

    In the order of the full one, which is Helm's; what only the part has comes where it had it.
    """
    documents: list[str] = []
    rest = _documents(part)
    for source, document in _documents(full).items():
        if _subchart(source[0]) in keys:
            documents.append(document)
        elif source in rest:
            for each in list(rest):
                documents.append(rest.pop(each))
                if each == source:
                    break
    return "".join(f"---\n{document}" for document in (*documents, *rest.values()))


def _documents(text: str) -> dict[tuple[str, int], str]:
    """By the template that each comes from and its number among those of the template."""
    documents: dict[tuple[str, int], str] = {}
    count: Counter[str] = Counter()
    for document in _START.split(text):
        found = _SOURCE.search(document)
        source = found[1] if found else ""
        if document:
            documents[source, count[source]] = document
            count[source] += 1
    return documents


def _subchart(source: str) -> str | None:
    """`api` of `charts/api/templates/service.yaml`."""
    first, _, rest = source.partition("/")
    return rest.partition("/")[0] if first == "charts" else None


def _said(overlays: Sequence[YamlFile], key: str) -> tuple[str, ...]:
    """What overlays say of a key, in JSON: there 1, 1.0 and true are three things."""
    return tuple(
        json.dumps(mapping(each.data)[key], sort_keys=True)
        for each in overlays
        if key in mapping(each.data)
    )


def _seen(sources: ChartSources) -> Mapping[str, _Seen] | None:
    """By subchart; None where a template may look at anything."""
    defines: dict[str, list[str]] = {}
    includes: dict[str, set[str]] = {}
    for file in sources.files:
        folder = file.charts[1] if len(file.charts) > 1 else ""
        own, used = defines.setdefault(folder, []), includes.setdefault(folder, set())
        # The text as a whole first: taking it apart costs more than all else here.
        if _all_is_named(file.text) or all(_all_is_named(each.text) for each in file.actions):
            own += _names(_DEFINED, file.text)
            used.update(_names(_INCLUDED, file.text))
        else:
            return None
    return {
        folder: _Seen(tuple(dict.fromkeys(own)), frozenset(includes[folder]))
        for folder, own in defines.items()
    }


def _all_is_named(text: str) -> bool:
    """Whether a text says by name what it looks at: no file, nothing that is computed."""
    if any(word in text for word in _ALL_SEEING):
        return False
    count = sum(len(use.findall(text)) for use in _USES) - len(_BESIDE.findall(text))
    names = list(_names(_INCLUDED, text))
    return len(names) == count and not any("/" in name for name in names)


def _names(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[str]:
    for pattern in patterns:
        yield from (found[1:-1] for found in pattern.findall(text))


def _read_values(sources: ChartSources) -> set[str] | None:
    """First words of the values that the umbrella's own templates read, None where it is all."""
    read: set[str] = set()
    for file in sources.files:
        if len(file.charts) > 1:
            continue
        open_blocks: list[str] = []
        for action in file.actions:
            for found in _VALUES.finditer(action.text):
                name = found[1][1:-1] if found[1] else found[2]
                if name is None:
                    return None
                read.add(name)
            if any(_whole_contexts(action.words, open_blocks)):
                return None
            _step(action.words, open_blocks)
    return read


def _whole_contexts(action: str, open_blocks: Sequence[str]) -> Iterator[bool]:
    """Each time that a template passes on all it knows; inside `range`, a dot is one item."""
    inside = "with" in open_blocks or "range" in open_blocks
    for found in _CONTEXT.finditer(_BESIDE.sub('include ""', action)):
        yield not found[1] and (found[2] == "$" or not inside)


def _step(action: str, open_blocks: list[str]) -> None:
    found = _BLOCK.match(action)
    if found is None:
        return
    word = found[1]
    if word in ("else", "end") and open_blocks:
        open_blocks.pop()
    if word == "else":  # where the dot is what it was before the block
        word = "with" if action.split()[1:2] == ["with"] else "if"
    if word != "end":
        open_blocks.append(word)
