"""What to do about a wrong key or value: the nearest name, the missing quotes, the right case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from generator.spec.expected import Schema, word
from generator.spec.place import MAX_SHOWN, Path_, cut, one_line, shown
from generator.spec.reasons import reason_hint
from generator.spec.scalars import resolve
from generator.spec.secrecy import secret_in
from generator.spec.source import Source

_SECRET = re.compile(
    r"secret(?!sFrom)|passw(or)?d|passphrase|token|credential"
    r"|(api|access|private|encryption).?key",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"(://)[^/@\s]+@")
_MAX_KEYS = 12

#: Reasons why a text is no name: then the nearest name says more.
_NAMES = frozenset(("env", "name", "secret"))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant, None when none is near."""
    names = list(known)
    plain = {_plain(one): one for one in names}
    if _plain(name) in plain:
        return plain[_plain(name)]
    close = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def meant_by(name: str, schemas: Sequence[Schema], free: Sequence[str]) -> str | None:
    """The key for which other tools have this name (`x-elsewhere` of its schema)."""
    for schema in schemas:
        for key, inner in schema.get("properties", {}).items():
            if key in free and isinstance(inner, dict) and name in inner.get("x-elsewhere", ()):
                return str(key)
    return None


def allowed_keys(names: Sequence[str]) -> str:
    """What could be written instead."""
    if not names:
        return "remove it: no other key is allowed here"
    more = ", …" if len(names) > _MAX_KEYS else ""
    return f"allowed here: {', '.join(names[:_MAX_KEYS])}{more}"


def renamed(name: str, pattern: str | None) -> str | None:
    """The name in the form that a pattern asks for, if changing case and signs is enough."""
    if pattern is None:
        return None
    dashed = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name)
    tries = (
        re.sub(r"[^a-z0-9]+", "-", dashed.lower()).strip("-"),
        re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_"),
    )
    return next((one for one in tries if one and one != name and re.search(pattern, one)), None)


def is_secret(path: Path_) -> bool:
    """The path names something whose value must not reach a log."""
    return any(isinstance(part, str) and _SECRET.search(part) for part in path)


def got(value: Any, path: Path_, *, secret: bool = False) -> str:
    """The value for a message. Never a secret, nor the login of an address."""
    if isinstance(value, dict) and value:
        keys = list(value)
        return f"a map with {cut(one_line(', '.join(keys[:3])) + (', …' if len(keys) > 3 else ''))}"
    if isinstance(value, list) and value:
        return f"a list of {len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if isinstance(value, bool) or value in (None, "", [], {}):
        return shown(value)
    bare = _LOGIN.sub(r"\1…@", value) if isinstance(value, str) else ""
    if secret or is_secret(path) or secret_in(bare):
        kind = f"{len(value)} characters" if isinstance(value, str) else "a number"
        return f"{kind} (not shown, it may be secret)"
    if isinstance(value, str):
        long = f" ({len(value)} characters)" if len(value) > MAX_SHOWN else ""
        return shown(bare) + long
    return shown(value)


def better(text: str, pattern: str | None, reason: str | None) -> str | None:
    """A hint for a text that does not fit: another way to write it, or why it is wrong."""
    named = reason is None or reason.partition(" ")[0] in _NAMES
    meant = renamed(text, pattern) if named else None
    if meant is None and pattern is not None and text and re.search(pattern, f"/{text}"):
        meant = f"/{text}"
    if meant is not None:
        return f"did you mean {meant!r}?"
    return reason_hint(reason, text) if reason else None


def hint_for(
    source: Source, path: Path_, value: Any, schemas: Sequence[Schema], given: str | None = None
) -> str | None:
    """How to write the value so that it fits. `given` are the author's words: they win, unless
    what was found begins with the same words and goes on to show how."""
    schema = schemas[-1] if schemas else {}
    found = _hint(source, path, value, schema)
    written = source.written(path)
    if found is None and written and not is_secret(path) and len(written) <= MAX_SHOWN:
        found = better(written, _pattern(schema), word(schemas, "x-reason"))
    if given is None or (found is not None and found.startswith(given)):
        return found
    return given


def _pattern(schema: Schema) -> str | None:
    """A pattern that Python can read, too."""
    pattern = schema.get("pattern")
    try:
        return pattern if pattern is None else re.compile(pattern).pattern
    except re.error:
        return None


def _hint(source: Source, path: Path_, value: Any, schema: Schema) -> str | None:
    options = [option for option in schema.get("enum", ()) if isinstance(option, str)]
    if options and isinstance(value, str):
        close = nearest(value, options)
        return f"did you mean {close!r}?" if close else None
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else tuple(types)
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    written = source.written(path)
    if value is None:
        return _nothing(types, schema)
    if isinstance(value, list) and "object" in types:
        return _keys_for(value)
    if written is None:
        return None
    silent = is_secret(path) or len(written) > MAX_SHOWN
    if not isinstance(value, str):
        if "string" in types and _matches(written, schema):
            return "put the value in quotes" + ("" if silent else f': {key}"{written}"')
        return None if silent or "array" not in types else f"write a list: {key}[{written}]"
    return None if silent else _from_text(value, types, key)


def _matches(text: str, schema: Schema) -> bool:
    """Quotes alone would make the value right."""
    try:
        return re.search(schema.get("pattern", ""), text) is not None
    except re.error:  # the pattern is ECMA's, which Python may not read
        return True


def _from_text(text: str, types: Sequence[str], key: str) -> str | None:
    if "boolean" in types:
        meant = _BOOLEANS.get(text.lower())
        return f"write {key}{meant}" if meant else None
    read = resolve(text)
    if "integer" in types and type(read) is int:
        return f"remove the quotes: {key}{text}"
    if "number" in types and type(read) in (int, float):
        return f"remove the quotes: {key}{text}"
    if "array" in types and text:
        return f"write a list: {key}[{', '.join(text.split())}]"
    return None


def _keys_for(entries: list[Any]) -> str | None:
    """A list as Kubernetes has them, where names are keys."""
    names = [one.get("name") for one in entries if isinstance(one, dict)]
    if names and isinstance(names[0], str):
        return f"names are keys here, without dashes: `{names[0]}: …`"
    return None


def _nothing(types: Sequence[str], schema: Schema) -> str | None:
    if "object" in types:
        may_be_empty = not schema.get("required") and not schema.get("minProperties")
        more = ", or write {} for an empty map" if may_be_empty else ""
        return f"indent its keys below it{more}"
    if "array" in types:
        more = "" if schema.get("minItems") else ", or [] for an empty list"
        return f"write its entries below it{more}"
    return "write a value, or remove the key" if types else None


_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "on", "true", "1", "enabled"), "true"),
    **dict.fromkeys(("no", "n", "off", "false", "0", "disabled"), "false"),
}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
