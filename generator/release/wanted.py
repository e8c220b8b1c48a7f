"""The objects that an upgrade would send, rendered against the cluster they are meant for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.check.manifests import ManifestReader
from generator.check.objects import Object
from generator.errors import InputError
from generator.release.history import History
from generator.release.target import Target, World

HOOK = "helm.sh/hook"


def render(
    target: Target,
    world: World,
    history: History,
    *,
    more: Mapping[str, Any] | None = None,
    upgrade: bool | None = None,
) -> tuple[Object, ...]:
    """The objects in the order in which Helm sends them, hooks among them.

    Each names its namespace, if it belongs to one: `Object.data` can be sent as it is. `more`
    are values on top of the overlays; `upgrade` is whether to render one, whatever the history
    says. Raises `ClusterError` where the chart refuses to render,
    `InputError` where it renders what is no manifest.
    """
    text = world.releases.render(
        target.release,
        target.chart,
        namespace=target.namespace,
        values=target.values,
        more=more or {},
        upgrade=history.deployed is not None if upgrade is None else upgrade,
    )
    reader = ManifestReader(folder=f"charts/{target.chart.name}", namespace=target.namespace)
    read = reader.read(text)
    if read.findings:
        raise InputError(read.findings)
    return tuple(_placed(one) for one in read.objects)


def is_hook(one: Object) -> bool:
    """Whether Helm runs it beside the release: it is no part of the manifest."""
    return HOOK in one.annotations


def _placed(one: Object) -> Object:
    if not one.namespace or one.metadata.get("namespace"):
        return one
    metadata = {**one.metadata, "namespace": one.namespace}
    return Object(
        api_version=one.api_version,
        kind=one.kind,
        name=one.name,
        namespace=one.namespace,
        path=one.path,
        data={**one.data, "metadata": metadata},
    )
