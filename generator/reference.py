"""The reference pages: settings from the schema, commands from `--help`, rules from docstrings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

    from generator.check.rules.api import ObjectRule, RenderingRule, TemplateRule

    Rule = ObjectRule | RenderingRule | TemplateRule

Node = Mapping[str, Any]

_HEAD = "| Setting | Type | Default | What it says |\n| --- | --- | --- | --- |"
_WIDTH = 90

#: Definitions that have a section of their own.
_OWN_SECTION = ("chart", "component", "route")


def spec_reference(schema: Node) -> str:
    """All settings of platform.yaml as Markdown tables: platform, chart, route, kinds, types."""
    definitions = schema["definitions"]
    kinds = [name for name in definitions if name.startswith("kind-")]
    tables = _Tables(definitions)
    parts = [
        *tables.section("### platform.yaml", schema),
        *tables.section("### charts.&lt;chart&gt;", definitions["chart"]),
        *tables.section("### charts.&lt;chart&gt;.routes.&lt;host&gt;", definitions["route"]),
        "### charts.&lt;chart&gt;.components.&lt;component&gt;",
        _words(definitions["component"]["description"]),
        "\n".join(_kind_list(definitions, kinds)),
    ]
    for name in kinds:
        parts += tables.section(f"#### kind: {name.removeprefix('kind-')}", definitions[name])
    return "\n\n".join([*parts, "### Types", *tables.types({*kinds, *_OWN_SECTION})])


def command_reference(group: click.Group, program: str) -> str:
    """The help of every command, with what the exit codes mean once."""
    import click

    parts = []
    parent = click.Context(
        group, info_name=program, terminal_width=_WIDTH, **group.context_settings
    )
    for name, command in sorted(group.commands.items()):
        context = click.Context(command, parent=parent, info_name=name)
        formatter = context.make_formatter()
        command.format_usage(context, formatter)
        command.format_help_text(context, formatter)
        command.format_options(context, formatter)
        parts += [f"### {name}", f"```text\n{formatter.getvalue().rstrip()}\n```"]
    codes = str(group.epilog or "").replace("\b\n", "").strip()
    return "\n\n".join([*parts, "### Exit codes", f"```text\n{codes}\n```"])


def _kind_list(definitions: Node, kinds: Sequence[str]) -> Iterator[str]:
    yield "| Kind | What it is |"
    yield "| --- | --- |"
    for name in kinds:
        kind = name.removeprefix("kind-")
        yield f"| [{kind}](#kind-{kind}) | {_words(definitions[name]['description'])} |"


def rule_reference(rules: Mapping[str, Rule]) -> str:
    """A section for each rule: its docstring, which has a good and a bad snippet."""
    parts = []
    for name, rule in sorted(rules.items()):
        parts += [f"## {name}", f"Severity: {rule.SEVERITY}.", str(rule.__doc__).strip()]
    return "\n\n".join(parts)


class _Tables:
    """Tables of settings. A setting that says nothing of its own is described by its type."""

    def __init__(self, definitions: Node) -> None:
        self._definitions = definitions

    def section(self, title: str, node: Node) -> list[str]:
        return [title, _words(node["description"]), self.table(node)]

    def table(self, node: Node) -> str:
        return "\n".join([_HEAD, *self._rows(node, "")])

    def types(self, apart: set[str]) -> Iterator[str]:
        """The types that tables name: one table of all, then those that are maps."""
        named = sorted(
            (name, node) for name, node in self._definitions.items() if name not in apart
        )
        rows = ["| Type | What may stand there |", "| --- | --- |"]
        for name, node in named:
            text = " ".join(filter(None, [_sentence(_type(node)), self._about(node)]))
            rows.append(f'| <a id="type-{name}"></a>{name} | {text} |')
        yield "\n".join(rows)
        for name, node in named:
            if "properties" in node:
                yield f"#### {name}"
                yield self.table(node)

    def _rows(self, node: Node, prefix: str) -> Iterator[str]:
        """A row for each property, and below it those of the maps inside."""
        # Under an `else`, unless the spec asks for another flavour.
        required = {*node.get("required", ()), *node.get("else", {}).get("required", ())}
        for name, child in node.get("properties", {}).items():
            if "const" in child and not prefix:
                continue  # the kind itself, which the heading says
            path = f"{prefix}{name}"
            default = "**required**" if name in required else _default(child)
            yield f"| `{path}` | {_type(child)} | {default} | {self._about(child)} |"
            for inner, ending in _inside(child):
                yield from self._rows(inner, f"{path}{ending}.")

    def _about(self, node: Node) -> str:
        if "description" in node or "$ref" not in node:
            return _words(node.get("description", ""))
        return self._about(self._definitions[_name(node["$ref"])])


def _inside(node: Node) -> Iterator[tuple[Node, str]]:
    """The maps that a property holds: itself, an alternative, or what stands in its list or map."""
    for one in (node, *node.get("anyOf", ())):
        if "properties" in one:
            yield one, ""
        for key, ending in (("items", "[]"), ("additionalProperties", ".<name>")):
            below = one.get(key)
            if isinstance(below, Mapping):
                several = (below, *below.get("anyOf", ()))
                yield from ((inner, ending) for inner in several if "properties" in inner)


def _type(node: Node) -> str:
    """What may stand here, in words: the reader's own message where there is one."""
    if "$ref" in node:
        name = _name(node["$ref"])
        return name if name in _OWN_SECTION else f"[{name}](#type-{name})"
    if "x-expected" in node:
        return _words(node["x-expected"])
    if "enum" in node:
        return ", ".join(f"`{_plain(value)}`" for value in node["enum"])
    if "const" in node:
        return f"`{_plain(node['const'])}`"
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(_type(one) for one in node["anyOf"]))
    kind = node.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(_simple(one, node) for one in kind)
    return _simple(kind, node)


def _simple(kind: str, node: Node) -> str:
    if kind == "array":
        return f"list{_each(node.get('items'))}"
    if kind == "object":
        return f"map{_each(node.get('additionalProperties'))}"
    if kind in ("integer", "number"):
        return {"integer": "whole number", "number": "number"}[kind] + _range(node)
    return {"boolean": "`true` or `false`", "string": "text"}.get(kind, kind)


def _each(node: Any) -> str:
    """What a list or a map is of: nothing, where the rows below say it."""
    if not isinstance(node, Mapping) or "properties" in node:
        return ""
    return f", each {_type(node)}" if "x-expected" in node else f" of {_type(node)}"


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _range(node: Node) -> str:
    words = {
        "minimum": "from",
        "exclusiveMinimum": "above",
        "maximum": "to",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {node[key]}" for key, word in words.items() if key in node]
    return f" {' '.join(limits)}" if limits else ""


def _default(node: Node) -> str:
    return f"`{_plain(node['default'])}`" if "default" in node else ""


def _plain(value: Any) -> str:
    """As one would write it: text without quotes, unless it is empty."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _words(text: str) -> str:
    """Text for a table cell: outside of code, what Markdown would take for its own is escaped."""
    parts = text.replace("|", "\\|").split("`")
    for index in range(0, len(parts), 2):
        parts[index] = parts[index].replace("<", "&lt;").replace("*", "\\*")
    return "`".join(parts)
