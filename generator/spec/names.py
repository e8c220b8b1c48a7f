"""Names: which are legal, and how names are made from names.

Each `..._problem` gives None for a legal name, or the reason in words that follow the name:
`'Shop' holds the capital letter 'S'`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re

LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
PORT_NAME_LENGTH = 15


def camel_case(name: str) -> str:
    """A dashed name as a key of values: `job-runner` is `jobRunner`."""
    first, *rest = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def env_name(name: str) -> str:
    """A dashed name as the start of environment variables: `order-db` is `ORDER_DB`."""
    return re.sub(r"[-.]", "_", name).upper()


def shortened(name: str, limit: int) -> str:
    """The name in at most `limit` characters. Two long names never become one: the end of a
    cut name is a hash of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    kept = name[: max(limit - len(digest) - 1, 0)].rstrip("-.")
    return f"{kept}-{digest}" if kept else digest[:limit]


def label_problem(name: str) -> str | None:
    """A DNS label (RFC 1123): pods, namespaces, values of most name fields."""
    return _length(name, LABEL_LENGTH) or _characters(name, "-")


def subdomain_problem(name: str) -> str | None:
    """A DNS subdomain (RFC 1123): Secrets, ConfigMaps, Ingresses."""
    problem = _length(name, SUBDOMAIN_LENGTH) or _characters(name, "-.")
    if problem is None and not all(map(_is_label, name.split("."))):
        return "holds a dot beside a dash or another dot"
    return problem


def service_problem(name: str) -> str | None:
    """A service name (RFC 1035): a label that starts with a letter."""
    problem = label_problem(name)
    if problem is None and name[0].isdigit():
        return f"starts with the digit {name[0]!r}, a Service's name starts with a letter"
    return problem


def port_name_problem(name: str) -> str | None:
    """A container port's name: at most 15 characters, one of them a letter, no double dash."""
    problem = _length(name, PORT_NAME_LENGTH) or _characters(name, "-")
    if problem is None and "--" in name:
        return "holds two dashes in a row"
    if problem is None and not re.search("[a-z]", name):
        return "holds no letter"
    return problem


def env_problem(name: str) -> str | None:
    """An environment variable that every shell can read."""
    if not name:
        return "is empty"
    if name[0].isdigit():
        return f"starts with the digit {name[0]!r}"
    return _foreign(name, r"[A-Za-z0-9_]", "letters, digits and underscores")


def secret_key_problem(name: str) -> str | None:
    """A key of a Secret or ConfigMap, which may become a file name."""
    if name in (".", "..") or name.startswith(".."):
        return "would leave its folder when it is mounted as a file"
    allowed = "letters, digits, dashes, dots and underscores"
    return _length(name, SUBDOMAIN_LENGTH) or _foreign(name, r"[-._A-Za-z0-9]", allowed)


def host_problem(name: str) -> str | None:
    """A host that a route can have: `api.example.com` or `*.example.com`."""
    if "://" in name:
        return f"has a scheme; write {name.partition('://')[2].partition('/')[0]}"
    if "/" in name:
        return f"has a path; the host is {name.partition('/')[0]}"
    if not name.isascii():
        return f"is not in ASCII{_punycode(name)}"
    rest = name.removeprefix("*.")
    if "*" in rest:
        return "holds a * that is not the whole first part, as in *.example.com"
    if ":" in rest:
        return "has a port; routes are served on 80 and 443"
    if _is_address(rest):
        return "is an IP address, which a route cannot have"
    problem = subdomain_problem(rest)
    if problem is None and any(len(part) > LABEL_LENGTH for part in rest.split(".")):
        return f"has a part of more than {LABEL_LENGTH} characters"
    return problem


def image_problem(reference: str) -> str | None:
    """An image reference: `registry:5000/team/app:1.4@sha256:...`."""
    if "://" in reference:
        return f"has a scheme; write {reference.partition('://')[2]}"
    if re.search(r"\s", reference):
        return "holds white space"
    name, at, digest = reference.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return "has a digest that is not sha256: and 64 hexadecimal digits"
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not _TAG.fullmatch(tag):
        return f"has the tag {tag!r}; a tag is up to 128 letters, digits, dots, dashes, underscores"
    return _repository(head + slash + last, "image")


def oci_problem(url: str) -> str | None:
    """A registry for charts: `oci://registry.example.com/charts`."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme != "oci":
        return f"does not start with oci://; write oci://{rest if separator else url}"
    if "@" in rest:
        return "holds a login; log in with `helm registry login` instead"
    host, slash, path = rest.partition("/")
    if not _DOMAIN.fullmatch(host):
        return f"has the host {host!r}, which is none" if host else "has no host"
    if ":" in path:
        return "has a tag; the version of each chart becomes its tag"
    return _repository(path, "registry") if slash else None


_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")
_COMPONENT = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*")


def _repository(name: str, what: str) -> str | None:
    """The path of a repository; its first part may be a host with dots or a port."""
    if not name:
        return f"names no {what}"
    if len(name) > 255:
        return f"has {len(name)} characters before the tag, at most 255 are allowed"
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        if not _DOMAIN.fullmatch(first):
            return f"has the host {first!r}, which is none"
        name = rest
    for part in name.split("/"):
        if not part:
            return "has an empty part between slashes"
        capital = re.search("[A-Z]", part)
        if capital:
            return f"holds the capital letter {capital[0]!r}; repositories are written small"
        if not _COMPONENT.fullmatch(part):
            return f"has the part {part!r}; parts are small letters and digits with . _ - between"
    return None


def _length(name: str, limit: int) -> str | None:
    if not name:
        return "is empty"
    return f"has {len(name)} characters, at most {limit} are allowed" if len(name) > limit else None


def _characters(name: str, signs: str) -> str | None:
    """Small letters and digits, with the signs between them."""
    words = ", dashes and dots" if "." in signs else " and dashes"
    wrong = _foreign(name, rf"[a-z0-9{re.escape(signs)}]", f"small letters, digits{words}")
    if wrong:
        return wrong
    for end, verb in ((name[0], "starts"), (name[-1], "ends")):
        if end in signs:
            return f"{verb} with {end!r}, not with a letter or digit"
    return None


def _foreign(name: str, allowed: str, words: str) -> str | None:
    wrong = next((char for char in name if not re.fullmatch(allowed, char)), None)
    if wrong is None:
        return None
    if wrong.isascii() and wrong.isupper():
        return f"holds the capital letter {wrong!r}; only {words} are allowed"
    return f"holds {wrong!r}; only {words} are allowed"


def _is_label(part: str) -> bool:
    return bool(part) and part[0] != "-" and part[-1] != "-"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _punycode(name: str) -> str:
    try:
        return f"; write {name.encode('idna').decode()}"
    except UnicodeError:
        return ""
