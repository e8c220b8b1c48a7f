"""Which labels a LabelSelector asks for, and whom it takes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import mapping, maps


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a LabelSelector takes in an object with these labels. An empty one takes in all."""
    fields = mapping(selector)
    wanted = mapping(fields.get("matchLabels"))
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_matches(term, labels) for term in maps(fields.get("matchExpressions")))


def _matches(term: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = term.get("key"), term.get("values") or ()
    operator = term.get("operator")
    if operator == "In":
        return labels.get(key) in values  # type: ignore[arg-type]
    if operator == "NotIn":
        return labels.get(key) not in values  # type: ignore[arg-type]
    return (key in labels) == (operator == "Exists")


def selector_keys(selector: Any) -> Iterator[str]:
    """The labels that a LabelSelector asks for."""
    fields = mapping(selector)
    yield from mapping(fields.get("matchLabels"))
    yield from (str(term.get("key")) for term in maps(fields.get("matchExpressions")))
