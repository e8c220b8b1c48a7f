"""generator/ship/registry.py against real registries."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import GeneratorError
from generator.ship.credentials import Credentials
from generator.ship.registry import Registry
from generator.tools import helm, process
from tests import needs


def reach(server, **changes) -> Registry:
    login = Credentials(user=server.user, password=server.password) if server.user else None
    options = {
        "plain_http": server.plain_http,
        "ca_file": server.ca_file,
        "credentials": login,
        **changes,
    }
    return Registry(server.host, **options)


def push(real_helm, server, package, where: str) -> str:
    """Push by Helm's own command line; return the digest of the manifest that it prints."""
    command = [real_helm.path, "push", package.path, server.charts(where), *server.flags]
    done = process.run([*command, "--registry-config", server.config], env=helm.environment())
    line = next(
        line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Digest: ")
    )
    return line.removeprefix("Digest: ")


def test_an_absent_tag_is_none(any_registry):
    assert reach(any_registry).published("nothing/here", "1.0.0") is None


def test_a_published_chart_is_found_with_both_digests(any_registry, real_helm, pack):
    package = pack()
    where = f"found-{real_helm.version[0]}"
    manifest = push(real_helm, any_registry, package, where)
    registry = reach(any_registry)
    found = registry.published(f"{where}/shop", "1.2.3")
    assert found is not None
    assert (found.manifest, found.chart) == (manifest, package.digest)
    # One registry object, several repositories: a token for one is none for another.
    assert registry.published("nothing/here", "1.0.0") is None
    assert registry.published(f"{where}/shop", "1.2.3") == found


def test_both_helms_make_the_same_manifest(plain_registry, pack):
    digests = {
        push(
            helm.find(needs.helm(major), project=Path("/nowhere")),
            plain_registry,
            pack(),
            f"same-{major}",
        )
        for major in (3, 4)
    }
    assert len(digests) == 1


def test_an_image_under_the_tag_is_no_chart(plain_registry):
    base = f"http://{plain_registry.host}/v2/an/image"
    config = b"{}"
    digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    start = urllib.request.Request(f"{base}/blobs/uploads/", method="POST", data=b"")
    with urllib.request.urlopen(start) as answer:
        location = answer.headers["Location"]
    upload = urllib.request.Request(f"{location}&digest={digest}", method="PUT", data=config)
    upload.add_header("Content-Type", "application/octet-stream")
    urllib.request.urlopen(upload).close()
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest,
            "size": 2,
        },
        "layers": [],
    }
    request = urllib.request.Request(
        f"{base}/manifests/1.0.0", method="PUT", data=json.dumps(manifest).encode()
    )
    request.add_header("Content-Type", kind)
    urllib.request.urlopen(request).close()
    found = reach(plain_registry).published("an/image", "1.0.0")
    assert found is not None
    assert found.chart is None


def test_an_open_registry_wants_no_credentials(plain_registry):
    assert reach(plain_registry, credentials=None).published("a/b", "1.0.0") is None


@pytest.mark.parametrize("login", [None, Credentials(user="publisher", password="wrong")])
def test_no_or_wrong_credentials_say_what_to_do(private_registry, login):
    with pytest.raises(GeneratorError) as caught:
        reach(private_registry, credentials=login).published("a/b", "1.0.0")
    assert f"helm registry login {private_registry.host}" in str(caught.value.hint)
    assert "wrong" not in caught.value.message


def test_an_identity_token_is_exchanged(start_registry):
    server = start_registry("token")
    login = Credentials(user="", password="", identity_token="an identity")
    assert reach(server, credentials=login).published("a/b", "1.0.0") is None
    other = Credentials(user="", password="", identity_token="another's")
    with pytest.raises(GeneratorError, match="answered 401"):
        reach(server, credentials=other).published("a/b", "1.0.0")


def test_https_to_a_plain_registry_says_what_to_do(plain_registry):
    with pytest.raises(GeneratorError) as caught:
        reach(plain_registry, plain_http=False).published("a/b", "1.0.0")
    assert caught.value.hint == "is this a plain HTTP registry? --plain-http"


def test_a_ca_that_nobody_knows_says_what_to_do(start_registry):
    with pytest.raises(GeneratorError) as caught:
        reach(start_registry("tls"), ca_file=None).published("a/b", "1.0.0")
    assert "--ca-file" in str(caught.value.hint)


def test_a_ca_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "absent.pem"):
        with pytest.raises(GeneratorError, match="holds no certificates"):
            Registry("registry.example.com", ca_file=path)


def test_nobody_there_is_a_clear_failure(monkeypatch):
    monkeypatch.setattr("generator.ship.registry._WAITS", (0.01, 0.01))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(GeneratorError, match=f"cannot reach {host}: .*refused"):
            Registry(host, plain_http=True).published("a/b", "1.0.0")


@contextmanager
def scripted(*answers):
    """A server that gives the listed answers, (code, headers, body) each, and notes requests."""
    seen: list[tuple[str, str | None]] = []
    left = list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("Authorization")))
            code, headers, body = left.pop(0)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):  # noqa: A002 its name there
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def test_a_registry_that_stumbles_is_asked_again(monkeypatch):
    monkeypatch.setattr("generator.ship.registry._WAITS", (0.01, 0.01))
    with scripted((503, {}, b""), (429, {}, b""), (404, {}, b"")) as (host, seen):
        assert Registry(host, plain_http=True).published("a/b", "1.0.0") is None
    assert len(seen) == 3


def test_a_registry_that_stays_broken_is_a_failure(monkeypatch):
    monkeypatch.setattr("generator.ship.registry._WAITS", (0.01, 0.01))
    with (
        scripted(*[(500, {}, b"")] * 3) as (host, _),
        pytest.raises(GeneratorError, match="answered 500"),
    ):
        Registry(host, plain_http=True).published("a/b", "1.0.0")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"layers": [1]}', b"\xff"])
def test_an_answer_that_is_no_manifest_is_a_failure(body):
    with scripted((200, {}, body)) as (host, _), pytest.raises(GeneratorError, match="no manifest"):
        Registry(host, plain_http=True).published("a/b", "1.0.0")


def test_credentials_do_not_follow_a_redirect():
    login = Credentials(user="ann", password="hunter2")
    manifest = json.dumps({"layers": []}).encode()
    with scripted((200, {}, manifest)) as (elsewhere, seen_there):
        challenge = (401, {"WWW-Authenticate": 'Basic realm="x"'}, b"")
        away = (307, {"Location": f"http://{elsewhere}/blob"}, b"")
        with scripted(challenge, away) as (host, seen):
            assert Registry(host, plain_http=True, credentials=login).published("a/b", "1.0.0")
    assert [authorization for _, authorization in seen] == [None, "Basic YW5uOmh1bnRlcjI="]
    assert seen_there == [("/blob", None)]


def test_a_proxy_is_not_asked_for_loopback(monkeypatch, plain_registry):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert reach(plain_registry).published("nothing/here", "1.0.0") is None
