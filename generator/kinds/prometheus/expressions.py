"""PromQL, judged by the metrics that there are. The parser is that of Prometheus, in Rust."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import promql_parser as promql

from generator.kinds.prometheus.known import TARGET, Series
from generator.spec.remedy import nearest

#: Functions that make labels: what comes of them may have any.
_MAKING = ("label_replace", "label_join", "count_values", "info")
_LABEL = re.compile(r"\$labels\.(\w+)")

Mistake = tuple[str, str]


def mistakes(expr: str, known: Mapping[str, Series]) -> Iterator[Mistake]:
    """What is wrong with an expression, and what to do."""
    try:
        tree = promql.parse(expr)
    except ValueError as error:
        yield f"is no PromQL: {error}", "try it in the Graph of a Prometheus"
        return
    selectors = list(_selectors(tree))
    if not selectors:
        yield "asks for no metric", "name one that its component exports"
    for one in selectors:
        yield from _selector_mistakes(one, known)
    labels = _labels(selectors, known)
    if labels is not None and not _makes_labels(tree):
        for label in dict.fromkeys(_grouped(tree)):
            if label not in labels:
                yield _no_label(label, labels)


def text_mistakes(text: str, expr: str, known: Mapping[str, Series]) -> Iterator[Mistake]:
    """Labels that a summary or a description fills in and that the expression can't have."""
    try:
        tree = promql.parse(expr)
    except ValueError:
        return
    labels = _labels(list(_selectors(tree)), known)
    if labels is None or _makes_labels(tree):
        return
    for label in dict.fromkeys(_LABEL.findall(text)):
        if label not in labels | {"alertname", "severity", "category"}:
            yield _no_label(label, labels)


def _selectors(tree: promql.Expr) -> Iterator[promql.VectorSelector]:
    found: list[promql.VectorSelector] = []

    def note(node: promql.Expr) -> None:
        if isinstance(node, promql.VectorSelector):
            found.append(node)

    promql.walk(tree, note)
    yield from found


def _selector_mistakes(
    one: promql.VectorSelector, known: Mapping[str, Series]
) -> Iterator[Mistake]:
    if not one.name:
        yield "asks for series without naming a metric", "write the metric's name before the braces"
        return
    series = known.get(one.name)
    if series is None:
        close = nearest(one.name, sorted(known))
        yield (
            f"asks for {one.name!r}, which nobody declares and no kind is known to have",
            f"did you mean {close}?"
            if close
            else f"declare it: metrics: {{exports: {{{one.name}: …}}}}",
        )
        return
    for matcher in one.matchers.matchers:
        values = series.values.get(matcher.name)
        if matcher.name not in series.labels:
            yield _no_label(matcher.name, series.labels, one.name)
        elif matcher.op == promql.MatchOp.Equal and values and matcher.value not in values:
            close = nearest(matcher.value, sorted(values))
            yield (
                f"asks for {matcher.name}={matcher.value!r} of {one.name!r}, which never has it",
                f"did you mean {close}?" if close else f"its values: {', '.join(sorted(values))}",
            )


def _labels(
    selectors: Iterable[promql.VectorSelector], known: Mapping[str, Series]
) -> set[str] | None:
    """The labels that all its metrics have together; None when one is not known."""
    found = set(TARGET)
    for one in selectors:
        series = known.get(one.name or "")
        if series is None:
            return None
        found |= series.labels
    return found


def _grouped(tree: promql.Expr) -> Iterator[str]:
    """The labels that it groups and joins by."""
    found: list[str] = []

    def note(node: promql.Expr) -> None:
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            found.extend(node.modifier.labels)
        if isinstance(node, promql.BinaryExpr) and node.modifier is not None:
            if node.modifier.matching is not None:
                found.extend(node.modifier.matching.labels)
            found.extend(node.modifier.group_labels or ())

    promql.walk(tree, note)
    yield from found


def _makes_labels(tree: promql.Expr) -> bool:
    """Whether a function in it makes labels."""
    return any(f"{name}(" in str(tree).replace(" ", "") for name in _MAKING)


def _no_label(label: str, labels: Iterable[str], metric: str = "") -> Mistake:
    close = nearest(label, sorted(labels))
    what = f"{metric!r} has no label" if metric else "no metric in it has a label"
    own = ", ".join(sorted(set(labels) - TARGET)) or "none of its own"
    return (f"{what} {label!r}", f"did you mean {close}?" if close else f"there are: {own}")
