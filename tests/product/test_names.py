"""Names: plain in the release named after its chart, apart in all others, and never too long."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from generator.tools import pool
from tests.product.platforms import LONGEST, SPECS, Made, Objects, title

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")

# The shortest and the longest that Helm takes; long ones that begin alike; one that ends in a dash
# where it would be cut.
RELEASES = ("a", "r" * 53, "r" * 52 + "s", "r" * 21 + "-" + "x" * 31, "team-shop", "other")


@pytest.fixture(params=SPECS, ids=title)
def charts(request, charts_of) -> tuple[Made, ...]:
    return charts_of(request.param)


_known: dict[Path, dict[str, Objects]] = {}


def rendered(chart: Made) -> dict[str, Objects]:
    """The objects of the production environment, by release name; rendered once."""
    if chart.path not in _known:
        names = (chart.chart.name, *RELEASES)
        calls = [
            lambda name=name: chart.render(release=name, files=chart.overlay("production"))
            for name in names
        ]
        _known[chart.path] = dict(zip(names, pool.together(calls), strict=True))
    return _known[chart.path]


def metadata(value):
    """Every metadata in an object: its own, those of its templates, of its claims."""
    if isinstance(value, dict):
        if isinstance(value.get("metadata"), dict):
            yield value["metadata"]
        for inner in value.values():
            yield from metadata(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from metadata(inner)


def test_names_fit_and_no_two_releases_share_one(charts):
    for chart in charts:
        objects = rendered(chart)
        for release, found in objects.items():
            assert len(found.names) == len(set(found.names)), release
            for kind, _, name in found.names:
                most = LONGEST.get(kind, 63)
                assert len(name) <= most, f"{kind}/{name} has {len(name)} characters"
                assert DNS_LABEL.fullmatch(name[:63].rstrip("-")), f"{kind}/{name}"
            for each in itertools.chain.from_iterable(map(metadata, found.all)):
                for key, value in each.get("labels", {}).items():
                    assert LABEL_VALUE.fullmatch(value), f"{key}: {value}"
        for (one, first), (other, second) in itertools.combinations(objects.items(), 2):
            # Secrets have the spec's names in every release: only one may make them.
            shared = {name for name in set(first.names) & set(second.names) if name[0] not in MADE}
            assert not shared, f"{one} and {other} share names"


def test_the_release_named_after_its_chart_has_plain_names(charts):
    for chart in charts:
        found = rendered(chart)[chart.chart.name]
        named = {secret.name for secret in chart.chart.secrets}
        own = [name for name in found.names if name[2] not in named]
        prefixed = [name for name in own if name[2].startswith(f"{chart.chart.name}-")]
        # What belongs to the chart as a whole bears its name; what belongs to a component does not.
        assert {kind for kind, _, _ in prefixed} <= WHOLE
        workloads = {
            workload.name
            for component in chart.chart.components
            for workload in component.kind_module.workloads(component)
        }
        running = {each["metadata"]["name"] for each in found.of("Deployment", "StatefulSet")}
        assert running <= workloads


#: What makes Secrets of the names that the spec has.
MADE = {"ExternalSecret", "SealedSecret"}

#: Kinds that an umbrella makes itself.
WHOLE = {
    "AuthorizationPolicy",
    "Certificate",
    "ClusterRole",
    "ClusterRoleBinding",
    "Gateway",
    "HTTPRoute",
    "Ingress",
    "Issuer",
    "Job",
    "LimitRange",
    "Middleware",
    "NetworkPolicy",
    "PeerAuthentication",
    "Pod",
    "Policy",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "ServiceAccount",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "VirtualServer",
}


def test_pods_are_selected_by_exactly_their_own_workload(charts):
    """Two workloads, of this release or of another one, never select each other's pods."""
    for chart in charts:
        pods = []
        for release, found in rendered(chart).items():
            for each in found.of("Deployment", "StatefulSet", "DaemonSet"):
                labels = each["spec"]["template"]["metadata"]["labels"]
                selector = each["spec"]["selector"]["matchLabels"]
                assert selector.items() <= labels.items()
                pods.append((release, each["metadata"]["name"], selector, labels))
        for (release, name, selector, _), (other, its, _, labels) in itertools.permutations(
            pods, 2
        ):
            assert not selector.items() <= labels.items(), f"{release}/{name} selects {other}/{its}"


