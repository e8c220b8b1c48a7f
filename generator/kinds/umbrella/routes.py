"""The chart's public addresses: Ingress objects or a Gateway, limits, redirects, certificates."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.ingresses import LONGEST, ingress_objects
from generator.kinds.umbrella.network import Entry, Host, Network, network
from generator.kinds.umbrella.words import alias_on, alias_on_own, any_of, any_on, on, target
from generator.spec.model import Chart

HOST = {"type": "string", "minLength": 1, "maxLength": 253}
SIZE = {"type": "string", "pattern": "^([0-9]+[kKmMgG]?)?$"}


def knobs(chart: Chart) -> Iterator[Knob]:
    if not chart.routes:
        return
    found = network(chart)
    if chart.ingress.mode != "gateway":
        yield from _ingress(chart)
        if chart.ingress.controller == "nginx" and found.redirects:
            yield _redirects()
    yield from _https(chart)
    for host in found.hosts:
        yield from _host(host)
    for entry in found.limited:
        yield from _limits(chart, entry)


def files(chart: Chart) -> Iterator[File]:
    if not chart.routes:
        return
    found = network(chart)
    if chart.ingress.mode != "gateway":
        yield from _ingress_files(chart, found)


def _ingress_files(chart: Chart, found: Network) -> Iterator[File]:
    own = chart.ingress.controller == "nginx"
    for item in ingress_objects(chart, found):
        context = {
            "on": on,
            "any_of": any_of,
            "any_on": any_on(item.hosts, item.aliases if own else ()),
            "alias_on": alias_on_own if own else alias_on,
            "object": item,
            "origin": item.origin,
        }
        yield File(template="ingress.yaml", path=_path("ingress", item.suffix), context=context)
    for host in found.redirects:
        if own or not host.www:
            suffix = f"{host.label[:LONGEST]}-redirect"
            context = {
                "host": host,
                "suffix": suffix,
                "target": target(found, host),
                "component": found.entries[0].component,
                "origin": host.origin,
            }
            template = "virtualserver.yaml" if own else "ingress-redirect.yaml"
            path = _path("virtualserver" if own else "ingress", suffix)
            yield File(template=template, path=path, context=context)


def _path(kind: str, suffix: str) -> str:
    """The kind first, so that a folder's listing keeps them together."""
    end = suffix.removesuffix("ingress").strip("-")
    return f"templates/{kind}-{end}.yaml" if end else f"templates/{kind}.yaml"


def _ingress(chart: Chart) -> Iterator[Knob]:
    yield Knob(
        path="ingress.enabled",
        doc="Make the public addresses reachable by Ingress objects.",
        default=True,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="ingress.className",
        doc="IngressClass of the controller that serves them.",
        default=chart.ingress.class_name,
        schema=s.NAME,
        flip="another-class",
    )
    yield Knob(
        path="ingress.annotations",
        doc="More annotations of the Ingress objects. They win over the chart's own.",
        default={},
        schema=s.LABELS,
        flip={"flipped": "yes"},
    )


def _redirects() -> Knob:
    return Knob(
        path="redirects.enabled",
        doc="Redirect by VirtualServer objects of the NGINX Ingress Controller, whose CRDs must be "
        "installed. While off, a redirected host answers like the one that it leads to.",
        default=False,
        schema=s.BOOLEAN,
    )


def _https(chart: Chart) -> Iterator[Knob]:
    yield Knob(
        path="tls.terminate",
        doc="Serve HTTPS and send HTTP there. False means plain HTTP: for a laptop, or behind "
        "another proxy.",
        default=True,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="tls.secretName",
        doc="Secret with the certificate. Empty means the chart's name and `-tls`.",
        default="",
        schema=s.STRING,
        flip="another-tls",
    )
    if chart.ingress.mode == "ingress" and chart.ingress.controller != "nginx":
        return  # these controllers know the header as a setting of their own only
    yield Knob(
        path="hsts.enabled",
        doc="Tell browsers to come by HTTPS only (Strict-Transport-Security).",
        default=chart.ingress.hsts,
        schema=s.BOOLEAN,
    )
    on_ = {"hsts.enabled": True}
    yield Knob(
        path="hsts.maxAge",
        doc="For how many seconds browsers keep to it.",
        default=31536000,
        schema=s.COUNT,
        needs=on_,
    )
    yield Knob(
        path="hsts.includeSubdomains",
        doc="Whether it holds for subdomains, too.",
        default=True,
        schema=s.BOOLEAN,
        needs=on_,
    )


def _host(host: Host) -> Iterator[Knob]:
    yield Knob(
        path=f"routes.{host.key}.enabled",
        doc=f"Answer on {host.name}.",
        default=True,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path=f"routes.{host.key}.host",
        doc=f"Host name in place of {host.name}.",
        default=host.name,
        schema=HOST,
        flip="flipped.example.com",
    )


def _limits(chart: Chart, entry: Entry) -> Iterator[Knob]:
    """Limits of an entry, only those that its routes set."""
    at, limits = f"routeLimits.{entry.key}", entry.limits
    where = ", ".join(dict.fromkeys(f"{r.host}{r.url_path}".rstrip("/") for r in entry.routes))
    if chart.ingress.mode != "gateway" and limits.rate:
        yield Knob(
            path=f"{at}.rate",
            doc=f"Requests a second for one client address on {where}. 0 means no limit.",
            default=limits.rate,
            schema=s.COUNT,
        )
        yield Knob(
            path=f"{at}.burst",
            doc="Requests above the rate that pass at once before the answer is 429.",
            default=limits.burst or limits.rate,
            schema=s.COUNT,
        )
    if chart.ingress.mode != "gateway" and limits.body:
        yield Knob(
            path=f"{at}.body",
            doc=f"Largest request body on {where}. Empty means the controller's own limit.",
            default=limits.body,
            schema=SIZE,
            flip="3m",
        )
    if limits.timeout:
        yield Knob(
            path=f"{at}.timeout",
            doc=f"Seconds that an answer may take on {where}. 0 means the controller's own limit.",
            default=limits.timeout,
            schema=s.COUNT,
        )
