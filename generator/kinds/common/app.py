"""The settings that all kinds of applications share: one container of the user's own image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from generator.kinds.api import Container
from generator.spec.quantity import parse_bytes, parse_cpu, parse_seconds

if TYPE_CHECKING:
    from generator.spec.model import Chart, Component


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image reference in its parts. An empty tag means the chart's appVersion."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def registry(self) -> str:
        """The registry's host, "" for the cluster's default one."""
        first, slash, _ = self.repository.partition("/")
        return first if slash and ("." in first or ":" in first or first == "localhost") else ""

    @property
    def path(self) -> str:
        """The repository without the registry's host."""
        return (
            self.repository.removeprefix(f"{self.registry}/") if self.registry else self.repository
        )


@dataclass(frozen=True, kw_only=True)
class App:
    """One container of the user's image: what it runs, with what, as whom."""

    image: Image
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, str, str], ...]
    resources: Container
    user: int
    writable: tuple[str, ...]
    grace: int


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Replicas: `least` equals `most` when there is no autoscaler. Targets are percent."""

    least: int
    most: int
    cpu: int | None = None
    memory: int | None = None

    @property
    def auto(self) -> bool:
        return self.cpu is not None or self.memory is not None


def settings_schema(folder: str, *parts: str) -> dict[str, Any]:
    """The kind's `settings.json`, after what all applications share and the parts named."""
    own: dict[str, Any] = orjson.loads(Path(folder, "settings.json").read_bytes())
    shared: dict[str, Any] = {}
    for part in ("settings", *parts):
        shared |= orjson.loads(Path(__file__).with_name(f"{part}.json").read_bytes())
    own["properties"] = {**shared, **own["properties"]}
    return own


def read_app(data: Mapping[str, Any]) -> App:
    """The shared settings, from data that the schema has accepted."""
    return App(
        image=read_image(data["image"]),
        command=tuple(data.get("command", ())),
        args=tuple(data.get("args", ())),
        env=tuple(data.get("env", {}).items()),
        secrets=tuple(
            (name, *reference.split("/", 1)) for name, reference in data.get("secrets", {}).items()
        ),
        resources=read_resources(data["resources"]),
        user=data.get("user", 10001),
        writable=tuple(data.get("writable", ("/tmp",))),
        grace=parse_seconds(data.get("grace", "45s")),
    )


def read_image(text: str) -> Image:
    """Split `repository[:tag][@digest]`. A colon before the last slash is a port."""
    rest, _, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(repository=head + slash + name, tag=tag, digest=digest)


def read_resources(data: Mapping[str, Any]) -> Container:
    """`cpu` and `memory`, each one value for request and limit or a pair of them."""
    cpu, memory = (_pair(data[name]) for name in ("cpu", "memory"))
    return Container(
        cpu_request=parse_cpu(cpu[0]),
        cpu_limit=parse_cpu(cpu[1]),
        memory_request=parse_bytes(memory[0]),
        memory_limit=parse_bytes(memory[1]),
    )


def read_scale(data: Any, default: int) -> Scale:
    """A number of replicas, or least and most with targets (CPU 70 % when none is named)."""
    if data is None or isinstance(data, int):
        count = default if data is None else data
        return Scale(least=count, most=count)
    cpu = data.get("cpu", None if "memory" in data else 70)
    return Scale(least=data["min"], most=data["max"], cpu=cpu, memory=data.get("memory"))


def volume_name(path: str) -> str:
    """Name of the volume of a writable folder: `/app/.next/cache` is `app-next-cache`."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:63].strip("-") or "root"


def waits(component: Component, chart: Chart) -> bool:
    """Whether its pods wait for data that it connects to."""
    edges = chart.edges_from.get(component.name, ())
    return any(edge.link is not None and edge.link.wait for edge in edges)


def _pair(value: Any) -> tuple[str, str]:
    first, second = value if isinstance(value, list) else (value, value)
    return str(first), str(second)
