"""Platforms with everything that a chart as a whole can have, in different dialects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.kinds.rendering import RESOURCES, Built, Objects, build

#: All that the charts ask the cluster for.
APIS = (
    "bitnami.com/v1alpha1",
    "cert-manager.io/v1",
    "external-secrets.io/v1",
    "gateway.networking.k8s.io/v1",
    "k8s.nginx.org/v1",
    "networking.istio.io/v1",
    "security.istio.io/v1",
    "telemetry.istio.io/v1",
)

COMPONENTS: Mapping[str, Any] = {
    "storefront": {
        "kind": "web",
        "image": "registry.example.com/storefront:1.0",
        "port": 3000,
        "connects": ["catalog-api"],
        "resources": RESOURCES,
    },
    "catalog-api": {
        "kind": "web",
        "image": "registry.example.com/catalog:1.0",
        "port": 8080,
        "metrics": {"port": 9100},
        "resources": RESOURCES,
    },
}

ROUTES: Mapping[str, Any] = {
    "example.com": {"to": "storefront", "rate": 50, "websocket": True},
    "example.com/api": {
        "to": "catalog-api",
        "rate": 20,
        "burst": 40,
        "body": "10Mi",
        "timeout": "30s",
    },
    "example.com/api/webhooks": "catalog-api",
    "www.example.com": {"redirect": "example.com"},
    "old.example.org": {"redirect": "example.com"},
    "admin.example.com": "storefront",
}

SECRETS: Mapping[str, Any] = {"app-secrets": ["api-key", "session.key"], "mail": ["token"]}
REGISTRIES = ["registry.example.com", "docker.io/library"]

FULL: Mapping[str, Any] = {
    "secrets": SECRETS,
    "secretsFrom": {"provider": "externalSecrets", "store": "vault", "enabled": False},
    "routes": ROUTES,
    "ingress": {
        "mode": "both",
        "mergeable": True,
        "tls": {"issuer": "le", "issuerKind": "Issuer", "acme": {"email": "ops@example.com"}},
    },
    "scrape": {"namespace": "observed", "workload": "prometheus"},
    "mesh": {"mode": "none"},
    "policies": {"registries": REGISTRIES},
    "priorities": True,
}

#: Charts by what is special about them.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "full": FULL,
    "f5": {**FULL, "ingress": {"tls": {}}, "secretsFrom": {"provider": "existing"}},
    "traefik": {**FULL, "ingress": {"controller": "traefik", "class": "traefik", "tls": {}}},
    "retired": {"routes": ROUTES, "ingress": {"controller": "ingress-nginx", "hsts": False}},
    "gateway": {"routes": ROUTES, "ingress": {"mode": "gateway"}, "mesh": {}},
    "sealed": {
        "secrets": SECRETS,
        "secretsFrom": {"provider": "sealedSecrets", "enabled": False},
        "mesh": {"mode": "sidecar"},
    },
    "bare": {"roles": False, "quota": False},
}


def variant(folder: Path, name: str, *, major: int = 4) -> Built:
    return build(folder, COMPONENTS, major=major, **VARIANTS[name])


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return variant(tmp_path_factory.mktemp("full"), "full")


@pytest.fixture(scope="module")
def f5(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return variant(tmp_path_factory.mktemp("f5"), "f5")


@pytest.fixture(scope="module")
def traefik(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return variant(tmp_path_factory.mktemp("traefik"), "traefik")


def render(built: Built, values: Mapping[str, Any] | None = None, **options: Any) -> Objects:
    """The umbrella's objects on a cluster that has everything."""
    return built.render(values, api_versions=APIS, **options)
