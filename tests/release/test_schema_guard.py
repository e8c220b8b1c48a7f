"""Which code may run on which schema: the table of decisions."""

from __future__ import annotations

import pytest

from generator.check.objects import Object
from generator.release.schema_guard import ACCEPTS, NEEDS, SERVES, declared, refusals


def code(needs: str = "", accepts: str = "", serves: str = "", name: str = "api") -> list[Object]:
    told = {NEEDS: needs, ACCEPTS: accepts, SERVES: serves}
    notes = {key: value for key, value in told.items() if value}
    return [
        Object(
            api_version="apps/v1",
            kind="Deployment",
            name=name,
            namespace="n",
            path="",
            data={"metadata": {"name": name, "annotations": notes}},
        )
    ]


@pytest.mark.parametrize(
    ("past", "target", "refused"),
    [
        # The same head, or nothing said: nothing to guard.
        ([code("38"), code("38")], code("38"), False),
        ([code(), code()], code(), False),
        ([code(), code("39")], code(), False),
        ([code("38"), code()], code("38"), False),
        # The schema has moved on.
        ([code("38"), code("39")], code("38"), True),
        ([code("38"), code("39", serves="38")], code("38"), False),
        ([code("38"), code("39", serves="37,38")], code("38"), False),
        ([code("38"), code("39", serves="37")], code("38"), True),
        ([code("38"), code("39")], code("38", accepts="39"), False),
        # `accepts` of the newer code says nothing about the older.
        ([code("38"), code("39", accepts="38")], code("38"), True),
        # A failed or rolled-back revision may have migrated: 38, 39, back to 38; then to 37.
        (
            [code("37"), code("38", serves="37"), code("39"), code("38", serves="37")],
            code("37"),
            True,
        ),
        ([code("38"), code("39", serves="38"), code("38")], code("39", serves="38"), False),
        # A new version of the same head may serve more.
        ([code("38"), code("39"), code("39", serves="38")], code("38"), False),
        # Another component's schema is its own.
        ([code("38"), code("39", name="worker")], code("38"), False),
        ([], code("38"), False),
        # A head that nobody needed before is a way forward.
        ([code("38")], code("39"), False),
        ([code("38"), code("39")], code("40"), False),
    ],
)
def test_decision(past: list[list[Object]], target: list[Object], refused: bool) -> None:
    assert bool(refusals(past, target)) is refused


def test_a_refusal_names_both_heads_and_both_ways_on() -> None:
    (one,) = refusals([code("38"), code("39")], code("38"))
    assert one.sentence == (
        "Deployment/api of that version needs schema 38; the database is at 39, which it does not"
        " accept and which does not serve it"
    )
    forward, back = one.way.splitlines()
    assert forward.startswith("go forward: deploy a repaired version that runs on 39")
    assert "restore the database to a time" in back


def test_only_deployments_say_anything() -> None:
    job = Object(
        api_version="batch/v1",
        kind="Job",
        name="api",
        namespace="n",
        path="",
        data={"metadata": {"annotations": {NEEDS: "38"}}},
    )
    assert declared([job]) == {}
