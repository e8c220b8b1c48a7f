"""Real registries for tests: Debian's docker-registry on a free port of the loopback interface."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bcrypt
import trustme
import yaml
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from tests import needs

USER, PASSWORD = "publisher", "correct horse: battery"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A registry that runs: its host with port, and how to reach it."""

    host: str
    folder: Path
    plain_http: bool
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def charts(self, name: str) -> str:
        """An address in this registry that no other test uses."""
        return f"oci://{self.host}/{name}"

    @property
    def flags(self) -> list[str]:
        """The options with which Helm reaches it."""
        return ["--plain-http"] if self.plain_http else ["--ca-file", str(self.ca_file)]

    @property
    def config(self) -> Path:
        """A registry config as `helm registry login` writes it; empty where none is needed."""
        path = self.folder / "login.json"
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        path.write_text(json.dumps({"auths": {self.host: {"auth": pair}} if self.user else {}}))
        return path


@contextlib.contextmanager
def running(
    folder: Path, *, tls: bool = False, htpasswd: bool = False, token: bool = False
) -> Iterator[Server]:
    """A docker-registry with its data in `folder`; ended, by its process id, with the context."""
    program = needs.program("docker-registry", "apt-get install docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    config = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{_free_port()}", "secret": "of one test"},
    }
    if tls:
        _certificate(authority, folder / "tls")
        config["http"]["tls"] = {
            "certificate": str(folder / "tls.pem"),
            "key": str(folder / "tls.key"),
        }
    if htpasswd:
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
        config["auth"] = {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}
    with contextlib.ExitStack() as stack:
        if token:
            _certificate(authority, folder / "token")
            realm = stack.enter_context(_token_server(folder))
            config["auth"] = {
                "token": {
                    "realm": realm,
                    "service": "test registry",
                    "issuer": "test issuer",
                    "rootcertbundle": str(folder / "ca.pem"),
                }
            }
        (folder / "config.yml").write_text(yaml.safe_dump(config))
        log = stack.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen(
            [program, "serve", folder / "config.yml"], stdout=log, stderr=subprocess.STDOUT
        )
        stack.callback(_end, process)
        address = config["http"]["addr"]
        _wait_for(address, process, folder / "log")
        # Helm 3 talks plain HTTP to whatever is called 127.0.0.1 or localhost, also when it is
        # given a CA. This is another name of the same place.
        host = address.replace("127.0.0.1", "0.0.0.0") if tls else address
        yield Server(
            host=host,
            folder=folder,
            plain_http=not tls,
            ca_file=folder / "ca.pem" if tls else None,
            user=USER if htpasswd or token else None,
            password=PASSWORD if htpasswd or token else None,
        )


def _certificate(authority: trustme.CA, path: Path) -> None:
    issued = authority.issue_cert("127.0.0.1", "0.0.0.0", key_type=trustme.KeyType.RSA)
    issued.private_key_pem.write_to_path(path.with_suffix(".key"))
    path.with_suffix(".pem").write_bytes(b"".join(b.bytes() for b in issued.cert_chain_pems))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    name, _, port = host.partition(":")
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((name, int(port)), 1):
            return
        time.sleep(0.02)
    _end(process)
    raise AssertionError(f"docker-registry did not start:\n{log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _token_server(folder: Path) -> Iterator[str]:
    """What gives out the tokens that the registry trusts, as the big registries have it."""
    key = serialization.load_pem_private_key((folder / "token.key").read_bytes(), None)
    certificate = load_pem_x509_certificate((folder / "token.pem").read_bytes())
    chain = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()]
    assert isinstance(key, rsa.RSAPrivateKey)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            self.answer(given == f"Basic {pair}", query.get("scope", []))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = urllib.parse.parse_qs(body)
            granted = query.get("refresh_token") == ["an identity"] or (
                (query.get("username"), query.get("password")) == ([USER], [PASSWORD])
            )
            self.answer(granted, query.get("scope", []))

        def answer(self, granted: bool, scopes: list[str]) -> None:
            self.send_response(200 if granted else 401)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            if granted:
                token = _token(key, chain, [part for each in scopes for part in each.split()])
                self.wfile.write(json.dumps({"token": token, "access_token": token}).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()
        thread.join()


def _token(key: rsa.RSAPrivateKey, chain: list[str], scopes: list[str]) -> str:
    access = []
    for scope in scopes:
        kind, name, actions = scope.split(":")
        access.append({"type": kind, "name": name, "actions": actions.split(",")})
    now = int(time.time())
    claims = {"iss": "test issuer", "sub": USER, "aud": "test registry", "access": access}
    claims |= {"iat": now, "nbf": now - 5, "exp": now + 300, "jti": str(time.monotonic_ns())}
    signed = f"{_part({'typ': 'JWT', 'alg': 'RS256', 'x5c': chain})}.{_part(claims)}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
