"""Subcharts that render alike in two environments, so that Helm renders them only once.

What a template prints depends on its own values, `global`, the release, the chart and the cluster's
version, and of these only values differ between environments. A subchart is told nothing else: not
the values of its neighbours, nor those of the chart above it. So the last environment is rendered
in full, and in the others a subchart is switched off, and its objects taken from the last, when
the overlays say the same of it, of `global` and of `tags` (docs/decisions/0016-alike-subcharts.md).

All of it rests on nobody else looking into the subchart. `apart` names those of which that is
certain from the text of the templates alone. Where it is not certain, Helm renders all.

One look is harmless: a guard of the umbrella, which refuses some values and prints nothing. What it
says of the last environment it says of each other one that has the same at all that it looks at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from generator.check.chartfiles import ChartFiles, YamlFile
from generator.check.objects import mapping, maps
from generator.check.sources import Action, ChartSources

_TEXT = r"(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`)"
# One pattern a word, with the word in front: such are found several times faster.
_DEFINED = tuple(re.compile(rf"{word}\s+({_TEXT})") for word in ("define", "block"))
_USES = tuple(re.compile(rf"{word}\s") for word in ("include", "template", "block"))
_INCLUDED = tuple(re.compile(rf"{use.pattern}+({_TEXT})") for use in _USES)
#: The template beside, for a checksum: no other chart's.
_BESIDE = re.compile(rf"include \(print \$\.Template\.BasePath {_TEXT}\)")
#: Ways to look at more than a template names: texts that are templates, other charts, all values.
_ALL_SEEING = ("tpl ", "tpl\t", "tpl\n", "(tpl)", "Subcharts", '"Values"', "`Values`")
#: `.Values.backend.image`, `(index .Values "backend").image`; alone it is all of them.
_VALUES = re.compile(
    rf"\b(?:index|get|hasKey)\s+\$?\.Values\s+({_TEXT})(?:\)((?:\.\w+)+))?"
    r"|\.Values\b((?:\.\w+)*)",
    re.ASCII,
)
#: The whole context, other than as what a helper gets.
_CONTEXT = re.compile(r"(\b(?:include|template)\s+\"\"\s+)?(?<![\w.$])([.$])(?![\w.$])")
_BLOCK = re.compile(r"\A(if|with|range|define|block|else|end)\b")
_START = re.compile(r"^---(?:[ \t].*)?$\n?", re.MULTILINE)
_SOURCE = re.compile(r"^# Source: [^/\n]+/(.+)$", re.MULTILINE)


#: What a guard does, inside `if … end` and in no other block: it refuses, now or with others later.
_REFUSAL = re.compile(r"fail\s|(\$\w+) = append \1\s")

#: Keys that lead to a value.
Keys = tuple[str, ...]


class _Seen(NamedTuple):
    """What the templates of one chart, the umbrella ("") or a subchart with all in it, name."""

    defines: tuple[str, ...]
    includes: frozenset[str]


class _Read(NamedTuple):
    """What the umbrella's own templates look at."""

    keys: set[str]  # first words of values
    guards: list[frozenset[Keys]]  # besides, the values of each guard


def apart(chart: ChartFiles, sources: ChartSources) -> Mapping[str, frozenset[Keys]]:
    """The subcharts, by their key among the values, that only guards outside them look into.

    With each one all the values that those guards look at.
    """
    seen = _seen(sources)
    read = _read_values(sources)
    if seen is None or read is None or any(each.packed for each in chart.all):
        return {}
    dependencies = maps(mapping(chart.chart.data).get("dependencies"))
    if any("import-values" in each for each in dependencies):
        return {}
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
    return {
        key: frozenset().union(*(g for g in read.guards if any(path[0] == key for path in g)))
        for sub in chart.subcharts
        for key, condition in (chart.subchart_key(sub),)
        # One dependency, of one name everywhere, that its own switch decides on.
        if key == sub.name == sub.folder.name and names[key] == 1
        if condition == f"{key}.enabled" and key not in read.keys | tied
    }


def alike(
    subcharts: Mapping[str, frozenset[Keys]], base: Sequence[YamlFile], other: Sequence[YamlFile]
) -> frozenset[str]:
    """Those of the subcharts `apart` of which the overlays of two environments say the same.

    And of all that guards look at together with them.
    """
    if any(_said(base, key) != _said(other, key) for key in ("global", "tags")):
        return frozenset()
    return frozenset(
        key
        for key, guarded in subcharts.items()
        if _said(base, key) == _said(other, key)
        if all(_said(base, *path) == _said(other, *path) for path in guarded)
    )


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


def _said(overlays: Sequence[YamlFile], *path: str) -> tuple[str, ...]:
    """What overlays say of a value, in JSON: there 1, 1.0 and true are three things."""
    return tuple(said for each in overlays for said in _says(each.data, path))


def _says(value: Any, path: Keys) -> Iterator[str]:
    """Of what the path leads to, or of what stands in its way: null takes all below away."""
    for depth, key in enumerate(path):
        if not isinstance(value, dict):
            yield f"{depth} {json.dumps(value, sort_keys=True)}"
            return
        if key not in value:
            return
        value = value[key]
    yield json.dumps(value, sort_keys=True)


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


def _read_values(sources: ChartSources) -> _Read | None:
    """What the umbrella's own templates read of the values, None where it is all."""
    keys: set[str] = set()
    guards: list[frozenset[Keys]] = []
    for file in sources.files:
        if len(file.charts) > 1:
            continue
        open_blocks: list[str] = []
        guarding = _guards(file.actions)
        guarded: dict[int, set[Keys]] = {first: set() for first in guarding.values()}
        for number, action in enumerate(file.actions):
            paths = set(_paths(action.text))
            if () in paths or any(_whole_contexts(action.words, open_blocks)):
                return None
            if number in guarding:
                guarded[guarding[number]] |= paths
            else:
                keys.update(path[0] for path in paths)
            _step(action.words, open_blocks)
        guards += map(frozenset, guarded.values())
    return _Read(keys, guards)


def _paths(text: str) -> Iterator[Keys]:
    """The values that an action names, () for all of them."""
    for found in _VALUES.finditer(text):
        first = (found[1][1:-1],) if found[1] else ()
        yield (*first, *filter(None, (found[2] or found[3] or "").split(".")))


def _guards(actions: Sequence[Action]) -> Mapping[int, int]:
    """The actions of guards by their numbers, each with the number of its guard's first one."""
    words = [action.words for action in actions]
    found: dict[int, int] = {}
    lists: set[str] = set()
    depth = 0
    for number, (word, *then) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        refusal = _REFUSAL.match(then[0])
        if refusal and depth == 0 and word.startswith("if ") and then[1] == "end":
            found.update(dict.fromkeys(range(number, number + 3), number))
            lists.update(filter(None, [refusal[1]]))
        if block := _BLOCK.match(word):
            depth += {"else": 0, "end": -1}.get(block[1], 1)
    others = [word for number, word in enumerate(words) if number not in found]
    # Who looks into the list of refusals prints what the guards say, or may.
    return {} if any(_uses(other, each) for each in lists for other in others) else found


def _uses(action: str, variable: str) -> bool:
    """Other than that it makes the list, or puts something into it."""
    made = action == f"{variable} := list" or action.startswith(f"{variable} = append {variable} ")
    return variable in action and not made


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
