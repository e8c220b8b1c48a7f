"""JSON Schemas of values, shared by all kinds. Draft-07, since Helm 3 promises no later one.

Maps that we own are closed. Maps that Kubernetes owns (resources, affinity) stay open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

STRING: Final[Schema] = {"type": "string"}
NOT_EMPTY: Final[Schema] = {"type": "string", "minLength": 1}
NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 63}
#: A StatefulSet's or CronJob's name has 52 characters; the longest ending of ours has 15.
FULL_NAME: Final[Schema] = {
    "type": "string",
    "maxLength": 37,
    "pattern": "^([a-z]([-a-z0-9]*[a-z0-9])?)?$",
}
BOOLEAN: Final[Schema] = {"type": "boolean"}
PORT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 65535}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
POSITIVE: Final[Schema] = {"type": "integer", "minimum": 1}
PERCENT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 100}
OPEN: Final[Schema] = {"type": "object"}
OPEN_FILLED: Final[Schema] = {"type": "object", "minProperties": 1}
STRINGS: Final[Schema] = {"type": "object", "additionalProperties": {"type": "string"}}
LABELS: Final[Schema] = STRINGS
#: Without the chart's own: a second one of a key is no YAML, and selectors need the first.
POD_LABELS: Final[Schema] = {
    **LABELS,
    "propertyNames": {
        "not": {"enum": [f"app.kubernetes.io/{name}" for name in ("name", "instance", "component")]}
    },
}
POD_ANNOTATIONS: Final[Schema] = {
    **LABELS,
    "propertyNames": {
        "not": {
            "pattern": r"^(checksum/.*|secret-revision|kubectl\.kubernetes\.io/default-container)$"
        }
    },
}
LIST: Final[Schema] = {"type": "array"}
NAMES: Final[Schema] = {"type": "array", "items": {"type": "string"}}
OBJECTS: Final[Schema] = {"type": "array", "items": {"type": "object"}}
PULL_POLICY: Final[Schema] = {"type": "string", "enum": ["Always", "IfNotPresent", "Never"]}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^(sha256:[a-f0-9]{64})?$"}
CIDRS: Final[Schema] = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]+$"},
}
#: Never 0: a budget that lets no pod go blocks the drain of a node for ever.
BUDGET: Final[Schema] = {
    "type": ["integer", "string"],
    "minimum": 1,
    "pattern": "^([1-9][0-9]?|100)%$",
}
QUANTITY: Final[Schema] = {
    "type": ["string", "number"],
    "pattern": r"^([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$",
}
MESH: Final[Schema] = {"type": "string", "enum": ["none", "ambient", "sidecar"]}
RESOURCES: Final[Schema] = {
    "type": "object",
    "properties": {"requests": {"type": "object"}, "limits": {"type": "object"}},
    "additionalProperties": True,
}
SECRET_ENV: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["name", "key"],
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "key": {"type": "string"}},
    },
}
EXTRA_RULES: Final[Schema] = OBJECTS


def enum(*values: str) -> Schema:
    """A string that is one of the values."""
    return {"type": "string", "enum": list(values)}
