"""From the spec and the options of a command to what speaks to a cluster: tools and targets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator import commands, pipeline
from generator.spec.read import read_platform

if TYPE_CHECKING:
    from generator.release.target import Target, World
    from generator.spec.model import Platform


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """The options of every command that speaks to a cluster."""

    helm: Path | None = None
    kubectl: Path | None = None
    kubeconfig: Path | None = None
    context: str | None = None


def world(spec: Path, access: Access) -> World:
    """The tools to use. Nothing is asked of the cluster yet."""
    from generator.release.target import World
    from generator.tools import helm, kubectl

    return World(
        helm=helm.find(access.helm, project=spec.parent),
        kubectl=kubectl.find(
            access.kubectl,
            project=spec.parent,
            kubeconfig=access.kubeconfig,
            context=access.context,
        ),
    )


def targets(
    spec: Path, environment: str, chart: str | None = None
) -> tuple[Platform, tuple[Target, ...]]:
    """The spec, and its charts (or one) as releases in an environment, in their order."""
    from generator.release.target import Target

    platform = read_platform(spec)
    commands.known("environment", (environment,), platform.environments)
    commands.known("chart", (chart,) if chart else (), tuple(one.name for one in platform.charts))
    return platform, tuple(
        Target(
            release=one.name,
            namespace=one.namespace,
            environment=environment,
            chart=pipeline.charts_folder(spec) / one.name,
            values=tuple(
                path for path in (pipeline.overlay(spec, environment, one),) if path.is_file()
            ),
        )
        for one in platform.charts
        if chart in (None, one.name)
    )
