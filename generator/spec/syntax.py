"""What libyaml refuses, in plain words: the line that has to change, and how to write it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

import yaml

from generator.findings import Finding
from generator.spec.flow import escape, glued_colon, open_bracket, open_quote
from generator.spec.place import plural
from generator.spec.scene import (
    Scene,
    Told,
    content_of,
    fits,
    indent_of,
    indentation,
    quote_hint,
    quoted,
    scene_of,
)


def explain(error: yaml.MarkedYAMLError, text: str, name: str) -> Finding:
    """A finding for what libyaml refused."""
    scene = scene_of(error, text)
    line, col, message, hint = _tell(scene)
    return Finding(
        path=name, line=line + 1, col=col + 1, rule="yaml", message=message, hint=hint or None
    )


def _tell(scene: Scene) -> Told:
    for number, line in enumerate(scene.lines):
        if _CONFLICT.match(line):
            return number, 0, "a merge conflict is not resolved here", _CONFLICT_HINT
    indent = indent_of(scene.text)
    if "\t" in indent or "found a tab" in scene.problem:
        message = "the line is indented with a tab; YAML allows only spaces there"
        return scene.line, max(indent.find("\t"), 0), message, "write two spaces for each tab"
    for problem, teller in _TELLERS.items():
        if problem in scene.problem:
            return teller(scene)
    for context, teller in _BY_CONTEXT.items():
        if context in scene.context:
            return teller(scene)
    return scene.line, scene.col, f"cannot be read as YAML: {scene.problem}", ""


def _special_character(scene: Scene) -> Told:
    if scene.char == ":":
        return scene.line, scene.col, "the key before the colon is missing", "write key: value"
    message = f"a value cannot start with {scene.char or 'this character'} unless it is in quotes"
    return scene.line, scene.col, message, quote_hint(scene.text)


def _directive(scene: Scene) -> Told:
    line, col = scene.opened
    return line, col, *_directive_words(scene.lines[line])


def _directive_words(line: str) -> tuple[str, str]:
    hint = f"remove the line, or put the text in quotes: {quoted(line.strip())}"
    return "a line that starts with % is a directive, which has no use here", hint


def _sigil(scene: Scene) -> Told:
    line, col = scene.opened
    what = "an alias" if "alias" in scene.context else "an anchor"
    sign = scene.lines[line][col : col + 1]
    message = f"{sign} starts {what} here, but no name of letters and digits follows"
    return line, col, message, quote_hint(scene.lines[line])


def _undefined_alias(scene: Scene) -> Told:
    name = re.match(r"\*([\w-]*)", scene.text[scene.col :])
    alias = name[1] if name else ""
    known = re.findall(r"(?<![\w&])&([\w-]+)", "\n".join(scene.lines[: scene.line + 1]))
    close = difflib.get_close_matches(alias, known, n=1)
    hint = f"did you mean *{close[0]}?" if close else quote_hint(scene.text)
    return scene.line, scene.col, f"no anchor &{alias} stands above this alias", hint


def _second_colon(scene: Scene) -> Told:
    """`key: one: two`, a line above without colon, or a wrong indentation."""
    if ": " in scene.before + " ":
        key = scene.before.split(":", 1)[0].lstrip("- ")
        message = f"the value of {key} holds another `: `, which only quotes allow"
        return scene.line, scene.col, message, quote_hint(scene.text)
    above = scene.line - 1
    while above >= 0 and not content_of(scene.lines[above]):
        above -= 1
    if above >= 0:
        told = _missing_colon(scene, above)
        if told is not None:
            return told
    return indentation(scene)


def _no_colon(scene: Scene) -> Told:
    line, col = scene.opened
    told = _missing_colon(scene, line)
    return told or (line, col, "expected a line like `key: value`", "")


def _missing_colon(scene: Scene, number: int) -> Told | None:
    line = scene.lines[number]
    text = content_of(line)
    col = len(indent_of(line))
    glued = re.fullmatch(r"([\w.-]+):([^\s/].*)", text)
    if glued:
        fixed = f"{glued[1]}: {glued[2]}"
        return number, col, "the space after the colon is missing", f"write {fixed}"
    if ":" in text or text.startswith(("-", "?")):
        return None
    word, _, rest = text.partition(" ")
    return number, col, "the colon after the key is missing", f"write {word}: {rest}".rstrip()


def _unfitting(scene: Scene) -> Told:
    """libyaml looked for the next key and found something else."""
    before, char = scene.before, scene.char
    if not before:
        if char == ":":
            return _special_character(scene)
        if scene.text[scene.col :].startswith("- ") and fits(scene):
            message = "a list item stands here among the keys of a map"
            return scene.line, scene.col, message, "indent it below its key, or give it a key"
        return indentation(scene)
    if char and char in "]}":
        return scene.line, scene.col, f"this {char} closes nothing", f"remove the {char}"
    last = before[-1]
    if last in "'\"":
        inside = "two quotes ('')" if last == "'" else '\\"'
        message = "the text goes on after its closing quote"
        hint = f"put all of it in quotes; a quote inside is written as {inside}"
        return scene.line, scene.col, message, hint
    if last in "]}":
        message = f"the value goes on after its closing {last}"
        return scene.line, scene.col, message, quote_hint(scene.text)
    return indentation(scene)


def _no_dash(scene: Scene) -> Told:
    line, col = scene.opened
    if scene.col == col and not scene.before:
        message = f"expected another list item, as since line {line + 1}, got a key"
        return (
            scene.line,
            scene.col,
            message,
            "write `- ` before it, or indent it like its siblings",
        )
    return indentation(scene)


def _list_on_key_line(scene: Scene) -> Told:
    key, item = scene.before, scene.text[scene.col :].strip()
    indent = indent_of(scene.text)
    hint = f"start a new line:\n{indent}{key}\n{indent}  {item}"
    return scene.line, scene.col, "a list of dashes cannot start on the line of its key", hint


def _block_text(scene: Scene) -> Told:
    line, col = scene.opened
    sign = scene.lines[line][col : col + 1]
    message = f"after {sign} the text starts on the next line"
    return line, col, message, quote_hint(scene.lines[line])


def _no_value(scene: Scene) -> Told:
    if scene.at_end:
        return (
            scene.line,
            scene.col,
            "the file ends inside a bracket that is not closed",
            ("write the closing ] or }"),
        )
    return _special_character(scene)


def _tag(scene: Scene) -> Told:
    line, col = scene.opened
    message = "! starts a tag, which platform files do not use"
    return line, col, message, quote_hint(scene.lines[line])


def _second_anchor(scene: Scene) -> Told:
    name = re.match(r"&([\w-]*)", scene.text[scene.col :])
    anchor = f"&{name[1]}" if name else "the anchor"
    message = f"{anchor} is given twice, first in line {scene.opened[0] + 1}"
    return scene.line, scene.col, message, "give one of them another name"


def _second_document(scene: Scene) -> Told:
    hint = "remove the line; parts of a platform in other files are named under `include:`"
    return scene.line, scene.col, "a second YAML document starts here; a file holds one", hint


def _after_the_end(scene: Scene) -> Told:
    for number, line in enumerate(scene.lines[: scene.line]):
        if line.startswith("%"):
            return number, 0, *_directive_words(line)
    first = next(line for line in scene.lines if content_of(line) and not line.startswith("---"))
    indent = len(indent_of(first))
    if indent > scene.col and not scene.before:
        hint = f"indent all keys of the top level alike; the first has {plural(indent, 'space')}"
        return scene.line, scene.col, "the line is indented less than the first key", hint
    return scene.line, scene.col, "the document has ended before this line", "remove the line `...`"


def _too_deep(scene: Scene) -> Told:
    hint = "no platform needs that; look for brackets or dashes that are too many"
    return scene.line, scene.col, scene.problem, hint


_CONFLICT_HINT = "keep one side and remove the marker lines; git diff --check lists them"
_CONFLICT = re.compile(r"(<{7}|>{7})( |$)")

#: What libyaml says, and who explains it. The first that is part of its message is taken.
_TELLERS: dict[str, Callable[[Scene], Told]] = {
    "maps and lists lie": _too_deep,
    "found character that cannot start any token": _special_character,
    "mapping values are not allowed": _second_colon,
    "mapping keys are not allowed": _special_character,
    "could not find expected ':'": _no_colon,
    "did not find expected key": _unfitting,
    "did not find expected '-' indicator": _no_dash,
    "did not find expected ',' or": open_bracket,
    "did not find expected node content": _no_value,
    "found unexpected end of stream": open_quote,
    "found unexpected document indicator": open_quote,
    "escape": escape,
    "hexdecimal": escape,
    "block sequence entries are not allowed": _list_on_key_line,
    "found unexpected ':'": glued_colon,
    "did not find expected comment or line break": _block_text,
    "indentation indicator": _block_text,
    "did not find expected alphabetic or numeric character": _sigil,
    "found undefined alias": _undefined_alias,
    "second occurrence": _second_anchor,
    "found another document": _second_document,
    "did not find expected <document start>": _after_the_end,
    "directive": _directive,
    "incompatible YAML document": _directive,
    "tag": _tag,
}

#: Who explains what libyaml says in too many ways, by what it was reading.
_BY_CONTEXT: dict[str, Callable[[Scene], Told]] = {
    "scanning a directive": _directive,
    "scanning a tag": _tag,
    "parsing a tag": _tag,
}
