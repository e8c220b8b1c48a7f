"""platform.yaml -> `Platform`: read, validate, resolve. All problems are reported together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import InputError
from generator.findings import Finding
from generator.kinds import load_kinds
from generator.kinds.api import Kind, SecretNeed
from generator.spec.checks import check_platform
from generator.spec.graph import resolve_edges, resolve_routes
from generator.spec.images import NAME as LOCK
from generator.spec.images import read_images
from generator.spec.model import (
    Acme,
    Chart,
    Component,
    Ingress,
    Maintainer,
    Platform,
    Policies,
    Scrape,
    Secret,
    SecretsFrom,
    Tls,
)
from generator.spec.schema import platform_schema
from generator.spec.source import Source, read_source
from generator.spec.validate import validate


def read_platform(path: Path) -> Platform:
    """Read a spec into a model. Raises `InputError` with every problem that was found."""
    root = path.resolve().parent
    kinds = load_kinds(root / "kinds")
    source = read_source(path, root)
    findings = list(validate(source, platform_schema(kinds)))
    if findings:
        raise InputError(findings)
    platform = _platform(source, root, kinds, findings)
    findings.extend(check_platform(source, platform, root))
    if findings:
        raise InputError(findings)
    return platform


def _platform(
    source: Source, root: Path, kinds: Mapping[str, Kind], findings: list[Finding]
) -> Platform:
    data = source.data
    images = read_images(root)
    manifests = (name for chart in data["charts"].values() for name in chart.get("manifests", ()))
    return Platform(
        path=(),
        place=source.where(()),
        root=root,
        files=tuple(dict.fromkeys((*source.files, *manifests, *([LOCK] if images else [])))),
        images=images,
        name=data["name"],
        description=data.get("description", ""),
        kubernetes_minor=int(data.get("kubernetes", ">=1.25").rpartition(".")[2]),
        environments=tuple(data["environments"]),
        registry=data.get("registry"),
        home=data.get("home"),
        icon=data.get("icon"),
        sources=tuple(data.get("sources", ())),
        maintainers=tuple(Maintainer(**m) for m in data.get("maintainers", ())),
        charts=_charts(source, kinds, findings),
    )


def _charts(
    source: Source, kinds: Mapping[str, Kind], findings: list[Finding]
) -> tuple[Chart, ...]:
    """Components of all charts first: an edge may lead to another chart."""
    components = {
        name: {
            key: _component(source, name, key, settings, kinds)
            for key, settings in chart["components"].items()
        }
        for name, chart in source.data["charts"].items()
    }
    namespaces = {name: chart["namespace"] for name, chart in source.data["charts"].items()}
    charts = []
    for name, data in source.data["charts"].items():
        own = components[name]
        edges, problems = resolve_edges(source, name, components, namespaces)
        routes, more = resolve_routes(source, name, own)
        findings.extend((*problems, *more))
        charts.append(
            Chart(
                path=("charts", name),
                place=source.where_key(("charts", name)),
                name=name,
                description=data.get("description", f"The {name} platform"),
                version=data["version"],
                app_version=str(data.get("appVersion", data["version"])),
                namespace=data["namespace"],
                pod_security=data.get("podSecurity", "restricted"),
                components=tuple(own.values()),
                secrets=_secrets(source, name, data, own.values()),
                secrets_from=_secrets_from(source, name, data),
                edges=edges,
                routes=routes,
                ingress=_ingress(data.get("ingress", {})),
                mesh=data["mesh"].get("mode", "ambient") if "mesh" in data else None,
                scrape=_scrape(data, own),
                policies=_policies(data),
                roles=data.get("roles", True),
                priorities=data.get("priorities", False),
                quota=data.get("quota", True),
                manifests=tuple(data.get("manifests", ())),
            )
        )
    return tuple(charts)


def _component(
    source: Source, chart: str, name: str, data: dict[str, Any], kinds: Mapping[str, Kind]
) -> Component:
    path = ("charts", chart, "components", name)
    kind = kinds[data["kind"]]
    return Component(
        path=path,
        place=source.where_key(path),
        name=name,
        chart_name=chart,
        kind=data["kind"],
        kind_module=kind,
        settings=kind.read(name, data),
        connects=tuple(data.get("connects", ())),
    )


def _secrets(
    source: Source, chart: str, data: dict[str, Any], components: Any
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
