"""Which files a PostgreSQL subchart has, and what each template is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.kinds.api import File
from generator.kinds.common.mesh import mesh_files
from generator.kinds.common.replicas import replicas_file, volumes_file
from generator.kinds.postgres.doors import pooler_doors, server_doors
from generator.kinds.postgres.settings import SHARED_PARAMETERS, Settings
from generator.spec.model import Chart, Component

_HERE = Path(__file__).parent
FOLDERS = (str(_HERE / "files"), str(_HERE.parent / "data" / "templates"))

#: The services of the server: what follows the name, and whose pods answer.
_ROLES = (("", "primary"), ("-primary", "primary"), ("-replicas", "replica"))

#: Templates of the server. Those of the pooler, the Jobs and the tests come with these.
_TEMPLATES = (
    "_data.tpl",
    "_postgres.tpl",
    "_patroni.tpl",
    "serviceaccount.yaml",
    "role.yaml",
    "rolebinding.yaml",
    "configmap.yaml",
    "configmap-scripts.yaml",
    "statefulset.yaml",
    "service-headless.yaml",
    "poddisruptionbudget.yaml",
    "networkpolicy.yaml",
    "issuer-selfsigned.yaml",
    "certificate-ca.yaml",
    "issuer.yaml",
    "certificate.yaml",
)

#: Scripts, in a folder for each whose pods start anew when one changes.
_SCRIPTS = (
    "server/prepare.sh",
    "server/post_bootstrap.sh",
    "server/post_bootstrap.sql",
    "server/patroni_api.py",
    "server/agent.py",
    "server/base_backup.py",
    "jobs/configure.py",
)
#: Those of backups. A pod that archives reads the scripts at each call: none starts anew.
_BACKUP_SCRIPTS = (
    "jobs/pgbackrest_push.sh",
    "jobs/restore.sh",
    "jobs/fetch_wal.sh",
    "jobs/request_backup.py",
    "jobs/restore_check.py",
)


def postgres_files(component: Component, chart: Chart) -> Sequence[File]:
    settings: Settings = component.settings
    define = f"{chart.name}.{component.name}"
    scripts = [*_SCRIPTS]
    if settings.backup is not None:
        scripts += _BACKUP_SCRIPTS
    found = [
        *_server(settings, define, scripts),
        *_configuring(define),
        *mesh_files(component, chart, server_doors(settings)),
        _template("tests/connection.yaml"),
        _template("tests/networkpolicy.yaml"),
        File(template="RUNBOOK.md", path="RUNBOOK.md"),
        _replicas(settings),
        volumes_file(),
        *(_script(name) for name in scripts),
    ]
    if settings.pooler is not None:
        doors, name = pooler_doors(settings), settings.pooler.name
        found += [*_pooler(define), *mesh_files(component, chart, doors, workload=name)]
    if settings.backup is not None:
        found += _backup(define)
    return found


def _replicas(settings: Settings) -> File:
    if settings.pooler is None:
        return replicas_file("StatefulSet", policy=True)
    return replicas_file("StatefulSet", policy=True, pooler="Deployment")


def _server(settings: Settings, define: str, scripts: Sequence[str]) -> list[File]:
    shared = {"shared_parameters": f"^({'|'.join(SHARED_PARAMETERS)})$"}
    contexts: Mapping[str, Mapping[str, Any]] = {
        "_patroni.tpl": shared,
        "configmap-scripts.yaml": {"scripts": scripts},
        "poddisruptionbudget.yaml": {"eviction": "IfHealthyBudget"},
        "certificate.yaml": {"tls_services": tls_services(settings, define)},
    }
    roles = [
        _template("service-role.yaml", f"service{end}.yaml", {"ending": end, "role": role})
        for end, role in _ROLES
    ]
    return [*(_template(name, context=contexts.get(name)) for name in _TEMPLATES), *roles]


def _configuring(define: str) -> list[File]:
    account = f'{{{{ include "{define}.fullname" . }}}}-configure'
    names = ("_configure.tpl", "configure/job.yaml", "configure/networkpolicy.yaml")
    return [*(_template(name) for name in names), _account("configure", account, define)]


def _backup(define: str) -> list[File]:
    account = f'{{{{ include "{define}.fullname" . }}}}-backup'
    names = ("cronjob", "networkpolicy", "restore-check", "restore-check-networkpolicy")
    own = _account("backup", account, define, condition="backup.enabled")
    return [*(_template(f"backup/{name}.yaml") for name in names), own]


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
        _template("_pgbouncer.tpl"),
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
        _script("pooler/userlist.sh"),
        _script("pooler/pooler.sh"),
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


def _script(path: str) -> File:
    return File(template=path.rpartition("/")[2], path=f"files/{path}", verbatim=True)
