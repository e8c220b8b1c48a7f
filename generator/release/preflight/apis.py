"""The cluster serves every kind that is rendered, in the version that it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from generator.findings import Finding
from generator.release.preflight.scene import Scene, finding

ID = "apis"

#: Who brings the kinds of a group. For groups that are not here, the group itself must do.
_FROM = {
    "autoscaling.k8s.io": "the vertical pod autoscaler",
    "barmancloud.cnpg.io": "the Barman Cloud plugin of CloudNativePG",
    "cert-manager.io": "cert-manager",
    "external-secrets.io": "the External Secrets operator",
    "gateway.networking.k8s.io": "the Gateway API",
    "bitnami.com": "the Sealed Secrets controller",
    "k8s.nginx.org": "the NGINX Ingress Controller",
    "keda.sh": "KEDA",
    "monitoring.coreos.com": "the Prometheus operator",
    "networking.istio.io": "Istio",
    "postgresql.cnpg.io": "CloudNativePG",
    "security.istio.io": "Istio",
    "telemetry.istio.io": "Istio",
}

#: How Helm, which renders nothing then, tells of each object.
_SAID = re.compile(r'name: "([^"]*)".*?no matches for kind "([^"]+)" in version "([^"]+)"')

#: Names of the objects of a version and kind.
_Missing = Mapping[tuple[str, str], Sequence[str]]


def check(scene: Scene) -> Iterator[Finding]:
    missing: dict[tuple[str, str], list[str]] = {}
    for obj in scene.objects:
        if scene.facts.serves(obj) is None:
            missing.setdefault((obj.api_version, obj.kind), []).append(obj.name)
    return _told(scene, missing)


def unrendered(scene: Scene, output: str) -> Iterator[Finding]:
    """The same, where Helm would not render for it."""
    missing: dict[tuple[str, str], list[str]] = {}
    for name, kind, version in _SAID.findall(output):
        missing.setdefault((version, kind), []).append(name)
    return _told(scene, missing, doubt=", or another version of it")


def _told(scene: Scene, missing: _Missing, *, doubt: str = "") -> Iterator[Finding]:
    for (version, kind), names in sorted(missing.items()):
        group = version.rpartition("/")[0]
        others = scene.facts.served.get(group, ())
        titles = ", ".join(f"{kind}/{name}" for name in names)
        if others:
            yield finding(
                ID,
                scene.chart,
                f"the cluster does not serve {kind} of {version}, only {', '.join(others)}",
                hint=f"upgrade what brings {group}, or switch off what renders it",
                subject=titles,
            )
        else:
            who = _FROM.get(group, f"what brings {group}")
            yield finding(
                ID,
                scene.overlay,
                f"the cluster does not know {kind} of {version}: {who} is not installed{doubt}",
                hint=f"install {who}, or switch off what needs it in {scene.overlay}",
                subject=titles,
            )
