"""Which files of a chart a `.helmignore` keeps out, by Helm's rules.

They are not git's. Rules are tried in order and the first that matches decides; a rule without a
slash looks at the last part of the path only; `*` and `?` never match a slash, and there is no
`**`. A rule with `!` does not bring a file back: it keeps out whatever it does *not* match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.errors import InputError
from generator.findings import Finding

# Helm adds this one to every chart: no dot files right below templates/.
_DEFAULT = "templates/.?*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One line: matches whole paths or only last parts; `inverted` for `!`."""

    pattern: re.Pattern[str]
    whole_path: bool
    only_directories: bool
    inverted: bool

    def ignores(self, path: str, is_directory: bool) -> bool:
        if self.only_directories and not is_directory:
            return self.inverted
        subject = path if self.whole_path else path.rpartition("/")[2]
        return (self.pattern.fullmatch(subject) is not None) != self.inverted


def parse(text: str, place: str) -> tuple[Rule, ...]:
    """The rules of a `.helmignore` file, all that is wrong with it reported at once."""
    rules, findings = [], []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            rules.append(_rule(line))
        except ValueError as error:
            findings.append(
                Finding(path=place, line=number, col=1, rule="helmignore", message=str(error))
            )
    if findings:
        raise InputError(findings)
    return (*rules, _rule(_DEFAULT))


def ignored(rules: tuple[Rule, ...], path: str, *, is_directory: bool) -> bool:
    """Whether Helm leaves out this path, which is relative to the chart."""
    return any(rule.ignores(path, is_directory) for rule in rules)


def _rule(line: str) -> Rule:
    if "**" in line:
        raise ValueError(f"{line!r}: Helm does not know `**`")
    body = line.removeprefix("!")
    name = body.removesuffix("/")
    return Rule(
        pattern=re.compile(_translate(name.removeprefix("/")), re.DOTALL),
        whole_path="/" in name,
        only_directories=body.endswith("/"),
        inverted=line.startswith("!"),
    )


def _translate(glob: str) -> str:
    """Go's filepath.Match as a regular expression."""
    out, rest = [], glob
    while rest:
        first, rest = rest[0], rest[1:]
        if first == "*":
            out.append("[^/]*")
        elif first == "?":
            out.append("[^/]")
        elif first == "[":
            members, rest = _members(rest, glob)
            out.append(members)
        elif first == "\\":
            if not rest:
                raise ValueError(f"{glob!r}: nothing after the backslash")
            out.append(re.escape(rest[0]))
            rest = rest[1:]
        else:
            out.append(re.escape(first))
    return "".join(out)


def _members(rest: str, glob: str) -> tuple[str, str]:
    """The inside of `[...]` and what comes after it. Only `^` inverts, and `-` needs both ends."""
    inverted = rest.startswith("^")
    rest = rest.removeprefix("^")
    ranges: list[str] = []
    while not (rest.startswith("]") and ranges):
        low, rest = _member(rest, glob)
        high = low
        if rest.startswith("-"):
            high, rest = _member(rest[1:], glob)
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    inside = "".join(ranges)
    if not inside:  # only empty ranges: nothing, or inverted anything
        return ("[^/]" if inverted else "(?!)"), rest[1:]
    # As in Go, `[^a]` does match a slash.
    return f"[{'^' if inverted else ''}{inside}]", rest[1:]


def _member(rest: str, glob: str) -> tuple[str, str]:
    escaped = rest.startswith("\\")
    rest = rest[1:] if escaped else rest
    if not rest or (not escaped and rest[0] in "-]"):
        raise ValueError(f"{glob!r}: unfinished or empty [...]")
    return rest[0], rest[1:]
