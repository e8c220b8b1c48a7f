"""Secrets that someone wrote into a spec: found wherever they stand, and never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.findings import Finding
from generator.spec.place import Path_, dotted
from generator.spec.secrecy import is_random, plain_password, plain_secret, secret_in, texts
from generator.spec.source import Source

RULE = "secret-value"

#: An argument that hands over a secret, as in `--db-password=hunter2`.
_OPTION = re.compile(r"--?([\w-]*(?:password|passwd|secret|token|key))=(.+)", re.IGNORECASE)

#: Where a spec names the key of a Secret, and nothing else.
_KEY_NAMES = frozenset(("webhook", "slack", "pagerduty", "opsgenie"))


def exposed_secrets(source: Source) -> Iterator[Finding]:
    """A finding for each text of the spec that is a secret, or a placeholder for one."""
    for path, text in texts(source.data, ()):
        what = _problem(path, text)
        if what:
            yield source.finding(path, RULE, f"{dotted(path)}: {what}", _hint(source, path))


def _problem(path: Path_, text: str) -> str | None:
    held = secret_in(text)
    below_component = path[2:3] == ("components",)
    below_dependency = path[2:3] == ("dependencies",) and path[4:5] == ("values",)
    if held and (below_component or below_dependency or not held.startswith("a placeholder")):
        return f"a secret's value has no place here: the text holds {held}"
    if below_dependency and plain_password(str(path[-1]), text):
        return "a secret's value has no place here: by its name the value is one"
    if path[4:5] == ("env",) and len(path) == 6 and plain_secret(str(path[5]), text):
        return "a secret's value has no place here: by its name the variable is one"
    option = _OPTION.match(text) if below_component and isinstance(path[-1], int) else None
    if option and plain_secret(option[1].replace("-", "_").lower(), option[2]):
        return f"a secret's value has no place here: {option[1]} is handed over in clear text"
    if _is_key_name(path) and is_random(text):
        return "expected the name of a key, got what looks like the secret itself"
    return None


def _is_key_name(path: Path_) -> bool:
    if path[2:3] == ("secrets",):
        return True
    return path[4:5] == ("receivers",) and path[-1] in (*_KEY_NAMES, "password")


def _hint(source: Source, path: Path_) -> str:
    if path[4:5] == ("env",) and len(path) == 6:
        chart, component, variable = str(path[1]), str(path[3]), str(path[5])
        declared = source.data["charts"][chart].get("secrets")
        known = isinstance(declared, dict) and bool(declared)
        secret = next(iter(declared)) if known else f"{component}-secrets"
        key = variable.lower().replace("_", "-").strip("-")
        return (
            "name the key of a Secret instead, in place of this line; revoke what was real:\n"
            f"secrets: {{{variable}: {secret}/{key}}}"
        )
    if _is_key_name(path):
        return "write a name like api-key; put a new value into the Secret, for this one is known"
    return "keep it in a Secret: a spec is read by many and never forgets; revoke what was real"
