"""Go modules: fetch the very one that is pinned, and name the keywords kept of any schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
# JSON Schema keywords that hold schemas, lists of schemas, or maps of schemas.
ONE, LISTS, MAPS = ("items", "not"), ("allOf", "anyOf", "oneOf"), ("properties",)
KEPT = {
    *("enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "type"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("required", "uniqueItems", "multipleOf"),
}


def module(source: dict[str, Any]) -> Path:
    """The folder of a Go module, downloaded if need be, and the very one that was pinned."""
    wanted = f"{source['module']}@{source['version']}"
    command = ["go", "mod", "download", "-json", wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    answer = json.loads(done.stdout)
    if answer["Sum"] != source["sum"]:
        sys.exit(f"{wanted} is {answer['Sum']}, not {source['sum']} as pinned")
    return Path(answer["Dir"])
