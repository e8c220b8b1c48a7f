"""The Kubernetes API without kubectl, which takes too long to start to be asked twice a second."""

from __future__ import annotations

import base64
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml


class Api:
    """As the user of a kubeconfig with a client certificate, in one namespace."""

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.server, self.namespace = str(cluster["server"]), namespace
        self.authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._context = ssl.create_default_context(cadata=self.authority)
        pair = [base64.b64decode(user[f"client-{each}-data"]) for each in ("certificate", "key")]
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\n".join(pair))
            file.flush()
            self._context.load_cert_chain(file.name)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.server)
        return str(parts.hostname), parts.port or 443

    def ask(self, path: str, body: Any = None, *, method: str = "GET", patch: str = "merge") -> Any:
        """`path` is one below the namespace. No success is an OSError."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.server}/api/v1/namespaces/{self.namespace}/{path}"
        request = urllib.request.Request(url, data=data, method=method)
        kind = f"application/{patch}-patch+json" if method == "PATCH" else "application/json"
        request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request, timeout=10, context=self._context) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def pods(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("pods")["items"]
        return found

    def patch_status(self, pod: str, status: dict[str, Any]) -> None:
        self.ask(f"pods/{pod}/status", {"status": status}, method="PATCH", patch="strategic-merge")

    def token(self, account: str) -> str:
        """As the kubelet asks for a pod's."""
        body = {"spec": {"expirationSeconds": 3607}}
        answer = self.ask(f"serviceaccounts/{account}/token", body, method="POST")
        return str(answer["status"]["token"])
