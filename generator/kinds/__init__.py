"""The component kinds, each a folder; a repository may add its own in `kinds/`.

Adding a kind is adding a folder whose `__init__.py` has the names of `api.Kind`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from generator.errors import GeneratorError
from generator.kinds.api import Kind

HERE = Path(__file__).parent

BUILT_IN = (
    "alertmanager",
    "cron",
    "exporter",
    "grafana",
    "job",
    "postgres",
    "prometheus",
    "redis",
    "web",
    "worker",
)


def load_kinds(own: Path | None = None) -> Mapping[str, Kind]:
    """The built-in kinds, and those in the folder `own`, by name.

    A built-in one is imported when it is asked for: most specs use a few, and all cost 30 ms.
    """
    kinds: dict[str, Kind | None] = dict.fromkeys(BUILT_IN)
    if own is not None and own.is_dir():
        for folder in sorted(own.iterdir()):
            if (folder / "__init__.py").is_file():
                kinds[folder.name] = _load(folder)
    return _Kinds(kinds)


class _Kinds(Mapping[str, Kind]):
    """Kinds by name; those that are None are ours, and not imported yet."""

    def __init__(self, kinds: dict[str, Kind | None]) -> None:
        self._kinds = kinds

    def __getitem__(self, name: str) -> Kind:
        kind = self._kinds[name]
        if kind is None:
            kind = cast(Kind, importlib.import_module(f"generator.kinds.{name}"))
            self._kinds[name] = kind
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


def _load(folder: Path) -> Kind:
    name = f"platform_kinds_{folder.name}"
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # The author's folder is theirs: a build writes charts/ and dist/, nothing else.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise GeneratorError(f"the kind in {folder} can't be loaded: {error}") from error
    finally:
        sys.dont_write_bytecode = before
    missing = [n for n in Kind.__annotations__ if n[0] != "_" and not hasattr(module, n)]
    missing += [n for n in vars(Kind) if not n.startswith("_") and not hasattr(module, n)]
    if missing:
        raise GeneratorError(
            f"the kind in {folder} lacks {', '.join(sorted(missing))}",
            hint="generator/kinds/api.py says what a kind must offer",
        )
    return cast(Kind, module)
