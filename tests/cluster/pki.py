"""Keys and certificates of a test cluster, and kubeconfigs of its users."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

#: Kubernetes' own: the file's name, the user it stands for, the group.
COMPONENTS = (
    ("admin", "admin", "system:masters"),
    ("kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
    ("kube-controller-manager", "system:kube-controller-manager", "system:components"),
    ("kube-scheduler", "system:kube-scheduler", "system:components"),
    ("kwok", "kwok-controller", "kwok"),
)
NAMES = ("localhost", "127.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


def make(folder: Path, server: str) -> None:
    """All that the programs need: `folder/pki` and `folder/<component>.kubeconfig`."""
    pki = folder / "pki"
    pki.mkdir(parents=True, mode=0o700)
    authority, proxies = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(pki / "ca.crt")
    authority.private_key_pem.write_to_path(pki / "ca.key")
    proxies.cert_pem.write_to_path(pki / "front-proxy-ca.crt")
    _write(pki / "apiserver", authority.issue_cert(*NAMES, "10.96.0.1"))
    _write(pki / "service-accounts", authority.issue_cert("service-accounts"))
    proxy = proxies.issue_cert("localhost", common_name="front-proxy-client")
    _write(pki / "front-proxy-client", proxy)
    for name, user, group in COMPONENTS:
        kubeconfig(folder, name, server, user=user, group=group)
        _write(pki / name, _client(authority, user, group, None))


def kubeconfig(
    folder: Path, name: str, server: str, *, user: str, group: str, lasts: float | None = None
) -> Path:
    """A kubeconfig of a user with a certificate of its own, good for some seconds if told so."""
    pki = folder / "pki"
    authority = trustme.CA.from_pem((pki / "ca.crt").read_bytes(), (pki / "ca.key").read_bytes())
    leaf = _client(authority, user, group, lasts)
    client = {
        "client-certificate-data": _base64(leaf.cert_chain_pems[0].bytes()),
        "client-key-data": _base64(leaf.private_key_pem.bytes()),
    }
    return write(folder / f"{name}.kubeconfig", server, _base64(authority.cert_pem.bytes()), client)


def write(path: Path, server: str, authority: str, user: dict[str, str]) -> Path:
    """A kubeconfig with one context. It is JSON, which is YAML too."""
    cluster = {"server": server, "certificate-authority-data": authority}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=1))
    return path


def _client(authority: trustme.CA, user: str, group: str, lasts: float | None) -> trustme.LeafCert:
    until = None if lasts is None else datetime.now(UTC) + timedelta(seconds=lasts)
    return authority.issue_cert(
        "localhost", common_name=user, organization_name=group, not_after=until
    )


def _write(path: Path, leaf: trustme.LeafCert) -> None:
    leaf.cert_chain_pems[0].write_to_path(path.with_suffix(".crt"))
    key = path.with_suffix(".key")
    key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(key)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
