"""Templates use `include`, whose text can be indented and quoted, and never `template`.

Good:

    {{- include "a.labels" . | nindent 4 }}

Bad:

    {{ template "a.labels" . }}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.rules.api import Mistake
from generator.check.sources import ChartSources
from generator.findings import ERROR

ID = "include-not-template"
SEVERITY = ERROR

_TEMPLATE = re.compile(r"\Atemplate\s")


def check(sources: ChartSources) -> Iterator[Mistake]:
    for file in sources.holding('template "', "template `"):
        for action in file.actions:
            if _TEMPLATE.match(action.text):
                hint = f"include {action.text.partition(' ')[2]} | nindent N"
                message = "template is not include"
                yield Mistake(action.path, action.line, action.col, message, hint)
