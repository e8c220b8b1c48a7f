"""What the API server answered to all that the members asked in the tests before."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from tests.data.ledger import NAME
from tests.data.members import Members
from tests.data.patroni.applications import Figure

#: `"PATCH /api/v1/namespaces/shop/configmaps/ledger-leader HTTP/1.1" 200`, as urllib3 tells it.
_ANSWER: Final = re.compile(
    r'"([A-Z]+) /api/v1/namespaces/[\w-]+/(\w+)(/[\w-]+)?(\?\S*)? HTTP/1\.1" (\d+)'
)
_VERBS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def verb(method: str, name: str, query: str) -> str:
    """The verb of a request, as a Role names it."""
    if method == "GET":
        return "get" if name else "watch" if "watch=" in query.lower() else "list"
    return _VERBS[method]


def test_the_role_is_enough_and_not_more(members: Members, figure: Figure):
    """Each answer that Patroni got in all that happened before is in the members' logs."""
    answers: Counter[str] = Counter()
    used: set[tuple[str, str]] = set()
    for path in members.around.folder.glob(f"{NAME}-?.log"):
        text = path.read_text(errors="replace")
        for method, resource, name, query, status in _ANSWER.findall(text):
            answers[status] += 1
            used.add((verb(method, name, query), resource))
    total = sum(answers.values())
    assert total > 100, answers
    assert answers["401"] + answers["403"] == 0
    granted = {
        (verb, resource)
        for rule in members.objects.one("Role", NAME)["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == used
    figure("postgres: answers of the API server that refused, of all", f"0 of {total}")
