"""Helpers that look at a workload that exists: at its replicas, and at its volumes."""

from __future__ import annotations

from typing import Literal

from generator.kinds.api import File

Controller = Literal["Deployment", "StatefulSet"]


def replicas_file(controller: Controller, *, policy: bool = False, **parts: Controller) -> File:
    """`_replicas.tpl` for the component's own workload and for its parts, by the parts' key.

    A part has its values, its helpers and so its replicas below that key. With `policy` the
    installer may switch the helper off, for the component's own workload.
    """
    workloads = [("", controller, policy), *((f"{key}.", parts[key], False) for key in parts)]
    return File(
        template="_replicas.tpl",
        path="templates/_replicas.tpl",
        context={"workloads": workloads},
    )


def volumes_file() -> File:
    """`_volumes.tpl`: by it a validate.yaml refuses to shrink volumes (`parts/no-shrink.yaml`)."""
    return File(template="_volumes.tpl", path="templates/_volumes.tpl")
