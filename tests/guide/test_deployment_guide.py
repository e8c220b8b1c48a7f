"""The customer's guide, top to bottom: each name, number, host and command is in the charts."""

from __future__ import annotations

import re

import pytest

from generator import pipeline
from tests import needs
from tests.guide import architecture, elsewhere, operations, resources
from tests.guide.cluster import APP, MONITORING, Cluster
from tests.guide.row import Row
from tests.product.platforms import Made, copied, made

GUIDE = needs.ROOT / "docs" / "deployment-guide.md"
DEVIATIONS = needs.ROOT / "docs" / "deviations.md"
TEXT = GUIDE.read_text(encoding="utf-8")
ROWS: tuple[Row, ...] = (*architecture.ROWS, *resources.ROWS, *operations.ROWS)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Both charts, rendered with the values of production."""
    spec = copied(needs.ROOT / "platform.yaml", tmp_path_factory.mktemp("guide"))
    pipeline.build(spec, prove=False)
    charts: dict[str, Made] = {each.chart.name: each for each in made(spec)}
    assert {name: each.chart.namespace for name, each in charts.items()} == {
        "bookedbarber": APP,
        "monitoring": MONITORING,
    }
    return Cluster(charts={each.chart.namespace: each for each in charts.values()})


@pytest.mark.parametrize("row", ROWS, ids=[row.quote.strip()[:60] for row in ROWS])
def test_the_guide_is_kept(row, cluster):
    row.check(cluster)


def test_the_table_walks_the_guide_from_top_to_bottom():
    """Each quote is in the guide, after the one before it."""
    position = 0
    for row in ROWS:
        found = TEXT.find(row.quote, position)
        assert found >= 0, f"not in the guide after the row before: {row.quote!r}"
        position = found


def test_no_line_of_the_guide_is_left_out():
    """Commands, list items and rows of tables: each is quoted, or speaks of something else."""
    quotes = [row.quote.strip() for row in ROWS] + [line.strip() for line in elsewhere.LINES]
    left = [line for line in specific_lines() if not any(quote in line for quote in quotes)]
    assert left == []
    for line in elsewhere.LINES:
        assert line.strip() in TEXT, line


def specific_lines():
    """The lines of the guide that name something: code, list items, bodies of tables, totals."""
    code = table = False
    for line in TEXT.splitlines():
        text = line.strip()
        if text.startswith("```"):
            code = not code
        elif code:
            if text and (not text.startswith("#") or "http://" in text):
                yield text
        elif text.startswith("|"):
            if table:
                yield text
            table = table or set(text) <= set("|-")
        else:
            table = False
            if re.match(r"(- |\d\. |✅|\*\*)", text):
                yield text


def test_names_of_more_than_one_object_are_those_of_the_guide(cluster):
    """The namespaces, and the charts' releases, which the names depend on."""
    assert {each.chart.name for each in cluster.charts.values()} == {"bookedbarber", "monitoring"}


def test_deviations_are_listed(golden):
    """docs/deviations.md is this table: `pytest tests/guide --refresh-golden` writes it."""
    lines = [
        "# Deviations from the deployment guide",
        "",
        "Where the [guide](deployment-guide.md) is wrong, or leaves something open, something",
        "else was decided. This list is made of the table in `tests/guide/`, whose checks hold it",
        "to the charts. What is not listed is as the guide says.",
        "",
        "| The guide | Instead | Because |",
        "| --- | --- | --- |",
    ]
    for row in ROWS:
        if row.instead:
            quote = re.sub(r"^([-✅] ?|\d+\. )", "", row.quote.strip()).replace("**", "")
            quote = quote.replace("|", "·").strip("· ") if "|" in quote else quote
            said = f"`{quote}`" if quote.startswith(("kubectl", "./")) else quote
            lines.append(f"| {said} | {sentence(row.instead)} | {sentence(row.because)} |")
    golden(DEVIATIONS, "\n".join(lines) + "\n")


def sentence(text):
    return f"{text[0].upper()}{text[1:]}."


def test_the_table_is_as_long_as_the_guide():
    assert len(ROWS) > 100
    assert sum(bool(row.instead) for row in ROWS) > 30
