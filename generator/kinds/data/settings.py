"""Settings that the data kinds share: certificates and side containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.kinds.api import Container, SecretNeed
from generator.kinds.common.app import read_resources
from generator.spec.quantity import parse_bytes, parse_cpu

#: Where certificates come from: a Secret that exists, cert-manager, or none are used.
EXISTING: Final = "existing"
CERT_MANAGER: Final = "certManager"
NONE: Final = "none"

#: Keys of a Secret with a certificate, as cert-manager writes them.
TLS_KEYS: Final = ("ca.crt", "tls.crt", "tls.key")


def tls_secret(component: str) -> SecretNeed:
    """The certificate that somebody else makes, unless the installer chooses otherwise."""
    return SecretNeed(
        name=f"{component}-tls",
        keys=TLS_KEYS,
        when={"tls.enabled": True, "tls.certManager.enabled": False},
        value="tls.secret",
        prefixed=True,
    )


def read_container(data: Mapping[str, Any] | None, default: Container) -> Container:
    return default if data is None else read_resources(data)


def container(cpu: tuple[str, str], memory: tuple[str, str]) -> Container:
    """Requests and limits of a container of ours, as a person writes them."""
    return Container(
        cpu_request=parse_cpu(cpu[0]),
        cpu_limit=parse_cpu(cpu[1]),
        memory_request=parse_bytes(memory[0]),
        memory_limit=parse_bytes(memory[1]),
    )
