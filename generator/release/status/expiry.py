"""When the certificates of a release end: of cert-manager's word, or read from the Secrets."""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.check.objects import Object, mapping, maps
from generator.release.status.facts import Facts
from generator.release.status.model import FAILED, MISSING, READY, WAITING, Certificate

#: cert-manager renews what has a third of its life left: of 90 days, at 30. Later is late.
SOON = timedelta(days=14)

_SEQUENCE, _VERSION, _UTC_TIME = 0x30, 0xA0, 0x17


def certificates(
    objects: tuple[Object, ...], facts: Facts, now: datetime
) -> tuple[Certificate, ...]:
    """The certificates that the manifest asks for or serves with, those that end first first."""
    issued = {
        str(mapping(one.get("spec")).get("secretName")): one for one in facts.of("Certificate")
    }
    needed = frozenset(name for one in objects for name in _needed(one))
    mounted = frozenset(name for one in objects for name in _mounted(one))
    there = facts.certificates
    names = needed | (mounted & frozenset(there or ()))
    found = [_certificate(name, issued.get(name), there, now) for name in names]
    return tuple(sorted(found, key=lambda one: (one.expires or "", one.secret)))


def not_after(pem: str) -> datetime:
    """When the first certificate of a PEM text ends. ValueError where there is none.

    Read by hand, as RFC 5280 §4.1 has it: no library that we have reads a certificate that is
    not some peer's, and the field is always the second of the fourth or fifth.
    """
    start = pem.find("-----BEGIN CERTIFICATE-----")
    end = "-----END CERTIFICATE-----"
    if start < 0 or end not in pem[start:]:
        raise ValueError("no certificate")
    block = pem[start : pem.index(end, start) + len(end)]
    _, certificate, _ = _value(ssl.PEM_cert_to_DER_cert(block))
    _, body, _ = _value(certificate)
    fields = list(_values(body))
    version = 1 if fields and fields[0][0] == _VERSION else 0
    if len(fields) < version + 4 or fields[version + 3][0] != _SEQUENCE:
        raise ValueError("no certificate")
    _, (tag, text) = _values(fields[version + 3][1])
    return _time(tag, text.decode("ascii"))


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        tag, value, data = _value(data)
        yield tag, value


def _value(data: bytes) -> tuple[int, bytes, bytes]:
    """The tag of the first value, what is in it, and what comes after it."""
    if len(data) < 2:
        raise ValueError("cut off")
    tag, length, at = data[0], data[1], 2
    if length & 0x80:  # so many bytes of length follow
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
    if len(data) < at + length:
        raise ValueError("cut off")
    return tag, data[at : at + length], data[at + length :]


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:  # two digits of the year: 50 and later are of the last century
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _certificate(
    name: str, issued: Mapping[str, Any] | None, there: Mapping[str, str] | None, now: datetime
) -> Certificate:
    ready = _ready(issued) if issued else None
    why = None if ready is None or ready.get("status") == "True" else str(ready.get("message"))
    end: datetime | None = None
    if there and name in there:
        try:
            end = not_after(base64.b64decode(there[name]).decode("utf-8", "replace"))
        except (ValueError, binascii.Error):
            return Certificate(
                secret=name, state=FAILED, expires=None, reason="its tls.crt is no certificate"
            )
    elif issued and (text := mapping(issued.get("status")).get("notAfter")):
        end = datetime.fromisoformat(str(text))
    if end is None:
        missing = there is not None
        return Certificate(
            secret=name,
            state=MISSING if missing else WAITING,
            expires=None,
            reason=why or ("there is no such Secret" if missing else "you may not read it"),
        )
    over = end <= now
    return Certificate(
        secret=name,
        state=FAILED if over else READY,
        expires=end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        soon=not over and end - now < SOON,
        reason="expired" if over and not why else why,
    )


def _ready(issued: Mapping[str, Any]) -> Mapping[str, Any] | None:
    conditions = maps(mapping(issued.get("status")).get("conditions"))
    return next((one for one in conditions if one.get("type") == "Ready"), None)


def _needed(one: Object) -> Iterator[str]:
    """Secrets that something cannot do without."""
    if one.kind == "Certificate":
        yield str(one.spec.get("secretName"))
    if one.kind == "Ingress":
        for entry in maps(one.spec.get("tls")):
            if name := entry.get("secretName"):
                yield str(name)
    if one.kind == "Gateway":
        for listener in maps(one.spec.get("listeners")):
            for reference in maps(mapping(listener.get("tls")).get("certificateRefs")):
                yield str(reference.get("name"))


def _mounted(one: Object) -> Iterator[str]:
    for volume in maps(one.workload.pod.get("volumes")) if one.workload else ():
        if name := mapping(volume.get("secret")).get("secretName"):
            yield str(name)
        for source in maps(mapping(volume.get("projected")).get("sources")):
            if name := mapping(source.get("secret")).get("name"):
                yield str(name)
