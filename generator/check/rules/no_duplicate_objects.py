"""A rendering holds each object once.

Of two with one name Helm applies both, one over the other, or refuses them; which of the two stays
is chance.

Good:

    kind: ConfigMap
    metadata: {name: a}
    ---
    kind: ConfigMap
    metadata: {name: b}

Bad:

    kind: ConfigMap
    metadata: {name: a}
    ---
    kind: ConfigMap
    metadata: {name: a}
    data: {}
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objects import Object
from generator.check.rendering import Rendering
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "no-duplicate-objects"
SEVERITY = ERROR


def check(rendering: Rendering) -> Iterator[Violation]:
    seen: dict[tuple[str, str, str, str], Object] = {}
    for obj in rendering.objects:
        if not obj.metadata.get("name"):
            continue  # a name that the server generates is never the same
        key = (obj.group, obj.kind, obj.namespace, obj.name)
        first = seen.get(key)
        if first is None:
            seen[key] = obj
        else:
            where = f"by {first.path} too" if first.path != obj.path else "twice"
            yield Violation(obj, f"is rendered {where}")
