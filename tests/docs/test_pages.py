"""What people read by hand: links lead somewhere, tables are true, decisions are listed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import errors
from generator.cli import INTERRUPTED, USAGE
from generator.kinds.api import Kind
from generator.options import EPILOG
from tests.docs.markdown import PAGES, ROOT, anchors, blocks, prose

README = ROOT / "README.md"
DECISIONS = ROOT / "docs" / "decisions"

_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(link)
    assert not broken


def test_exit_codes_are_those_of_the_errors_and_of_the_help() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", prose(README), re.MULTILINE)
    assert {int(code): text.replace("`", "") for code, text in rows} == {
        int(code): text for code, text in re.findall(r"^ +(\d+) +(.+)$", EPILOG, re.MULTILINE)
    }
    raised = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.GeneratorError)
    }
    assert raised | {0, 2, USAGE, INTERRUPTED} == {int(code) for code, _ in rows}


def test_every_decision_is_listed_and_short() -> None:
    listed = set(_LINK.findall((DECISIONS / "README.md").read_text(encoding="utf-8")))
    pages = {path.name: path for path in DECISIONS.glob("[0-9]*.md")}
    assert listed == set(pages)
    assert len({name[:4] for name in pages}) == len(pages), "two with one number"
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        number = int(name.partition("-")[0])
        assert text.startswith(f"# {number}. ")
        assert text.count("\n") <= 40, name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "What was measured", "Consequences"], name


def test_decisions_that_the_code_names_exist() -> None:
    named = set()
    for path in (ROOT / "generator").rglob("*.py"):
        named |= set(re.findall(r"docs/decisions/([\w.-]+\.md)", path.read_text(encoding="utf-8")))
    assert named <= {path.name for path in DECISIONS.iterdir()}


def test_contributing_fits_a_page_and_the_guide_is_short() -> None:
    assert (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").count("\n") <= 66
    assert (ROOT / "docs" / "guide.md").read_text(encoding="utf-8").count("\n") <= 250


def test_the_names_of_the_kinds_protocol_are_those_of_the_guides_own_kind() -> None:
    """The smallest own kind that the guide shows offers all that a kind must."""
    block = next(b for b in blocks(ROOT / "docs" / "guide.md") if b.language == "python")
    offered: dict[str, Any] = {}
    exec(compile(block.text, "guide", "exec"), offered)
    wanted = {name for name in vars(Kind) if not name.startswith("_")} | {"SUMMARY", "SETTINGS"}
    assert wanted <= set(offered)


def test_ci_snippets_are_yaml() -> None:
    snippets = [b for b in blocks(README) if b.language == "yaml"]
    assert len(snippets) == 3
    assert all(isinstance(yaml.safe_load(snippet.text), dict) for snippet in snippets)


def test_the_changelog_has_the_version_of_the_package() -> None:
    from generator import __version__

    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
