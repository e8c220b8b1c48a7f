"""Which files a PostgreSQL subchart has, and what each template is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.kinds.api import File
from generator.kinds.common.mesh import mesh_files
from generator.kinds.postgres.doors import pooler_doors, server_doors
from generator.kinds.postgres.settings import SHARED_PARAMETERS, Settings
from generator.spec.model import Chart, Component

_HERE = Path(__file__).parent
FOLDERS = (str(_HERE / "files"), str(_HERE.parent / "data" / "templates"))

#: The services of the server: what follows the name, and whose pods answer.
_ROLES = (("", "primary"), ("-primary", "primary"), ("-replicas", "replica"))

_SCRIPTS = (
    "prepare.sh",
    "post_bootstrap.sh",
    "post_bootstrap.sql",
    "agent.py",
    "configure.py",
    "patroni_api.py",
)


def postgres_files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Settings = component.settings
    define = f"{chart.name}.{component.name}"
    fullname = f'{{{{ include "{define}.fullname" . }}}}'
    scripts = [*_SCRIPTS]
    if settings.backup is not None:
        scripts += ["base_backup.py", "request_backup.py"]
    shared = {"shared_parameters": f"^({'|'.join(SHARED_PARAMETERS)})$"}
    tls = {"tls_services": tls_services(settings, define)}
    found = [
        _template("_data.tpl"),
        _template("_postgres.tpl", context=shared),
        _template("_configure.tpl"),
        _template("serviceaccount.yaml"),
        _template("role.yaml"),
        _template("rolebinding.yaml"),
        _template("configmap.yaml", context=shared),
        _template("configmap-scripts.yaml", context={"scripts": scripts}),
        _template("statefulset.yaml"),
        *(
            _template("service-role.yaml", f"service{end}.yaml", {"ending": end, "role": role})
            for end, role in _ROLES
        ),
        _template("service-headless.yaml"),
        _template("poddisruptionbudget.yaml", context={"eviction": "IfHealthyBudget"}),
        _template("networkpolicy.yaml"),
        _template("issuer-selfsigned.yaml"),
        _template("certificate-ca.yaml"),
        _template("issuer.yaml"),
        _template("certificate.yaml", context=tls),
        _template("configure/job.yaml"),
        _template("configure/networkpolicy.yaml"),
        _account("configure", f"{fullname}-configure", define),
        _template("tests/connection.yaml"),
        _template("tests/networkpolicy.yaml"),
        File(template="RUNBOOK.md", path="RUNBOOK.md"),
        *(_script(name) for name in scripts),
        *mesh_files(component, chart, server_doors(component.name, settings)),
    ]
    if settings.pooler is not None:
        found += _pooler(define)
        doors, name = pooler_doors(settings), settings.pooler.name
        found += mesh_files(component, chart, doors, workload=name)
    if settings.backup is not None:
        found += [
            _template("backup/cronjob.yaml"),
            _template("backup/networkpolicy.yaml"),
            _account("backup", f"{fullname}-backup", define, condition="backup.enabled"),
        ]
    return found


def tls_services(settings: Settings, define: str) -> tuple[str, ...]:
    """The services that the certificate is for, as the template names them."""
    fullname = f'{{{{ include "{define}.fullname" . }}}}'
    names = [fullname, f"{fullname}-primary", f"{fullname}-replicas"]
    if settings.pooler is not None:
        names.append(f'{{{{ include "{define}.pooler.fullname" . }}}}')
    return tuple(names)


def _pooler(define: str) -> list[File]:
    names = ("deployment", "configmap", "service", "poddisruptionbudget", "networkpolicy")
    return [
        *(_template(f"pooler/{name}.yaml") for name in names),
        File(
            template="serviceaccount-of.yaml",
            path="templates/pooler/serviceaccount.yaml",
            context={
                "account": f'{{{{ include "{define}.pooler.fullname" . }}}}',
                "labels": f"{define}.pooler.labels",
                "role": "pooler",
                "condition": "",
            },
        ),
        _script("userlist.sh"),
    ]


def _account(role: str, account: str, define: str, condition: str = "") -> File:
    return File(
        template="serviceaccount-of.yaml",
        path=f"templates/{role}/serviceaccount.yaml",
        context={
            "account": account,
            "labels": f"{define}.labels",
            "role": role,
            "condition": condition,
        },
    )


def _template(template: str, path: str = "", context: Mapping[str, Any] | None = None) -> File:
    return File(template=template, path=f"templates/{path or template}", context=context or {})


def _script(name: str) -> File:
    return File(template=name, path=f"files/{name}", verbatim=True)
