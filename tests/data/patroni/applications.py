"""Those that write to the members while something happens to them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from tests.data.ledger import NAME
from tests.data.members import Members
from tests.data.rows import Clerk, lost, writing

Figure = Callable[[str, str], None]
POOLER = f"{NAME}-pgbouncer"


@contextlib.contextmanager
def applications(members: Members) -> Iterator[dict[str, Clerk]]:
    """Those that write while the block lasts. After it, no acknowledged row is missing."""
    routes = {
        "directly": lambda: members.options(),
        "by the pooler": lambda: members.options(POOLER),
    }
    with writing(routes) as clerks:
        go_on(members, clerks, 100)
        for clerk in clerks.values():
            clerk.forget()
        yield clerks
        go_on(members, clerks, 50)
    for clerk in clerks.values():
        rows = members.sql(f"SELECT number FROM rows WHERE clerk = '{clerk.clerk}'", user="app")
        assert lost(clerk, rows) == []


def go_on(members: Members, clerks: dict[str, Clerk], count: int) -> None:
    """Each gets that many more answers."""
    wanted = {name: len(clerk.acknowledged) + count for name, clerk in clerks.items()}

    def all_of_them() -> bool:
        return all(len(clerks[name].acknowledged) >= least for name, least in wanted.items())

    refusals = [clerk.refusals for clerk in clerks.values()]
    members.wait(all_of_them, f"{count} more rows of each, who were refused by {refusals}")


def told(figure: Figure, what: str, clerks: dict[str, Clerk]) -> None:
    for name, clerk in clerks.items():
        figure(f"postgres: {what}, without a write {name}", f"{clerk.outage:.1f} s")
    rows = sum(len(clerk.acknowledged) for clerk in clerks.values())
    figure(f"postgres: {what}, acknowledged rows lost", f"0 of {rows}")
