"""The PostgreSQL component `ledger` of the tests: what is given to it, and what has to differ."""

from __future__ import annotations

from typing import Final

import trustme

from tests.data.pods import Difference

#: Debian 12's. The chart's default is 18: `postgresVersion` is a value.
VERSION: Final = 15
#: Seconds. It takes a few; a machine with other work takes its time.
LONG: Final = 180
NAME: Final = "ledger"
CONFIG: Final = "/etc/patroni/patroni.yml"

#: All that these members have otherwise than the chart says. docs/data-layer.md tells it.
DIFFERENCES: Final = (
    Difference(
        file="patroni.yml",
        rendered="listen: 0.0.0.0:5432",
        here="listen: localhost:5432",
        why="all pods have this machine's network: localhost is the address of the pod's own",
    ),
    Difference(
        file="patroni.yml",
        rendered="listen: 0.0.0.0:8008",
        here="listen: localhost:8008",
        why="the same",
    ),
    Difference(
        file="pgbouncer.ini",
        rendered="listen_addr = *",
        here="listen_addr = localhost",
        why="the same",
    ),
    Difference(
        file="pgbouncer.ini",
        rendered="max_prepared_statements = 200\n",
        here="",
        why="Debian 12's PgBouncer 1.18 does not have it yet",
    ),
)
#: Added to the environment of members: each answer of the API server is written to their log.
TOLD: Final = {"PATRONI_LOG_LOGGERS": "{urllib3.connectionpool: DEBUG}"}


def secrets() -> dict[str, dict[str, str]]:
    keys = ("database", "superuser", "replication", "rewind", "patroni", "exporter")
    words = {f"{key}-password": f'{key}\'s "word"' for key in keys}
    return {f"{NAME}-credentials": {**words, "agent-token": "agent token"}}


def certificates(namespace: str) -> dict[str, str]:
    """A Secret's keys, for the names that the runbook says."""
    names = [f"{NAME}{end}" for end in ("", "-primary", "-replicas", "-pgbouncer")]
    names.append(f"*.{NAME}-headless")
    every = [*names, *(f"{name}.{namespace}.svc" for name in names), "localhost"]
    authority = trustme.CA()
    pair = authority.issue_cert(*every)
    return {
        "ca.crt": authority.cert_pem.bytes().decode(),
        "tls.crt": b"".join(each.bytes() for each in pair.cert_chain_pems).decode(),
        "tls.key": pair.private_key_pem.bytes().decode(),
    }
