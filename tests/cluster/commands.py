"""The command lines of a test cluster's programs. All of them listen on 127.0.0.1 alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent


def commands(folder: Path, binaries: Path, ports: Mapping[str, int]) -> dict[str, list[str]]:
    """By program, with absolute paths: no program has a working directory of its own."""
    manager, scheduler = "kube-controller-manager", "kube-scheduler"
    words = {
        "etcd": etcd(folder, ports),
        "kube-apiserver": [*apiserver(ports), *identity(folder / "pki")],
        manager: [
            *client(folder, manager, ports["controller-manager"]),
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={folder}/pki/service-accounts.key",
            f"--root-ca-file={folder}/pki/ca.crt",
            "--controllers=*",
            "--pvclaimbinder-sync-period=1s",  # else a claim waits 15 s for its volume
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ],
        scheduler: client(folder, scheduler, ports["scheduler"]),
        "kwok": [
            f"--kubeconfig={folder}/kwok.kubeconfig",
            f"--config={HERE}/kwok.yaml",
            f"--server-address=127.0.0.1:{ports['kwok']}",
        ],
    }
    return {name: [str(binaries / name), *rest] for name, rest in words.items()}


def etcd(folder: Path, ports: Mapping[str, int]) -> list[str]:
    clients, peers = (f"http://127.0.0.1:{ports[name]}" for name in ("etcd", "peer"))
    return [
        "--name=test",
        f"--data-dir={folder}/etcd",
        "--unsafe-no-fsync",
        "--log-level=warn",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=test={peers}",
    ]


def apiserver(ports: Mapping[str, int]) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{ports['etcd']}",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports['apiserver']}",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",  # Pod Security is what refuses them
        "--profiling=false",
    ]


def identity(pki: Path) -> list[str]:
    """Who the API server is, and whom it believes."""
    return [
        f"--client-ca-file={pki}/ca.crt",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--kubelet-client-certificate={pki}/kubelet-client.crt",
        f"--kubelet-client-key={pki}/kubelet-client.key",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/service-accounts.crt",
        f"--service-account-signing-key-file={pki}/service-accounts.key",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
        f"--proxy-client-key-file={pki}/front-proxy-client.key",
    ]


def client(folder: Path, name: str, port: int) -> list[str]:
    """What the controller manager and the scheduler have in common."""
    config = f"{folder}/{name}.kubeconfig"
    return [
        f"--kubeconfig={config}",
        f"--authentication-kubeconfig={config}",
        f"--authorization-kubeconfig={config}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--leader-elect=false",
        "--profiling=false",
    ]
