"""No secret stands in a rendering: Helm would keep it in the release, and git in the values.

A Secret with values is one. So is a password, key or token as the plain value of an environment
variable, a credential in a ConfigMap, and a placeholder that someone forgot to replace.

Good:

    kind: Pod
    metadata: {name: a}
    spec:
      containers:
        - name: a
          env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: a, key: password}}}]

Bad:

    kind: Pod
    metadata: {name: a}
    spec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: hunter2}]}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.objects import Container, Object, Workload, mapping
from generator.check.rules.api import Violation
from generator.check.schema import dotted
from generator.findings import ERROR

ID = "no-secret-values"
SEVERITY = ERROR

_PLACEHOLDER = re.compile(
    r"\byour-(?:secret|password|api|key|token|access)|change-?(?:me|in-production)|sk_live_your"
    r"|SG\.your|\breplace-?me\b",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"\bsk_live_\w{8,}|\brk_live_\w{8,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{30,}|\bxox[abprs]-[\w-]{10,}|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
_SIGNS = ("k_live_", "SG.", "AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "-BEGIN", "eyJ")
_PLACES = ("your", "change-me", "changeme", "change-in", "replace-me", "replaceme")
_IN_URL = re.compile(r"://[^\s/:@$]+:(?!\$)[^\s/@$]+@")
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|API_KEY|TOKEN|PRIVATE_KEY)$"
)
# Some names of that form hold the place of a secret, or a switch.
_WHERE = re.compile(r"[/$]|(?:true|false|none|required|optional|\d+)?\Z", re.IGNORECASE)


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    if obj.kind == "Secret":
        yield from _secret(obj)
    elif obj.kind == "ConfigMap":
        for key, value in mapping(obj.data.get("data")).items():
            if problem := _problem(str(value)):
                yield Violation(obj, f"{dotted(('data', str(key)))}: holds {problem}")
    for container in workload.containers if workload else ():
        for place, problem in _container(container):
            message = f"{container.path}.{place}: {problem}"
            yield Violation(obj, message, "take it from a Secret: secretKeyRef")


def _secret(obj: Object) -> Iterator[Violation]:
    for field in ("data", "stringData"):
        filled = [str(key) for key, value in mapping(obj.data.get(field)).items() if value]
        if filled:
            yield Violation(
                obj,
                f"{field}: values for {', '.join(sorted(filled))} would lie in the release",
                "let someone else make it: an existing Secret, ExternalSecret, SealedSecret",
            )


def _container(container: Container) -> Iterator[tuple[str, str]]:
    for variable in container.env:
        name, value = str(variable.get("name", "")), str(variable.get("value") or "")
        place = f"env {name}"
        if problem := _problem(value):
            yield place, f"holds {problem}"
        elif value and _SECRET_NAME.search(name) and not _WHERE.match(value):
            yield place, "has a plain value, by its name a secret"
    for field in ("command", "args"):
        words = container.data.get(field)
        for index, word in enumerate(words if isinstance(words, list) else ()):
            if problem := _problem(str(word)):
                yield f"{field}[{index}]", f"holds {problem}"


def _problem(text: str) -> str | None:
    """Never with the text itself: findings end up in logs."""
    # Looking for plain words first: most texts hold none, and some are dashboards of 100 KB.
    if any(sign in text for sign in _SIGNS) and _CREDENTIAL.search(text):
        return "what looks like a real credential"
    if "://" in text and "@" in text and _IN_URL.search(text):
        return "a password in an address"
    lower = text.lower()
    if any(word in lower for word in _PLACES) and _PLACEHOLDER.search(text):
        return "a placeholder for a secret"
    return None
