"""Which files the subchart of a cluster has that CloudNativePG keeps."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.kinds.api import File
from generator.kinds.common.mesh import mesh_files
from generator.kinds.postgres.cnpg.doors import pooler_doors, server_doors
from generator.kinds.postgres.cnpg.parameters import RESERVED
from generator.kinds.postgres.settings import Settings
from generator.spec.model import Chart, Component

#: Before the folder of the kind itself, whose templates are Patroni's where there are two.
FOLDERS = (str(Path(__file__).with_name("templates")),)

_SERVER = (
    "_data.tpl",
    "_cnpg.tpl",
    "cluster.yaml",
    "networkpolicy.yaml",
    "issuer-selfsigned.yaml",
    "certificate-ca.yaml",
    "issuer.yaml",
    "certificate.yaml",
    "tests/connection.yaml",
    "tests/networkpolicy.yaml",
)
#: What follows the name of the authority's Secret: `-ca` is the operator's own, for its clients.
_CA = {"ca": "server-ca"}
_POOLER = ("pooler", "poddisruptionbudget", "networkpolicy")
_BACKUP = ("objectstore", "objectstore-origin", "scheduledbackup")


def cnpg_files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Settings = component.settings
    define = f"{chart.name}.{component.name}"
    reserved = textwrap.wrap(" ".join(sorted(RESERVED)), 110)
    contexts: Mapping[str, Mapping[str, Any]] = {
        "_cnpg.tpl": {"reserved": reserved},
        "certificate-ca.yaml": _CA,
        "issuer.yaml": _CA,
    }
    found = [
        *(_template(name, contexts.get(name)) for name in _SERVER),
        _test_account(define),
        *mesh_files(component, chart, server_doors(settings)),
        File(template="RUNBOOK.md", path="RUNBOOK.md"),
    ]
    if settings.pooler is not None:
        doors, name = pooler_doors(settings), settings.pooler.name
        found += [_template(f"pooler/{each}.yaml") for each in _POOLER]
        found += mesh_files(component, chart, doors, workload=name)
    if settings.backup is not None:
        found += [_template(f"backup/{each}.yaml") for each in _BACKUP]
    return found


def _test_account(define: str) -> File:
    """The members' account is the operator's: it is there only when they are."""
    return File(
        template="serviceaccount-of.yaml",
        path="templates/tests/serviceaccount.yaml",
        context={
            "account": f'{{{{ include "{define}.fullname" . }}}}-test',
            "labels": f"{define}.labels",
            "role": "test",
            "condition": "",
        },
    )


def _template(name: str, context: Mapping[str, Any] | None = None) -> File:
    return File(template=name, path=f"templates/{name}", context=context or {})
