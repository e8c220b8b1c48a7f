"""Templates ask the cluster for one thing only: how many replicas a workload has now.

`lookup` is empty in `helm template` and in GitOps: what depends on it cannot be reviewed before.
Replicas are worth that, for else an upgrade undoes what an operator scaled. Secrets never are.

Good:

    {{ $live := lookup "apps/v1" "StatefulSet" .Release.Namespace "a" }}

Bad:

    {{ $old := lookup "v1" "Secret" .Release.Namespace "a" }}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.rules.api import Mistake
from generator.check.sources import ChartSources
from generator.findings import ERROR

ID = "lookup-only-for-replicas"
SEVERITY = ERROR

_LOOKUP = re.compile(r"(?<![\w.$])lookup(?!\w)")
_ALLOWED = re.compile(r"(?<![\w.$])lookup\s+\"apps/v1\"\s+\"(?:Deployment|StatefulSet)\"")


def check(sources: ChartSources) -> Iterator[Mistake]:
    for file in sources.holding("lookup"):
        for action in file.actions:
            if len(_LOOKUP.findall(action.words)) > len(_ALLOWED.findall(action.text)):
                message = "lookup of something else than a Deployment or StatefulSet of apps/v1"
                yield Mistake(action.path, action.line, action.col, message)
