"""Refuse a cluster that may be somebody's: the suite creates, changes and deletes."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

NAMED, TOLD_TWICE = "TEST_KUBECONFIG", "TEST_KUBECONFIG_IS_DISPOSABLE"


class NotOursError(Exception):
    """The suite must not touch this cluster; the message says why and what to do."""


def chosen(environ: Mapping[str, str]) -> Path | None:
    """The kubeconfig that TEST_KUBECONFIG names, if the suite may use it.

    Nothing else is looked at: neither KUBECONFIG nor ~/.kube/config.
    """
    named = environ.get(NAMED)
    if not named:
        return None
    disposable = environ.get(TOLD_TWICE) == "yes"
    refuse_unless_loopback(Path(named), disposable=disposable)
    return Path(named)


def refuse_unless_loopback(kubeconfig: Path, *, disposable: bool = False) -> None:
    """Fail unless each server of a kubeconfig is on this machine, or it was said twice."""
    data = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    clusters = data.get("clusters") if isinstance(data, dict) else None
    if not clusters:
        raise NotOursError(f"{kubeconfig} names no cluster")
    for each in clusters:
        server = str((each.get("cluster") or {}).get("server") or "")
        proxied = (each.get("cluster") or {}).get("proxy-url")
        if disposable or (_loopback(server) and not proxied):
            continue
        raise NotOursError(
            f"{kubeconfig}: {server or 'a cluster without an address'} is not on this machine,"
            " and the tests create, change and delete. If nothing in it is worth keeping,"
            f" say so: {TOLD_TWICE}=yes"
        )


def _loopback(server: str) -> bool:
    try:
        host = urlsplit(server).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
