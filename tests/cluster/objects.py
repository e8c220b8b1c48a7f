"""A test cluster's first objects: KWOK's rights, nodes in three zones, classes of storage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NODES, ZONES = 5, "abc"
#: name, provisioner, parameters
STORAGE = (
    ("fast-ssd", "pd.csi.storage.gke.io", {"type": "pd-ssd"}),
    ("gp3-encrypted", "ebs.csi.aws.com", {"type": "gp3", "encrypted": "true"}),
)
UNKNOWN = (
    *("bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion"),
    *("machineID", "osImage", "systemUUID"),
)
CAPACITY = {"cpu": "16", "memory": "64Gi", "pods": "110", "ephemeral-storage": "200Gi"}


def bootstrap(version: str) -> list[dict[str, Any]]:
    """What a cluster of ours gets before anything else."""
    return [*kwok_rights(), *(node(index, version) for index in range(NODES)), *classes()]


def classes() -> list[dict[str, Any]]:
    """Storage of two kinds, one of them the default, and the controller of Ingresses."""
    storage = [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": provisioner,
            "parameters": parameters,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        }
        for name, provisioner, parameters in STORAGE
    ]
    marked = {"storageclass.kubernetes.io/is-default-class": "true"}
    storage[0]["metadata"]["annotations"] = marked  # type: ignore[index]
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "nginx"},
        "spec": {"controller": "k8s.io/ingress-nginx"},
    }
    return [*storage, ingress]


def node(index: int, version: str) -> dict[str, Any]:
    """A node that KWOK plays."""
    name = f"node-{index}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m6i.4xlarge",
                "topology.kubernetes.io/region": "eu-west-1",
                "topology.kubernetes.io/zone": f"eu-west-1{ZONES[index % len(ZONES)]}",
            },
        },
        "status": {
            "allocatable": CAPACITY,
            "capacity": CAPACITY,
            "nodeInfo": {
                "kubeletVersion": version,
                "architecture": "amd64",
                "operatingSystem": "linux",
                **dict.fromkeys(UNKNOWN, ""),
            },
        },
    }


def kwok_rights() -> list[dict[str, Any]]:
    """KWOK is no administrator: a mistake in its stages can't hide behind rights."""

    def rule(groups: str, resources: Sequence[str], verbs: Sequence[str]) -> dict[str, Any]:
        return {"apiGroups": [groups], "resources": list(resources), "verbs": list(verbs)}

    look, change = ("get", "list", "watch"), ("patch", "update")
    seen = ("nodes", "pods", "persistentvolumes", "persistentvolumeclaims")
    rules = [
        rule("", ["events"], ["create", *change]),
        rule("events.k8s.io", ["events"], ["create", *change]),
        rule("", seen, look),
        rule("", ["pods", "persistentvolumes"], ["delete", *change]),
        rule("", ["persistentvolumes"], ["create"]),
        rule("", [f"{name}/status" for name in seen], change),
        rule("coordination.k8s.io", ["leases"], ["create", *look, *change]),
    ]
    group, name = "rbac.authorization.k8s.io", "kwok-controller"
    role = {"kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    binding = {
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": name}],
    }
    return [{"apiVersion": f"{group}/v1", **each} for each in (role, binding)]
