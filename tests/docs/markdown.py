"""Reads the pages: their code blocks, with the comment above each, and their links."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests import needs

ROOT = needs.ROOT
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<verb>\w+): (?P<what>\S+) -->\n *)?```(?P<language>\w+)\n"
    r"(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block. `verb` and `what` come from a comment like `<!-- file: name -->` above it."""

    language: str
    text: str
    verb: str | None
    what: str | None
    line: int

    @property
    def commands(self) -> list[str]:
        """Of a console block: what is typed after each `$`, with lines that go on."""
        joined = self.text.replace("\\\n", " ")
        return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        yield Block(
            language=found["language"],
            text=textwrap.dedent(found["text"]),
            verb=found["verb"],
            what=found["what"],
            line=text[: found.start()].count("\n") + 1,
        )


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link into a page may name: its headings, as GitHub spells them, and its own marks."""
    text = prose(page)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", _plain(title).lower()).replace(" ", "-") for title in headings}
    return slugs | set(re.findall(r'id="([^"]+)"', text))


def script(name: str = "docs") -> ModuleType:
    """A script as a module: scripts/docs, or another one."""
    loader = importlib.machinery.SourceFileLoader(f"{name}_script", str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    loader.exec_module(module)
    return module


def _plain(title: str) -> str:
    """A heading without its marks: links become their text."""
    title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
    return title.replace("&lt;", "<").replace("&gt;", ">")
