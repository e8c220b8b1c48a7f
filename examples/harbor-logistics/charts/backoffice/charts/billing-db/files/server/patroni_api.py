"""Requests to Patroni and to the agents beside it: JSON over HTTP or HTTPS, nothing more."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class RefusedError(Exception):
    """The other side answered, but not with success."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


def basic(username: str, password: str) -> dict[str, str]:
    """The header of basic authentication."""
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def trust(tls_dir: str) -> ssl.SSLContext | None:
    """What certificates are checked against; None when nothing is encrypted."""
    if not tls_dir:
        return None
    return ssl.create_default_context(cafile=str(Path(tls_dir, "ca.crt")))


def ask(
    url: str,
    *,
    context: ssl.SSLContext | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    timeout: float = 15,
) -> Any:
    """The answer's JSON, or its text. No success is a `RefusedError`, no answer an `OSError`."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"not an HTTP address: {url}")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        raise RefusedError(error.code, error.read().decode(errors="replace").strip()) from error
    try:
        return json.loads(text)
    except ValueError:
        return text
