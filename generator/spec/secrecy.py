"""What looks like a secret, so that it is refused where it is written and never shown.

Nothing here says what it saw: messages end up in logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator.spec.place import Path_

#: What providers begin their keys with, and what carries its own mark.
_CREDENTIAL = re.compile(
    r"\b[sr]k_(?:live|test)_\w{8,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{30,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bwhsec_\w{16,}"
    r"|\bhooks\.slack\.com/services/\w+/\w+|\bAIza[\w-]{35}\b"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
_PLACEHOLDER = re.compile(
    r"\byour[-_](?:\w+[-_])*(?:secret|password|passwd|key|token|credentials?)\b"
    r"|\bchange[-_]?(?:me|this|in[-_]production)|[-_]change[-_]in[-_]production"
    r"|\b[sr]k_(?:live|test)_|^SG\.|\b(?:replace|fill)[-_]?me\b|<(?:secret|password|token|key)>",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@$]*:(?!\$)[^\s/@$]+@")

#: Most texts hold none of these, and need no closer look.
_MARK = re.compile(
    r"[sr]k_|SG\.|AKIA|gh[pousr]_|glpat|xox|whsec|hooks\.|AIza|-----B|eyJ|your|change|me\b|[@<]",
    re.IGNORECASE,
)

_NAME = re.compile(
    r"(?:(?:^|[_.-])(?:password|passwd|passphrase|secret|token|key|credentials?)"
    r"|[a-z](?:Password|Secret|Token|Key))$"
)
_PASSWORD = re.compile(r"(?:password|passwd|passphrase|token)$", re.IGNORECASE)
_OPEN_NAME = re.compile(r"public|publishable|site_?key|(?:sort|partition|cache|primary)_key", re.I)

#: The place of a secret, a switch or nothing is none.
_OPEN_VALUE = re.compile(
    r"(?:/[\w.-]+)+|\$.*|(?:true|false|none|required|optional|[0-9]{0,5})", re.I | re.S
)

#: Long and random, as nobody names the keys of a Secret.
_RANDOM = re.compile(r"[0-9a-fA-F]{32,}|(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{32,}")


def secret_in(text: str) -> str | None:
    """What of a secret stands in a text, in words that follow `holds`."""
    if _MARK.search(text) is None:
        return None
    if _CREDENTIAL.search(text):
        return "what looks like a real credential"
    if _IN_ADDRESS.search(text):
        return "a password in an address"
    return "a placeholder for a secret" if _PLACEHOLDER.search(text) else None


def plain_secret(name: str, value: str) -> bool:
    """Whether a variable is, by its name, a secret, and the value would be it."""
    plain = name.lower() if name.isupper() else name
    named = _NAME.search(plain) and not _OPEN_NAME.search(name)
    return bool(named) and not _OPEN_VALUE.fullmatch(value)


def plain_password(name: str, value: str) -> bool:
    """The same for a value of a chart, where `secret` and `key` mostly end names of names."""
    return bool(_PASSWORD.search(name)) and not _OPEN_VALUE.fullmatch(value)


def is_random(text: str) -> bool:
    """Whether a name is rather the value of a key."""
    return _RANDOM.fullmatch(text) is not None or _CREDENTIAL.search(text) is not None


def texts(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Each text below a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))
