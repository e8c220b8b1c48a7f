"""A made-up day of a platform: what its declared metrics could have been, the same each time."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping

from generator.kinds.common.exports import Export

#: A Tuesday in March, from midnight to midnight, and two hours before for rates to begin with.
MIDNIGHT = 1772496000
DAY = 86400
BEFORE = 7200
STEP = 600

#: Bounds of every histogram, beside those that the spec says.
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Labels = tuple[tuple[str, str], ...]


def openmetrics(exports: Iterable[tuple[str, Export]], words: Mapping[str, tuple[str, ...]]) -> str:
    """Every series of the day, of components and what they export.

    `words` are values of labels; others get numbers.
    """
    lines = (
        line
        for component, one in exports
        for labels, rarity in _labels(one, words)
        for line in _of_type(one, (("job", component),), labels, rarity)
    )
    return "\n".join([*lines, "# EOF", ""])


def _labels(export: Export, words: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Labels, float]]:
    """Every combination, and how rare it is: of values in a list, the first come most.

    A label that follows another has one value for each of the other's.
    """
    values = {
        one.name: words.get(one.name) or one.values or (f"{one.name} 1", f"{one.name} 2")
        for one in export.labels
    }
    free = [one for one in export.labels if one.follows is None]
    for chosen in itertools.product(*(range(len(values[one.name])) for one in free)):
        index = dict(zip((one.name for one in free), chosen, strict=True))
        for one in export.labels:
            if one.follows is not None:
                index[one.name] = index[one.follows] % len(values[one.name])
        listed = [one.name for one in export.labels if one.values]
        rarity = math.prod(0.3 ** index[name] for name in listed)
        yield tuple((name, values[name][at]) for name, at in index.items()), rarity


def _of_type(metric: Export, target: Labels, labels: Labels, rarity: float) -> Iterator[str]:
    seed = f"{metric.name}{labels}"
    labels = (*target, *labels)
    if metric.type == "gauge":
        high = 1.0 if metric.unit == "ratio" else 40.0 + 160 * _share(seed)
        for at in _times():
            yield _line(metric.name, labels, high * (0.35 + 0.5 * _tide(seed, at)), at)
        return
    speed = (0.5 + _share(seed)) / 60 * rarity * (45 if metric.unit == "currency" else 1)
    if metric.type == "counter":
        for at, total in _growing(seed, speed):
            yield _line(metric.name, labels, total, at)
        return
    if metric.type == "summary":
        for at, total in _growing(seed, speed):
            yield _line(f"{metric.name}_count", labels, total, at)
            yield _line(f"{metric.name}_sum", labels, total * _share(seed), at)
        return
    bounds = sorted({*BOUNDS, *metric.bounds})
    middle = 0.06 + 0.12 * _share(seed)
    for at, total in _growing(seed, speed):
        for bound in (*bounds, math.inf):
            edge = (("le", "+Inf" if bound == math.inf else f"{bound}"),)
            below = 1 - math.exp(-bound / middle)
            yield _line(f"{metric.name}_bucket", (*labels, *edge), total * below, at)
        yield _line(f"{metric.name}_count", labels, total, at)
        yield _line(f"{metric.name}_sum", labels, total * middle, at)


def _growing(seed: str, speed: float) -> Iterator[tuple[int, float]]:
    total = 0.0
    for at in _times():
        total += STEP * speed * _tide(seed, at)
        yield at, total


def _times() -> range:
    return range(MIDNIGHT - BEFORE, MIDNIGHT + DAY + 1, STEP)


def _tide(seed: str, at: int) -> float:
    """Little by night, much in the afternoon, a little ripple of its own; from 0 to 1."""
    hour = (at - MIDNIGHT) / 3600
    day = max(0.0, math.sin((hour - 7) / 14 * math.pi)) if 7 <= hour <= 21 else 0.0
    ripple = math.sin(hour * (1.5 + 2 * _share(seed)) + 6 * _share(seed[::-1]))
    return min(1.0, max(0.0, 0.08 + 0.75 * day + 0.1 * ripple * (0.3 + day)))


def _share(seed: str) -> float:
    """From 0 to 1, by the seed alone."""
    return zlib.crc32(seed.encode()) % 1000 / 1000


def _line(name: str, labels: Labels, value: float, at: int) -> str:
    inside = ",".join(f'{label}="{text}"' for label, text in labels)
    return f"{name}{{{inside}}} {value:.6g} {at}"
