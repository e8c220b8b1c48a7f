"""PromQL as an author writes it for Grafana: read, and narrowed by variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import promql_parser

#: Grafana's own variables. What they stand for is a duration.
_OWN = re.compile(r"\$(?:__rate_interval|__interval|__range)\b")

_TEXT = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'|`[^`]*`"
_BRACES = rf"\{{(?:{_TEXT}|[^{{}}\"'`])*\}}"

#: Text, comments and lists of labels come first, so that no name in them is taken for a metric.
_SELECTOR = re.compile(
    rf"{_TEXT}|\#[^\n]*"
    r"|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
    rf"|(?<![\w:.$])(?P<name>[a-zA-Z_:][\w:]*)(?P<braces>\s*{_BRACES})?"
)


def plain(expr: str) -> str:
    """The same without what only Grafana knows."""
    return _OWN.sub("5m", expr)


def parsed(expr: str) -> promql_parser.Expr:
    """Its tree. Raises `ValueError` with what is wrong."""
    return promql_parser.parse(plain(expr))


def selectors(tree: promql_parser.Expr) -> list[tuple[str, tuple[str, ...]]]:
    """Every selector: its metric ("" if it names none) and the labels that it asks for."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def note(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            asked = [one.name for one in node.matchers.matchers]
            found.append((node.name or "", tuple(asked)))

    promql_parser.walk(tree, note)
    return found


def narrowed(expr: str, variables: Mapping[str, Iterable[str]]) -> str:
    """The same PromQL with a matcher for each variable. `variables` has the labels of a metric.

    A selector that speaks of a label itself is not narrowed by it.
    """

    def narrow(found: re.Match[str]) -> str:
        labels = variables.get(found["name"] or "", ())
        written = (found["braces"] or "").strip()[1:-1].strip().rstrip(",")
        bare = re.sub(_TEXT, "", written)
        wanted = [one for one in labels if not re.search(rf"\b{one}\s*[=!]", bare)]
        if not wanted:
            return found[0]
        return (
            f"{found['name']}{{{','.join([*matchers(wanted), *([written] if written else [])])}}}"
        )

    return _SELECTOR.sub(narrow, expr)


def matchers(labels: Iterable[str]) -> list[str]:
    """One for each variable, which has the name of its label."""
    return [f'{one}=~"${one}"' for one in labels]
