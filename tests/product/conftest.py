from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import pipeline
from tests.product.platforms import Made, copied, made, title


@pytest.fixture(scope="session")
def charts_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], tuple[Made, ...]]:
    """The charts of a platform, built once, in a folder where tests may write beside them."""

    @functools.cache
    def build(spec: Path) -> tuple[Made, ...]:
        copy = copied(spec, tmp_path_factory.mktemp(title(spec)))
        pipeline.build(copy, prove=False)
        return made(copy)

    return build
