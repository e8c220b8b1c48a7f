"""The user and password for a registry, from where `helm registry login` and Docker keep them."""

from __future__ import annotations

import base64
import binascii
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import GeneratorError
from generator.tools import credential_helper

_DOCKER_HUB = "https://index.docker.io/v1/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What to log in with; secrets stay out of tracebacks and logs."""

    user: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)


def docker_config(environ: Mapping[str, str] = os.environ) -> Path:
    """Docker's own file, which Helm falls back to as well."""
    home = environ.get("DOCKER_CONFIG")
    return (Path(home) if home else Path.home() / ".docker") / "config.json"


def read_password(source: Path | None) -> str:
    """A password from a file, or from standard input when there is none; one line end is cut."""
    text = source.read_text(encoding="utf-8") if source else sys.stdin.read()
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise GeneratorError(f"no password in {source or 'standard input'}")
    return password


def find(host: str, files: Iterable[Path]) -> Credentials | None:
    """What the first of the files that knows the registry has for it."""
    for file in files:
        if file.is_file() and (found := _in_file(host, file)):
            return found
    return None


def config_for(host: str, credentials: Credentials) -> str:
    """A registry config with these credentials alone, as Helm reads it from a file."""
    pair = f"{credentials.user}:{credentials.password}".encode()
    entry: dict[str, str] = {"auth": base64.b64encode(pair).decode("ascii")}
    if credentials.identity_token:
        entry["identitytoken"] = credentials.identity_token
    return json.dumps({"auths": {_key(host): entry}})


def _in_file(host: str, file: Path) -> Credentials | None:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        helper = (config.get("credHelpers") or {}).get(_key(host)) or config.get("credsStore")
        if helper:
            answer = credential_helper.get(helper, _key(host))
            return _from_helper(*answer) if answer else None
        return _from_entry(_entry(host, config.get("auths") or {}))
    except (ValueError, AttributeError, TypeError, binascii.Error):
        raise GeneratorError(
            f"{file} is no registry config", hint="`helm registry login` writes a new one"
        ) from None


def _entry(host: str, auths: Mapping[str, Any]) -> Mapping[str, Any]:
    if _key(host) in auths:
        return auths[_key(host)] or {}
    for server, entry in auths.items():  # old Dockers wrote whole addresses
        if server.partition("://")[2].partition("/")[0] == host or server.split("/")[0] == host:
            return entry or {}
    return {}


def _from_entry(entry: Mapping[str, Any]) -> Credentials | None:
    token = entry.get("identitytoken") or ""
    user, password = entry.get("username") or "", entry.get("password") or ""
    if entry.get("auth"):
        pair = base64.b64decode(entry["auth"], validate=True).decode("utf-8")
        user, _, password = pair.partition(":")
    if not (token or user or password):
        return None
    return Credentials(user=user, password=password, identity_token=token)


def _from_helper(user: str, secret: str) -> Credentials:
    if user == "<token>":
        return Credentials(user="", password="", identity_token=secret)
    return Credentials(user=user, password=secret)


def _key(host: str) -> str:
    return _DOCKER_HUB if host == "docker.io" else host
