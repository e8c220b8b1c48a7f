"""Digests of images.lock become the defaults of the values that hold digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from generator.kinds.api import Knob


def pin(knobs: Sequence[Knob], images: Mapping[str, str], app_version: str) -> Iterator[Knob]:
    """The knobs, with the locked digest of each image that is in the lock."""
    if not images:
        yield from knobs
        return
    defaults = {knob.path: knob.default for knob in knobs}
    for knob in knobs:
        parent, _, leaf = knob.path.rpartition(".")
        digest = None
        if leaf == "digest" and f"{parent}.repository" in defaults and not knob.default:
            registry = defaults.get(f"{parent}.registry")
            tag = defaults.get(f"{parent}.tag") or app_version
            name = f"{defaults[f'{parent}.repository']}:{tag}"
            digest = images.get(f"{registry}/{name}" if registry else name)
        yield replace(knob, default=digest) if digest else knob
