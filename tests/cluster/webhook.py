"""An admission webhook on 127.0.0.1 that refuses what it is asked about, with words of its own."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

from tests.cluster.reach import Cluster


@contextmanager
def refusing(cluster: Cluster, namespace: str, *, resource: str, because: str) -> Iterator[str]:
    """Every change of a kind in a namespace is refused meanwhile; the webhook's name."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with _Server(because) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            ca = base64.b64encode(authority.cert_pem.bytes()).decode()
            client = {"url": f"https://127.0.0.1:{server.server_port}/", "caBundle": ca}
            with configured(cluster, namespace, client, resource=resource) as name:
                yield name
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def configured(
    cluster: Cluster, namespace: str, client: dict[str, Any], *, resource: str
) -> Iterator[str]:
    """The API server asks a webhook that `client` leads to; its name."""
    hook = {
        "name": "refuses.example.com",
        "clientConfig": client,
        "rules": [
            {
                "apiGroups": ["apps"],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": [resource],
            }
        ],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 5,
    }
    configuration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"refuses-{namespace}"},
        "webhooks": [hook],
    }
    cluster.apply([configuration])
    try:
        yield str(hook["name"])
    finally:
        cluster.kubectl("delete", "validatingwebhookconfiguration", f"refuses-{namespace}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, because: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.because = because

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The API server leaves connections open, and ends them as it likes."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = {"code": 403, "message": self.server.because}
        uid = review["request"]["uid"]
        answer = {**review, "response": {"uid": uid, "allowed": False, "status": status}}
        answer.pop("request")
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nobody reads it."""
