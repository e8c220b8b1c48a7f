"""What a spec says of a Grafana."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Claim, Container
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.server import read_claim
from generator.kinds.grafana.wanted import WantedBoard, read_wanted

IMAGE = "docker.io/grafana/grafana:13.2.0"
DATABASE_IMAGE = "docker.io/library/postgres:18.6-trixie"
DATABASE_RESOURCES = {"cpu": ["100m", "1"], "memory": ["256Mi", "512Mi"]}

BUNDLED, EXTERNAL, SQLITE = "bundled", "external", "sqlite"


@dataclass(frozen=True, kw_only=True)
class Database:
    mode: str
    image: Image
    claim: Claim
    resources: Container
    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    image: Image
    replicas: int
    resources: Container
    database: Database
    dashboards: tuple[WantedBoard, ...]

    #: What the shared templates of services and tests ask for.
    port: int = 3000
    ready: str = "/api/health"
    metrics: None = None


def read_settings(data: Mapping[str, Any]) -> Settings:
    database = data.get("database", {})
    return Settings(
        image=read_image(data.get("image", IMAGE)),
        replicas=data.get("replicas", 2),
        resources=read_resources(data["resources"]),
        database=Database(
            mode=database.get("mode", BUNDLED),
            image=read_image(database.get("image", DATABASE_IMAGE)),
            claim=read_claim(database.get("storage", "10Gi")),
            resources=read_resources(database.get("resources", DATABASE_RESOURCES)),
            host=database.get("host", ""),
            port=database.get("port", 5432),
        ),
        dashboards=read_wanted(data),
    )
