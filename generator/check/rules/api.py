"""What a rule is: a module with a name, a severity, a docstring and one function.

    ID = "no-latest-tag"        stable, dashed; also the name of the module, with underscores
    SEVERITY = ERROR            of its findings
    def check(obj, workload) -> Iterator[Violation]

Most rules look at one object, and at the pods that it makes. Rules on how objects fit together get
the whole rendering, rules on templates the text of the chart.

The docstring says what and why, with one snippet under `Good:` and one under `Bad:`. It is the
rule's page in the reference, and the tests run both snippets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from generator.check.objects import Object, Workload
from generator.check.rendering import Rendering
from generator.check.sources import ChartSources

#: Before a rule's ID it is the annotation that allows an object what the rule forbids, with the
#: reason as its value. In a template, for the rules on templates, it stands in a comment.
ALLOW = "generator.dev/allow-"


class Violation(NamedTuple):
    """One object that breaks a rule."""

    object: Object
    message: str
    hint: str | None = None
    severity: str | None = None  # where it is not the rule's


class Mistake(NamedTuple):
    """One place in a template that breaks a rule."""

    path: str  # relative to the project
    line: int
    col: int
    message: str
    hint: str | None = None


class ObjectRule(Protocol):
    """A rule on one object. What it says of an object holds in every rendering."""

    ID: str
    SEVERITY: str
    __doc__: str | None

    def check(self, obj: Object, workload: Workload | None, /) -> Iterator[Violation]: ...


class RenderingRule(Protocol):
    """A rule on how the objects of a rendering fit together."""

    ID: str
    SEVERITY: str
    __doc__: str | None

    def check(self, rendering: Rendering, /) -> Iterator[Violation]: ...


class TemplateRule(Protocol):
    """A rule on the templates of a chart, as they were written."""

    ID: str
    SEVERITY: str
    __doc__: str | None

    def check(self, sources: ChartSources, /) -> Iterator[Mistake]: ...
