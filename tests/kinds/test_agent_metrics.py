"""The agents say what rules and dashboards ask for, when there is something to say of all of it."""

from __future__ import annotations

import json

from generator.kinds.postgres import metrics
from tests.exporters.exposition import differences, said
from tests.kinds.test_postgres_scripts import (
    Store,
    agent,
    answers,
    base_backup,
    listed,
    patroni_api,
    serving,
)


def test_the_database_s_agent(tmp_path):
    (tmp_path / "pg_wal" / "archive_status").mkdir(parents=True)
    (tmp_path / "dropped").touch()
    archive = base_backup.Archive(str(tmp_path), 100, str(tmp_path / "dropped"))
    backups = Store(backups=[listed("1")]).of(tmp_path, patience=86400)
    backups.look()
    result = {"time": 1767323045.5, "seconds": 7.4, "bytes": 4096, "succeeded": True}
    agent.remember(backups, json.dumps(result).encode())
    patroni = answers({("GET", "/metrics"): (200, 'patroni_primary{scope="a",name="b"} 1')})
    with serving(patroni) as port:
        of_both = agent.metrics_handler(f"http://127.0.0.1:{port}", None, backups, archive)
        with serving(of_both) as own:
            found = said(patroni_api.ask(f"http://127.0.0.1:{own}/metrics"))
    assert differences(metrics.AGENT, found) == []
    assert set(found) - set(metrics.AGENT) == {"patroni_primary"}
