"""A restore of a database that an operator keeps is the operator's: refused, with the way."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import yaml

from generator.errors import RefusedError
from generator.release import restore
from generator.release.target import Target
from tests.kinds.data import DATABASE
from tests.kinds.rendering import build

APIS = ("postgresql.cnpg.io/v1", "barmancloud.cnpg.io/v1")


def test_a_restore_says_who_does_it(tmp_path):
    ledger = {**DATABASE, "engine": "cnpg", "backup": {"to": "s3://acme"}}
    shop = build(tmp_path, {"ledger": ledger})
    rendered = yaml.safe_dump_all(shop.render(api_versions=APIS).all)
    world = SimpleNamespace(releases=SimpleNamespace(render=lambda *_, **__: rendered))
    target = Target(
        release="shop", namespace="shop", environment="live", chart=shop.path, values=()
    )
    wish = restore.Wish(component="ledger", to=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    with pytest.raises(RefusedError, match="ledger is kept by CloudNativePG") as caught:
        restore.look(target, world, wish)
    assert "restore.from" in str(caught.value.hint)
    runbook = (shop.path / "charts" / "ledger" / "RUNBOOK.md").read_text()
    assert "## Restore" in runbook and "from: shop/ledger/1" in runbook
