"""The settings of a Redis cluster, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.kinds.api import Claim, Container
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.server import read_claim
from generator.kinds.data.settings import EXISTING, container
from generator.spec.quantity import parse_bytes

SERVER_IMAGE: Final = "docker.io/valkey/valkey:9.1.1"
EXPORTER_IMAGE: Final = "docker.io/oliver006/redis_exporter:v1.89.0"

#: Ports that nothing in a spec can change. The bus is always 10000 above the other.
PORT: Final = 6379
BUS_PORT: Final = 16379
EXPORTER_PORT: Final = 9121

#: Passwords: of the application, of replicas, of the agent and the probes.
KEYS: Final = ("redis-password", "replication-password", "admin-password")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`memory` is 0 when it follows from the memory limit."""

    nodes: int
    replicas_per_master: int
    max_nodes: int
    storage: Claim
    resources: Container
    memory: int
    eviction: str
    image: Image
    engine: str
    tls: str
    secret: str
    metrics: bool
    agent: Container
    exporter: Container

    @property
    def masters(self) -> int:
        return max(self.nodes // (self.replicas_per_master + 1), 1)


def read_settings(name: str, data: Mapping[str, Any]) -> Settings:
    nodes, per_master = data.get("nodes", 6), data.get("replicasPerMaster", 1)
    return Settings(
        nodes=nodes,
        replicas_per_master=per_master,
        max_nodes=data.get("maxNodes", nodes + per_master + 1),
        storage=read_claim(data["storage"]),
        resources=read_resources(data["resources"]),
        memory=parse_bytes(data["memory"]) if "memory" in data else 0,
        eviction=data.get("eviction", "volatile-lru"),
        image=read_image(data.get("image", SERVER_IMAGE)),
        engine=data.get("engine", "valkey"),
        tls=data.get("tls", EXISTING),
        secret=data.get("secret", f"{name}-credentials"),
        metrics=data.get("metrics", True),
        agent=container(("10m", "100m"), ("16Mi", "64Mi")),
        exporter=container(("10m", "100m"), ("32Mi", "64Mi")),
    )
