"""Schedules as Kubernetes reads them: five fields, or a word like @daily."""

from __future__ import annotations

import re

from generator.spec.remedy import nearest

_WORDS = frozenset(
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

#: Name, least, most and words of each field. Sunday is 0 and never 7.
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {word: number for number, word in enumerate(_DAYS)}),
)
_PART = re.compile(r"(\*|\?|[0-9a-z]+(?:-[0-9a-z]+)?)(?:/([0-9]+))?")


def schedule_problem(text: str) -> str | None:
    """What is wrong with a schedule, None when Kubernetes would take it."""
    if text.startswith("@"):
        known = text in _WORDS or re.fullmatch(r"@every ([0-9]+[hms])+", text)
        return None if known else f"{text!r} is none of {', '.join(sorted(_WORDS))}"
    fields = text.split()
    if len(fields) != 5:
        return f"expected 5 fields, got {len(fields)} in {text!r}"
    for field, (name, least, most, words) in zip(fields, _FIELDS, strict=True):
        for part in field.lower().split(","):
            problem = _part_problem(part, least, most, words)
            if problem:
                return f"{name}: {problem}"
    return None


def zone_problem(name: str) -> tuple[str, str] | None:
    """What is wrong with a time zone and what was meant, None for one that exists."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        ZoneInfo(name)
        return None
    except (ZoneInfoNotFoundError, OSError):  # the latter for a folder of zones
        close = nearest(name, available_timezones())
        hint = f"did you mean {close!r}?" if close else "zones are named after a large city"
        return f"there is no time zone {name!r}", hint


def _part_problem(part: str, least: int, most: int, words: dict[str, int]) -> str | None:
    """`*`, `5`, `1-5`, each with `/step` if wanted."""
    match = _PART.fullmatch(part)
    if match is None:
        return f"can't read {part!r}"
    if match[2] is not None and int(match[2]) == 0:
        return f"the step in {part!r} is 0"
    if match[1] in ("*", "?"):
        return None
    numbers = [words.get(text, int(text) if text.isdigit() else -1) for text in match[1].split("-")]
    if not all(least <= number <= most for number in numbers):
        return f"{part!r} is not within {least} and {most}"
    if numbers[0] > numbers[-1]:
        return f"{part!r} ends before it starts"
    return None
