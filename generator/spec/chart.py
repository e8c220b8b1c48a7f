"""What a spec says of a chart as a whole -> `Chart`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generator.kinds.api import SecretNeed
from generator.spec.ingress import Acme, Ingress, Tls
from generator.spec.model import (
    Chart,
    Component,
    Dependency,
    Edge,
    Patch,
    Path,
    Policies,
    Route,
    Scrape,
    Secret,
    SecretsFrom,
)
from generator.spec.source import Source


def read_chart(
    source: Source,
    name: str,
    components: Mapping[str, Component],
    edges: tuple[Edge, ...],
    routes: tuple[Route, ...],
    dependencies: tuple[Dependency, ...],
) -> Chart:
    """The model of a chart, from data that the schema has accepted."""
    data = source.data["charts"][name]
    return Chart(
        path=("charts", name),
        place=source.where_key(("charts", name)),
        name=name,
        description=data.get("description", f"The {name} platform"),
        version=data["version"],
        app_version=str(data.get("appVersion", data["version"])),
        namespace=data["namespace"],
        pod_security=data.get("podSecurity", "restricted"),
        components=tuple(components.values()),
        secrets=_secrets(source, name, data, components.values()),
        secrets_from=_secrets_from(source, name, data),
        edges=edges,
        routes=routes,
        ingress=_ingress(data.get("ingress", {})),
        mesh=data["mesh"].get("mode", "ambient") if "mesh" in data else None,
        scrape=_scrape(data, components),
        policies=_policies(data),
        roles=data.get("roles", True),
        priorities=data.get("priorities", False),
        quota=data.get("quota", True),
        manifests=tuple(data.get("manifests", ())),
        dependencies=dependencies,
        patches=read_patches(source, ("charts", name), data),
    )


def read_patches(source: Source, path: Path, data: Mapping[str, Any]) -> tuple[Patch, ...]:
    """The patches of a chart or component, each at its key."""
    return tuple(
        Patch(
            path=(*path, "patches", template),
            place=source.where_key((*path, "patches", template)),
            template=template,
            content=content,
        )
        for template, content in data.get("patches", {}).items()
    )


def _secrets(
    source: Source, chart: str, data: dict[str, Any], components: Iterable[Component]
) -> tuple[Secret, ...]:
    """The declared Secrets, and those that the kinds need, with all keys that are read."""
    path = ("charts", chart, "secrets")
    declared = data.get("secrets", {})
    keys = {name: list(listed) for name, listed in declared.items()}
    owner: dict[str, Component] = {}
    users: dict[str, list[tuple[str, SecretNeed]]] = {}
    for component in components:
        for need in component.kind_module.secrets(component):
            owner.setdefault(need.name, component)
            users.setdefault(need.name, []).append((component.name, need))
            have = keys.setdefault(need.name, [])
            if need.name not in declared:
                have.extend(key for key in need.keys if key not in have)
    return tuple(
        Secret(
            path=(*path, name) if name in declared else owner[name].path,
            place=source.where_key((*path, name)) if name in declared else owner[name].place,
            name=name,
            keys=tuple(listed),
            declared=name in declared,
            users=tuple(users.get(name, ())),
        )
        for name, listed in keys.items()
    )


def _secrets_from(source: Source, chart: str, data: dict[str, Any]) -> SecretsFrom | None:
    raw = data.get("secretsFrom")
    if raw is None or raw["provider"] == "existing":
        return None
    path = ("charts", chart, "secretsFrom")
    return SecretsFrom(
        path=path,
        place=source.where(path),
        provider=raw["provider"],
        store=raw.get("store", ""),
        store_kind=raw.get("storeKind", "ClusterSecretStore"),
        prefix=raw.get("prefix", ""),
        refresh=raw.get("refresh", "1h"),
        enabled=raw.get("enabled", True),
    )


def _ingress(raw: dict[str, Any]) -> Ingress:
    tls = raw.get("tls")
    return Ingress(
        mode=raw.get("mode", "ingress"),
        controller=raw.get("controller", "nginx"),
        class_name=raw.get("class", "nginx"),
        gateway_class=raw.get("gatewayClass", "istio"),
        namespace=raw.get("namespace", "nginx-ingress"),
        tls=None
        if tls is None
        else Tls(
            issuer=tls.get("issuer", "letsencrypt-prod"),
            issuer_kind=tls.get("issuerKind", "ClusterIssuer"),
            enabled=tls.get("enabled", True),
            acme=_acme(tls.get("acme")),
        ),
        hsts=raw.get("hsts", True),
        mergeable=raw.get("mergeable", False),
    )


def _acme(raw: dict[str, Any] | None) -> Acme | None:
    if raw is None:
        return None
    server = "https://acme-v02.api.letsencrypt.org/directory"
    return Acme(email=raw["email"], server=raw.get("server", server))


def _scrape(data: dict[str, Any], components: Mapping[str, Component]) -> Scrape | None:
    """The declared scraper, or this chart's own: a component whose kind is `prometheus`."""
    if "scrape" in data:
        return Scrape(namespace=data["scrape"]["namespace"], workload=data["scrape"]["workload"])
    own = next((c.name for c in components.values() if c.kind == "prometheus"), None)
    return None if own is None else Scrape(namespace=None, workload=own)


def _policies(data: dict[str, Any]) -> Policies | None:
    raw = data.get("policies")
    if raw is None:
        return None
    return Policies(enabled=raw.get("enabled", True), registries=tuple(raw.get("registries", ())))