def test_services_lead_to_pods_that_listen(charts):
    """Each Service selects pods of its release; what it targets is a port that they name."""
    for chart in charts:
        for release in (chart.chart.name, "other"):
            found = rendered(chart)[release]
            pods = [
                each["spec"]["template"]
                for each in found.of("Deployment", "StatefulSet", "DaemonSet")
            ]
            for service in found.of("Service"):
                selector = service["spec"].get("selector")
                if not selector:
                    continue
                # Who leads a cluster is a label that its members write themselves.
                selector = {k: v for k, v in selector.items() if k.startswith("app.kubernetes.io/")}
                chosen = [p for p in pods if selector.items() <= p["metadata"]["labels"].items()]
                assert chosen, f"{release}: Service/{service['metadata']['name']} selects nothing"
                for port in service["spec"]["ports"]:
                    for pod in chosen:
                        ports = {
                            key
                            for one in (
                                *pod["spec"]["containers"],
                                *pod["spec"].get("initContainers", ()),
                            )
                            for p in one.get("ports", ())
                            for key in (p.get("name"), p["containerPort"])
                        }
                        assert port.get("targetPort", port["port"]) in ports, service["metadata"]


def test_what_is_referred_to_by_name_is_there(charts):
    """Service accounts, config maps, claims, roles, autoscaled workloads and backends exist."""
    for chart in charts:
        secrets = {secret.name for secret in chart.chart.secrets}
        for release in (chart.chart.name, "other", "r" * 53):
            found = rendered(chart)[release]
            first = chart.chart.components[0].name
            accounts = [name for kind, _, name in found.names if kind == "ServiceAccount"]
            prefix = min((n for n in accounts if n.endswith(first)), key=len).removesuffix(first)
            there = {(kind, name) for kind, _, name in found.names}
            there |= {("Secret", name) for name in made_secrets(found)}
            there.add(("ConfigMap", "kube-root-ca.crt"))  # in every namespace
            for each in found.all:
                for kind, name in referred(each):
                    # Certificates are for the names of one release, and so is their Secret.
                    declared = any(name in (one, f"{prefix}{one}") for one in secrets)
                    known = (kind, name) in there or (kind == "Secret" and declared)
                    assert known, f"{each['kind']}/{each['metadata']['name']} wants {kind}/{name}"


def made_secrets(found):
    """Secrets that other objects have made."""
    for each in found.of("Certificate"):
        yield each["spec"]["secretName"]
    for each in found.of("ExternalSecret"):
        yield each["spec"].get("target", {}).get("name", each["metadata"]["name"])
    for each in found.of("SealedSecret"):
        yield each["metadata"]["name"]


def referred(value):
    """Kind and name of what an object refers to."""
    if isinstance(value, list):
        for inner in value:
            yield from referred(inner)
        return
    if not isinstance(value, dict):
        return
    if value.get("optional") is not True:
        for key, kind in {
            "configMapKeyRef": "ConfigMap",
            "configMapRef": "ConfigMap",
            "secretKeyRef": "Secret",
            "secretRef": "Secret",
            "scaleTargetRef": None,
            "targetRef": None,
            "roleRef": None,
        }.items():
            ref = value.get(key)
            if isinstance(ref, dict) and ref.get("optional") is not True:
                wanted = kind or ref["kind"]
                if wanted not in ("ClusterRole", "Gateway", "GatewayClass", "Namespace"):
                    yield wanted, ref["name"]
        volume = value.get("configMap")
        if isinstance(volume, dict) and not volume.get("optional") and "name" in volume:
            yield "ConfigMap", volume["name"]
        volume = value.get("secret")
        if isinstance(volume, dict) and not volume.get("optional"):
            name = volume.get("secretName") or volume.get("name")
            if name:
                yield "Secret", name
        if isinstance(value.get("serviceAccountName"), str):
            yield "ServiceAccount", value["serviceAccountName"]
        if value.get("kind") == "StatefulSet" and "serviceName" in value.get("spec", {}):
            yield "Service", value["spec"]["serviceName"]
        backend = value.get("backend")
        if isinstance(backend, dict) and isinstance(backend.get("service"), dict):
            yield "Service", backend["service"]["name"]
    for inner in value.values():
        yield from referred(inner)
