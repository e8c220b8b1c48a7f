"""Read from an OCI registry what is published under a tag. Pushing is Helm's work.

Helm itself cannot say "is this version there, and with which bytes" without fetching it and
without its wording of "not found". This reads one manifest: https://github.com/opencontainers/
distribution-spec, with the two ways of logging in that registries use (Basic, Bearer token).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import ipaddress
import json
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from generator.errors import GeneratorError
from generator.ship.credentials import Credentials

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)
_TIMEOUT = 30.0
_WAITS = (0.5, 1.5)
_TRY_AGAIN = {429, 500, 502, 503, 504}


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What a tag points to: the manifest's digest, and the archive's if it is a chart."""

    manifest: str
    chart: str | None


class _RefusedError(Exception):
    """An answer other than the one asked for."""

    def __init__(self, url: str, error: urllib.error.HTTPError) -> None:
        super().__init__(f"{url} answered {error.code} {error.reason}")
        self.code = error.code
        self.challenge = error.headers.get("WWW-Authenticate", "")


class Registry:
    """One registry, reached one way."""

    def __init__(
        self,
        host: str,
        *,
        plain_http: bool = False,
        ca_file: Path | None = None,
        credentials: Credentials | None = None,
        timeout: float = _TIMEOUT,
        waits: tuple[float, ...] = _WAITS,
    ) -> None:
        self.host = host
        self._timeout, self._waits = timeout, waits
        # As every client has it: the name that people write is not the machine that answers.
        server = "registry-1.docker.io" if host == "docker.io" else host
        self.base = f"{'http' if plain_http else 'https'}://{server}"
        self.credentials = credentials
        self._authorization = ""
        try:
            context = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise GeneratorError(f"{ca_file} holds no certificates: {error}") from None
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
        if _is_loopback(host):  # Helm asks no proxy for it either
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def published(self, repository: str, tag: str) -> Published | None:
        """What is published under a tag, None when nothing is."""
        url = f"{self.base}/v2/{repository}/manifests/{tag}"
        raw = self._get(url, repository)
        if raw is None:
            return None
        try:
            layers = json.loads(raw).get("layers") or []
            charts = [each["digest"] for each in layers if each["mediaType"] == CHART_LAYER]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise GeneratorError(f"{url} gave something that is no manifest") from None
        return Published(
            manifest=f"sha256:{hashlib.sha256(raw).hexdigest()}",
            chart=charts[0].removeprefix("sha256:") if charts else None,
        )

    def lets_in(self, repository: str) -> bool:
        """Whether it asked who we are before it let us in. Raises when it does not let us in."""
        self._get(f"{self.base}/v2/", repository)
        return bool(self._authorization)

    def _get(self, url: str, repository: str) -> bytes | None:
        try:
            return self._open(url, {"Accept": _ACCEPT}, self._authorization)
        except _RefusedError as error:
            if error.code == 404:
                return None
            if error.code != 401:
                raise self._failure(error) from None
            challenge = error.challenge
        self._authorization = self._log_in(challenge, repository)
        try:
            return self._open(url, {"Accept": _ACCEPT}, self._authorization)
        except _RefusedError as error:
            if error.code == 404:
                return None
            raise self._failure(error) from None

    def _log_in(self, challenge: str, repository: str) -> str:
        """The Authorization header that answers a challenge."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "bearer":
            parameters = dict(re.findall(r'(\w+)="([^"]*)"', rest))
            return f"Bearer {self._token(parameters, repository)}"
        if self.credentials is None:
            raise GeneratorError(f"{self.host} wants a user and password", hint=self._hint())
        return _basic(self.credentials)

    def _token(self, challenge: dict[str, str], repository: str) -> str:
        realm = challenge.get("realm", "")
        if self.credentials and self.base.startswith("https:") and not realm.startswith("https:"):
            raise GeneratorError(f"{self.host} wants the password sent in the clear, to {realm!r}")
        # Asked for as Helm does: some registries deny even looking where pushing is not allowed.
        query = {
            "service": challenge.get("service", ""),
            "scope": f"repository:{repository}:pull,push",
        }
        body, authorization = None, ""
        if self.credentials and self.credentials.identity_token:
            refresh = {"grant_type": "refresh_token", "client_id": "helm-platform-generator"}
            refresh["refresh_token"] = self.credentials.identity_token
            body = urllib.parse.urlencode({**query, **refresh}).encode()
        else:
            realm += ("&" if "?" in realm else "?") + urllib.parse.urlencode(query)
            authorization = _basic(self.credentials) if self.credentials else ""
        try:
            answer = json.loads(self._open(realm, {}, authorization, body))
            return str(answer.get("token") or answer["access_token"])
        except _RefusedError as error:
            raise self._failure(error) from None
        except (ValueError, KeyError, AttributeError):
            raise GeneratorError(f"{realm} gave no token") from None

    def _open(
        self, url: str, headers: dict[str, str], authorization: str, body: bytes | None = None
    ) -> bytes:
        """The body of an answer; tries again when the registry or the way to it stumbles."""
        for wait in (*self._waits, None):
            request = urllib.request.Request(url, data=body, headers=headers)
            if authorization:  # unredirected: not for the storage that a registry sends us on to
                request.add_unredirected_header("Authorization", authorization)
            try:
                with self._opener.open(request, timeout=self._timeout) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                with error:  # it holds the connection
                    if error.code not in _TRY_AGAIN or wait is None:
                        raise _RefusedError(url, error) from None
            except (OSError, http.client.HTTPException) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, ssl.SSLError) or wait is None:
                    raise GeneratorError(
                        f"cannot reach {self.host}: {reason}", hint=_connection_hint(reason)
                    ) from None
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _failure(self, error: _RefusedError) -> GeneratorError:
        hint = self._hint() if error.code in (401, 403) else None
        return GeneratorError(str(error), hint=hint)

    def _hint(self) -> str:
        return f"`helm registry login {self.host}`, or give a user and a password file"


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.user}:{credentials.password}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def _connection_hint(reason: object) -> str | None:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "give the CA that signed the registry's certificate with --ca-file"
    if isinstance(reason, ssl.SSLError):
        return "is this a plain HTTP registry? --plain-http"
    return None


def _is_loopback(host: str) -> bool:
    name = urllib.parse.urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
