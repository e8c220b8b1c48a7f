"""Side container of a PostgreSQL pod: backups on request, metrics, new certificates.

Two ports: 8009 takes requests with a token (only where backups are on), 8010 serves metrics
to anyone whom the network policy lets in. When in doubt it does nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import patroni_api as patroni
from base_backup import Archive, Backups, from_environment

log = logging.getLogger("agent")

#: Bytes of a message.
LONGEST = 65536


class _Handler(BaseHTTPRequestHandler):
    """Answers in JSON or text, and logs only what went wrong."""

    timeout = 30
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: Any) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "text/plain; version=0.0.4" if isinstance(body, str) else "application/json"
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, message: str, *args: Any) -> None:
        """No line for each request."""

    def log_error(self, message: str, *args: Any) -> None:
        log.warning("%s: " + message, self.client_address[0], *args)


def control_handler(token: str, backups: Backups) -> type[BaseHTTPRequestHandler]:
    """Requests for backups, and news of restores. Every one of them needs the token."""
    expected = f"Bearer {token}".encode()

    class Control(_Handler):
        def _allowed(self) -> bool:
            given = self.headers.get("Authorization", "").encode()
            if hmac.compare_digest(given, expected):
                return True
            self.close_connection = True
            self.answer(401, {"error": "wrong or missing token"})
            return False

        def do_GET(self) -> None:
            if not self._allowed():
                return
            if self.path == "/status":
                self.answer(200, backups.status())
            else:
                self.answer(404, {"error": "not here"})

        def do_POST(self) -> None:
            # Whoever has no token can't make us wait for a body either.
            if not self._allowed():
                return
            length = self.headers.get("Content-Length") or "0"
            if not length.isdecimal() or int(length) > LONGEST:
                self.close_connection = True
                self.answer(400, {"error": "not such a length"})
                return
            body = self.rfile.read(int(length))
            if self.path == "/backup":
                started = backups.start()
                self.answer(202 if started else 409, backups.status())
            elif self.path == "/restore-check":
                self.answer(*remember(backups, body))
            else:
                self.answer(404, {"error": "not here"})

    return Control


def remember(backups: Backups, body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and answer of a message about a try of a restore."""
    try:
        backups.checked(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        return 400, {"error": f"not a result: {error!r}"}
    return 200, {"remembered": True}


def metrics_handler(
    patroni_url: str,
    context: ssl.SSLContext | None,
    backups: Backups | None,
    archive: Archive | None = None,
) -> type[BaseHTTPRequestHandler]:
    """Metrics of Patroni, passed on without encryption, of the archive and of the backups."""

    class Metrics(_Handler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self.answer(200, "ok\n")
            elif self.path == "/metrics":
                self.answer(200, self._metrics())
            else:
                self.answer(404, {"error": "not here"})

        def _metrics(self) -> str:
            lines = [line for one in (backups, archive) if one for line in one.metrics()]
            try:
                text = str(patroni.ask(f"{patroni_url}/metrics", context=context, timeout=4))
            except (OSError, patroni.RefusedError) as error:
                log.warning("Patroni does not answer: %s", error)
                text = ""
            up = ["# TYPE patroni_up gauge", f"patroni_up {int(bool(text))}"]
            return "\n".join([*lines, *up]) + "\n" + text

    return Metrics


class Certificates:
    """Notices new certificates, and has Patroni and this process use them."""

    def __init__(
        self, folder: str, contexts: tuple[ssl.SSLContext, ...], reload: Callable[[], None]
    ):
        self._folder, self._contexts, self._reload = Path(folder), contexts, reload
        self._known = self._digest()

    def _digest(self) -> str:
        parts = [(self._folder / name).read_bytes() for name in ("ca.crt", "tls.crt", "tls.key")]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def look(self) -> bool:
        """True when there were new ones. They count as known only once all use them."""
        found = self._digest()
        if found == self._known:
            return False
        for context in self._contexts:
            context.load_cert_chain(self._folder / "tls.crt", self._folder / "tls.key")
        self._reload()
        self._known = found
        log.info("new certificates are in use")
        return True


def server_context(folder: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(folder, "tls.crt"), Path(folder, "tls.key"))
    return context


def loopback_context(folder: str) -> ssl.SSLContext | None:
    """For Patroni beside us: the CA counts, the name does not, since it never leaves the pod."""
    context: ssl.SSLContext | None = patroni.trust(folder)
    if context is not None:
        context.check_hostname = False
    return context


def serve(port: int, handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None) -> None:
    server = ThreadingHTTPServer(("", port), handler)
    server.daemon_threads = True
    if context is not None:
        # The handshake happens in the request's own thread: nobody can hold up the others.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()


def repeat(seconds: float, work: Callable[[], object], stop: threading.Event) -> None:
    """Do it now and then, whatever goes wrong, until the end."""
    while True:
        try:
            work()
        except Exception as error:
            log.warning("%s: %s", type(error).__name__, error)
        if stop.wait(seconds):
            return


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    url, tls = os.environ["PATRONI_URL"], os.environ.get("TLS_DIR", "")
    user = patroni.basic(os.environ["PATRONI_USERNAME"], os.environ["PATRONI_PASSWORD"])
    token = os.environ.get("AGENT_TOKEN", "")
    backups, archive = from_environment() if token else (None, None)
    contexts: tuple[ssl.SSLContext, ...] = ()
    if backups is not None:
        context = server_context(tls) if tls else None
        contexts = (context,) if context else ()
        port = int(os.environ.get("AGENT_PORT", "8009"))
        serve(port, control_handler(token, backups), context)
        threading.Thread(target=repeat, args=(30, backups.tend, stop), daemon=True).start()
    metrics = metrics_handler(url, loopback_context(tls), backups, archive)
    serve(int(os.environ.get("AGENT_METRICS_PORT", "8010")), metrics, None)
    if tls:

        def reload() -> None:
            address = f"{url}/reload"
            patroni.ask(address, context=loopback_context(tls), method="POST", headers=user)

        watched = Certificates(tls, contexts, reload)
        threading.Thread(target=repeat, args=(60, watched.look, stop), daemon=True).start()
    stop.wait()


if __name__ == "__main__":
    main()
