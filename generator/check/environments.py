"""All renderings of one chart: the last environment in full, of the others what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from generator.check.alike import Keys, alike, completed, same
from generator.check.chartfiles import YamlFile
from generator.check.occasions import Occasion
from generator.check.rendered import Outcome, Prover
from generator.errors import ToolError
from generator.tools import pool

#: What a call of Helm brought: a rendering in full, or the text of one without the subcharts that
#: the last environment has, None where Helm refused that.
Part = Outcome | str | None


@dataclass(frozen=True, kw_only=True)
class Environments:
    """The renderings of one chart in each environment, on each version of Kubernetes."""

    prover: Prover
    files: dict[str, tuple[Path, ...]]  # the overlays of each environment
    overlays: Mapping[str, tuple[YamlFile, ...]]  # and what these say
    versions: Sequence[str]
    apart: Mapping[str, frozenset[Keys]]  # subcharts that only guards outside them look into
    schemas: bool = True  # else `helm lint` sees the last environment's values, and judges them

    def calls(self) -> Mapping[Occasion, Callable[[], Part]]:
        """What to ask Helm at once. Nothing for an environment that is the same as the last."""
        return {
            occasion: partial(self._part, occasion, self._alike[occasion.environment])
            for occasion in self._occasions
            if not self._same[occasion.environment]
        }

    def outcomes(self, parts: Mapping[Occasion, Part]) -> Iterator[Outcome]:
        """What came of every occasion, once all calls are answered."""
        for occasion in self._occasions:
            part = parts.get(occasion)
            base = parts[replace(occasion, environment=self._base)]
            assert isinstance(base, Outcome)
            if isinstance(part, Outcome):
                yield part
            elif self._same[occasion.environment]:
                yield replace(base, occasion=occasion)
            elif part is None or not base.text:
                yield self._in_full(occasion)
            else:
                text = completed(part, base.text, self._alike[occasion.environment])
                yield self.prover.judge(occasion, text)

    def _part(self, occasion: Occasion, without: frozenset[str]) -> Part:
        files = self.files[occasion.environment]
        if not without:
            schemas = self.schemas or occasion.environment != self._base
            return self.prover.prove(occasion, files, schemas=schemas)
        try:
            return self.prover.render(occasion, files, without=without)
        except ToolError:
            return None  # in full, what Helm says of it is what it says to the user

    def _in_full(self, occasion: Occasion) -> Outcome:
        call = partial(self.prover.prove, occasion, self.files[occasion.environment])
        return pool.together([call])[0]

    @cached_property
    def _occasions(self) -> tuple[Occasion, ...]:
        return tuple(
            Occasion(environment=environment, kube_version=version)
            for environment in self.files
            for version in self.versions
        )

    @property
    def _base(self) -> str:
        return next(reversed(self.files))

    @cached_property
    def _same(self) -> Mapping[str, bool]:
        base = self.overlays[self._base] if self.files else ()
        return {name: name != self._base and same(base, self.overlays[name]) for name in self.files}

    @cached_property
    def _alike(self) -> Mapping[str, frozenset[str]]:
        """By environment, the subcharts whose objects are those of the last environment."""
        base = self.overlays[self._base] if self.files else ()
        return {
            name: frozenset()
            if name == self._base
            else alike(self.apart, base, self.overlays[name])
            for name in self.files
        }
