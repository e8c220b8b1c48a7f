"""Addresses outside the platform, as `connects` names them: https://api.stripe.com."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from generator.spec.model import Outside
from generator.spec.names import host_problem
from generator.spec.place import shown

#: Schemes that an address may have, and their ports.
_PORTS = {"https": 443, "http": 80, "tcp": None}

#: Other protocols, and the ports that people know them by.
_OTHER_PORTS = {
    "amqp": 5672,
    "amqps": 5671,
    "grpc": 443,
    "kafka": 9092,
    "ldap": 389,
    "ldaps": 636,
    "mongodb": 27017,
    "mysql": 3306,
    "nats": 4222,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "sftp": 22,
    "smtp": 587,
    "smtps": 465,
    "ssh": 22,
}

#: What is wrong, and how to write it.
Wrong = tuple[str, str | None]


def read_address(text: str) -> Outside | Wrong:
    """An address by scheme, host and port."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        last = text.rpartition(":")[2]
        return f"expected a port from 1 to 65535, got {shown(last)}", "tcp://db.example.com:5432"
    if parts.username is not None or parts.password is not None:
        hint = "take them from a Secret: they stand in `secrets`, not in `connects`"
        return "an address holds no user and no password", hint
    number = port or _PORTS.get(parts.scheme)
    wrong = _problem(parts, number)
    if wrong is not None or number is None:
        return wrong or ("the address needs a port", f"tcp://{parts.hostname}:5432")
    return Outside(scheme=parts.scheme, host=parts.hostname or "", port=number)


def _problem(parts: SplitResult, port: int | None) -> Wrong | None:
    host = parts.hostname or ""
    if parts.scheme not in _PORTS:
        number = port or _OTHER_PORTS.get(parts.scheme) or "port"
        what = f"expected https://, http:// or tcp://, got {shown(parts.scheme + '://')}"
        return what, f"write tcp://{host or 'host'}:{number}"
    if not host:
        return "the address has no host", f"{parts.scheme}://api.example.com"
    problem = None if _is_number(host) else host_problem(host)
    return (f"the host {shown(host)} {problem}", None) if problem else None


def _is_number(host: str) -> bool:
    """An IP address, which policies understand better than names."""
    return ":" in host or host.replace(".", "").isdigit()
