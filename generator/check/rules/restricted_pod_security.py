"""Pods pass the Pod Security Standard `restricted`, all of its controls.

The API server refuses a pod that does not, and says so only to the controller that wanted it: the
rollout just never ends. Version 1.37 of the standard, the strictest so far.

Good:

    kind: Pod
    metadata: {name: a}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: a
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}

Bad:

    kind: Pod
    metadata: {name: a}
    spec:
      containers:
        - name: a
          securityContext: {privileged: true}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objects import Container, Object, Workload, mapping, maps
from generator.check.rules.api import Violation
from generator.findings import ERROR

ID = "restricted-pod-security"
SEVERITY = ERROR

_HOST = ("hostNetwork", "hostPID", "hostIPC")
_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
_SELINUX = frozenset(
    {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)
_CONFINED = ("RuntimeDefault", "Localhost")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    if workload:
        for place, message in (*_pod(workload), *_containers(workload)):
            yield Violation(obj, f"{place}: {message}")


def _pod(workload: Workload) -> Iterator[tuple[str, str]]:
    pod, path = workload.pod, workload.path
    for field in _HOST:
        if pod.get(field):
            yield f"{path}.{field}", "the host's namespaces are not for pods"
    for index, volume in enumerate(maps(pod.get("volumes"))):
        for source in sorted(volume.keys() - _VOLUMES - {"name"}):
            yield f"{path}.volumes[{index}].{source}", "not one of the kinds that are allowed"
    security = mapping(pod.get("securityContext"))
    for index, sysctl in enumerate(maps(security.get("sysctls"))):
        if sysctl.get("name") not in _SYSCTLS:
            place = f"{path}.securityContext.sysctls[{index}]"
            yield place, f"{sysctl.get('name')} is not one of the safe ones"
    for key, value in workload.annotations.items():
        old = key.startswith("container.apparmor.security.beta.kubernetes.io/")
        if old and value != "runtime/default" and not str(value).startswith("localhost/"):
            yield workload.labels_path.replace("labels", "annotations"), f"{key} is {value!r}"
    yield from _shared(security, f"{path}.securityContext")


def _containers(workload: Workload) -> Iterator[tuple[str, str]]:
    pod = mapping(workload.pod.get("securityContext"))
    for container in workload.containers:
        security, path = container.security, f"{container.path}.securityContext"
        yield from _shared(security, path)
        if security.get("privileged"):
            yield f"{path}.privileged", "true"
        if security.get("allowPrivilegeEscalation") is not False:
            yield f"{path}.allowPrivilegeEscalation", "must be false"
        if security.get("procMount", "Default") != "Default":
            yield f"{path}.procMount", "must be Default"
        non_root = security.get("runAsNonRoot")
        if non_root is None:
            non_root = pod.get("runAsNonRoot")
        if non_root is not True:
            yield f"{path}.runAsNonRoot", "must be true, here or of the pod"
        if not (security.get("seccompProfile") or pod.get("seccompProfile")):
            yield (
                f"{path}.seccompProfile",
                "must be RuntimeDefault or Localhost, here or of the pod",
            )
        yield from _capabilities(mapping(security.get("capabilities")), f"{path}.capabilities")
        yield from _host_ways(container)


def _shared(security: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """What pods and containers have alike."""
    if security.get("runAsUser") == 0:
        yield f"{path}.runAsUser", "0 is root"
    for field in ("seccompProfile", "appArmorProfile"):
        profile = mapping(security.get(field)).get("type")
        if profile is not None and profile not in _CONFINED:
            yield f"{path}.{field}.type", f"{profile}, not RuntimeDefault or Localhost"
    selinux = mapping(security.get("seLinuxOptions"))
    if selinux.get("type", "") not in _SELINUX:
        yield f"{path}.seLinuxOptions.type", f"{selinux['type']} is not one of the container types"
    for field in ("user", "role"):
        if selinux.get(field):
            yield f"{path}.seLinuxOptions.{field}", "must not be set"
    if mapping(security.get("windowsOptions")).get("hostProcess"):
        yield f"{path}.windowsOptions.hostProcess", "true"


def _capabilities(capabilities: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{path}.drop", "must hold ALL"
    for name in capabilities.get("add") or ():
        if name != "NET_BIND_SERVICE":
            yield f"{path}.add", f"{name}; only NET_BIND_SERVICE is allowed"


def _host_ways(container: Container) -> Iterator[tuple[str, str]]:
    """Ports of the host, and probes and hooks that name a host."""
    for index, port in enumerate(container.ports):
        if port.get("hostPort"):
            yield f"{container.path}.ports[{index}].hostPort", "the host's ports are not for pods"
    lifecycle = mapping(container.data.get("lifecycle"))
    handlers = {name: mapping(container.data.get(name)) for name in _PROBES}
    handlers |= {f"lifecycle.{name}": mapping(value) for name, value in lifecycle.items()}
    for name, handler in handlers.items():
        for action in ("httpGet", "tcpSocket"):
            if mapping(handler.get(action)).get("host"):
                yield f"{container.path}.{name}.{action}.host", "must not be set"
