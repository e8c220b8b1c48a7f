"""Exporters of others, built from source, as the chart would start them."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests import needs
from tests.kinds.data import running, until

_HOW: Final = "scripts/get-exporters builds it once, with Go 1.26 or later and a module proxy"
_SOURCES: Final = Path(__file__).with_name("sources") / "go.mod"
_LISTEN: Final = re.compile(r"(?<=^--web.listen-address=):(\d+)$")


def program(name: str) -> Path:
    """An exporter, built if this machine never did."""
    command = [sys.executable, str(needs.ROOT / "scripts" / "get-exporters")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        needs.missing(name, _HOW)
    return Path(done.stdout.strip()) / name


def version(module: str) -> str:
    """Which release of a module is built."""
    (found,) = re.findall(rf"^\s{re.escape(module)} (v\S+)", _SOURCES.read_text(), re.MULTILINE)
    return str(found)


@contextlib.contextmanager
def exporting(
    name: str, words: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of one that runs and answers."""
    with running([str(program(name)), *words], log=log, env=dict(env or {})) as process:
        address = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                return bool(page(f"{address}/metrics"))
            return False

        until(answers, f"{name} to answer", 60)
        yield address


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def listening(words: Sequence[str], port: int) -> list[str]:
    """Rendered arguments, at a port of this machine."""
    changed = [_LISTEN.sub(f"127.0.0.1:{port}", word) for word in words]
    assert changed != list(words)
    return changed
