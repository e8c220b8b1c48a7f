"""Archive, backups and restores by the rendered scripts and settings: real server, real store."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.data.archiving import Archiving
from tests.data.pooler import opened
from tests.data.store import Store, opened_store
from tests.kinds.data import DATABASE
from tests.kinds.rendering import Built, build

Figure = Callable[[str, str], None]
FOREIGN = "databases/shop/other/1/archive/db/x"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Built:
    backup = {"to": "s3://acme-backups/databases"}
    spec = {"ledger": {**DATABASE, "backup": backup}}
    return build(tmp_path_factory.mktemp("ledger"), spec)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with opened() as folder, opened_store(folder) as found:
        yield found


@contextlib.contextmanager
def member(
    built: Built, store: Store | None, values: dict[str, Any] | None = None, *, restored: Any = None
) -> Iterator[Archiving]:
    """A member with its agent, which takes the first backup by itself."""
    with opened() as folder:
        found = Archiving(built, folder, store, values)
        try:
            if restored is None:
                found.begin()
            else:
                restored(found)
                found.begin_restored()
            found.start_agent()
            found.first_backup()
            yield found
        finally:
            found.end_agent()
            found.stop()


def filled(one: Archiving, rows: int = 1000) -> None:
    one.sql("CREATE TABLE IF NOT EXISTS sales (id bigint, note text)")
    one.sql(f"INSERT INTO sales SELECT i, md5(i::text) FROM generate_series(1, {rows}) i")


@pytest.mark.parametrize("kept", ["s3", "files"])
def test_a_dropped_table_comes_back(ledger: Built, store: Store, kept: str, figure: Figure) -> None:
    place = store if kept == "s3" else None
    with member(ledger, place, {"backup": {"generation": kept}}) as old:
        filled(old)
        before = old.sql("SELECT clock_timestamp()::timestamptz(0) + interval '1 s'")
        time.sleep(2.5)
        old.sql("DROP TABLE sales")
        old.sql("CREATE TABLE later ()")
        committed = time.monotonic()
        old.archived(old.switch())
        stored = time.monotonic() - committed
        keys = store.objects(f"databases/shop/ledger/{kept}/")

        def copied(new: Archiving) -> None:
            if place is None:
                old._run("cp", "-a", f"{old.folder}/files/.", new.folder / "files")

        values = {
            "backup": {"generation": f"{kept}-2"},
            "restore": {"from": f"shop/ledger/{kept}", "time": before},
        }
        begin = time.monotonic()
        with member(ledger, place, values, restored=copied) as new:
            took = time.monotonic() - begin
            assert new.sql("SELECT count(*) FROM sales") == "1000"
            assert new.sql("SELECT to_regclass('later') IS NULL") == "t"
            new.archived(new.switch())
            assert new.check().returncode == 0
        assert store.objects(f"databases/shop/ledger/{kept}/") == keys, "the old place is untouched"
        if place is not None:
            assert any(f"/{kept}-2/" in name for name in store.objects("databases/shop/ledger/"))
    figure(f"backups ({kept}): segment ended until it is in the store", f"{stored:.1f} s")
    figure(f"backups ({kept}): restore to before a dropped table, with new backup", f"{took:.1f} s")


def test_writes_go_on_while_the_store_is_away(ledger: Built, store: Store, figure: Figure) -> None:
    # A fifth of it is less than four segments, which is the least.
    small = {"backup": {"generation": "away"}, "storage": {"size": "300Mi"}}
    with member(ledger, store, small) as one:
        filled(one)
        assert one.metric("postgres_archive_limit_bytes") == 64 * 1024**2
        store.away()
        last = ""
        for _ in range(2):
            filled(one, 100)
            last = one.switch()
        waiting = "postgres_archive_waiting_files"
        one.wait(lambda: (one.metric(waiting) or 0) >= 2, "the log to wait")
        failed = "SELECT failed_count > 0 FROM pg_stat_archiver"
        one.wait(lambda: one.sql(failed) == "t", "the server to count it")
        filled(one, 100)
        store.back()
        begin = time.monotonic()
        last = one.switch()
        one.archived(last)
        one.wait(lambda: one.metric(waiting) == 0, "the archive to catch up")
        figure(
            "backups: store back until the log has caught up", f"{time.monotonic() - begin:.1f} s"
        )
        assert one.metric("postgres_archive_dropped_timestamp_seconds") is None
        assert one.check().returncode == 0
        assert one.metric("postgres_restore_check_succeeded") == 1

        store.away()
        dropped = "postgres_archive_dropped_timestamp_seconds"
        for _ in range(6):
            filled(one, 100)
            one.switch()
        one.wait(lambda: one.metric(dropped) is not None, "the log to be dropped")
        filled(one, 100)
        store.back()
        one.archived(one.switch())
        found = one.check()
        assert found.returncode == 1
        assert "the archive has a gap" in found.stderr or "ended with" in found.stderr
        assert one.metric("postgres_restore_check_succeeded") == 0
        one.backup()
        newest = one.metric("postgres_backup_newest_timestamp_seconds") or 0
        assert newest > (one.metric(dropped) or 0)
        assert one.check().returncode == 0
        assert one.sql("SELECT count(*) FROM sales") == "2000"


def test_an_interrupted_backup_and_a_damaged_one(
    ledger: Built, store: Store, figure: Figure
) -> None:
    place = "databases/shop/ledger/broken/backup/db/"
    with member(ledger, store, {"backup": {"generation": "broken"}}) as one:
        filled(one, 400_000)
        before = one.labels()
        known = set(store.objects(place))
        one.ask("POST", "/backup")
        one.wait(lambda: set(store.objects(place)) - known, "something of the new backup")
        one.end_agent()
        assert one.labels() == before, "what was begun is no backup"
        one.start_agent()
        name = one.backup()
        assert one.labels() == [*before, name]
        begin = time.monotonic()
        assert one.check().returncode == 0
        took = time.monotonic() - begin
        size = one.metric("postgres_restore_check_size_bytes") or 0
        figure("backups: restore check of one with", f"{size / 1024**2:.0f} MiB in {took:.1f} s")

        objects = store.objects(f"{place}{name}/")
        store.damage(max(objects, key=lambda each: objects[each]))
        found = one.check()
        assert found.returncode == 1
        assert "can't be relied on: pgbackrest ended with" in found.stderr
        assert one.metric("postgres_restore_check_succeeded") == 0


def test_keeps_what_is_to_be_kept_and_nothing_else(ledger: Built, store: Store) -> None:
    # What the restore check must know too, or its server would end at once.
    prepared = {"max_prepared_transactions": 5}
    values = {"backup": {"generation": "kept", "keep": 2}, "parameters": prepared}
    with member(ledger, store, values) as one:
        store.ask("put", FOREIGN)
        one.sql("CREATE TABLE prepared (); BEGIN; DROP TABLE prepared; PREPARE TRANSACTION 'p'")
        first = one.labels()
        for _ in range(2):
            filled(one, 10)
            one.archived(one.switch())
            one.tool("--type=full", "backup")
        assert len(one.labels()) == 2
        assert first[0] not in one.labels()
        info = one.info()
        oldest = info["backup"][0]
        assert info["archive"][0]["min"] == oldest["archive"]["start"]
        names = store.objects("databases/shop/ledger/kept/backup/db/")
        assert not any(first[0] in name for name in names if "history" not in name)
        assert FOREIGN in store.objects()
        assert one.check().returncode == 0


def test_another_cluster_never_writes_to_the_same_place(ledger: Built, store: Store) -> None:
    values = {"backup": {"generation": "same"}}
    with member(ledger, store, values):
        keys = store.objects("databases/shop/ledger/same/")
    with opened() as folder:
        other = Archiving(ledger, folder, store, values)
        try:
            other.begin()
            other.start_agent()
            other.switch()
            failed = "SELECT failed_count > 0 FROM pg_stat_archiver"
            other.wait(lambda: other.sql(failed) == "t", "the server to count it")
            other.end_agent()
            with pytest.raises(AssertionError, match="do not match the database"):
                other.tool("stanza-create")
        finally:
            other.end_agent()
            other.stop()
    assert store.objects("databases/shop/ledger/same/") == keys
