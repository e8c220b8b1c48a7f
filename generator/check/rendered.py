"""Render one chart again and again, and look at all objects that come out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from generator.check import custom, kubernetes
from generator.check.helmwords import template_failure
from generator.check.manifests import ManifestReader
from generator.check.objects import Object
from generator.check.occasions import Occasion
from generator.check.rendering import Rendering
from generator.check.rules import check_object, check_rendering
from generator.errors import ToolError
from generator.findings import Finding
from generator.tools.helm import Helm


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one rendering. The text is empty where Helm refused."""

    occasion: Occasion
    findings: tuple[Finding, ...]
    objects: int = 0
    text: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Prover:
    """Proves renderings of a chart. What is known of an object is not asked a second time.

    Threads may share it: the worst that can happen is that two ask the same at once.
    """

    helm: Helm
    chart: Path
    name: str
    shown: str
    release: str
    namespace: str
    api_versions: tuple[str, ...]  # that the templates ask for: all that is switched on is rendered
    existing: frozenset[tuple[str, str]] | None
    _by_rules: dict[Object, tuple[Finding, ...]] = field(default_factory=dict)
    _by_schema: dict[tuple[Object, str], tuple[Finding, ...]] = field(default_factory=dict)
    _together: dict[tuple[Object, ...], tuple[Finding, ...]] = field(default_factory=dict)

    def prove(self, occasion: Occasion, values: Sequence[Path], *, schemas: bool = True) -> Outcome:
        """Render the chart with these values, and look at what came out."""
        try:
            text = self.render(occasion, values, schemas=schemas)
        except ToolError as error:
            return Outcome(occasion=occasion, findings=self._refusals(error, occasion, values))
        return self.judge(occasion, text)

    def _refusals(
        self, error: ToolError, occasion: Occasion, values: Sequence[Path]
    ) -> tuple[Finding, ...]:
        """What Helm says, and what it would say next: it ends at the first template that refuses.

        A subchart sees nothing of its neighbours: without the one that refuses, the others say what
        they would have said.
        """
        found = template_failure(error, self.name, self.shown)
        without: set[str] = set()
        last = found
        while (key := _subchart(last[0], self.shown)) and key not in without:
            without.add(key)
            try:
                self.render(occasion, values, schemas=False, without=without)
            except ToolError as other:
                last = template_failure(other, self.name, self.shown)
                found += last if _subchart(last[0], self.shown) not in {None, *without} else ()
            else:
                break
        return found

    def render(
        self,
        occasion: Occasion,
        values: Sequence[Path],
        *,
        schemas: bool = True,
        without: Collection[str] = (),
    ) -> str:
        """What Helm prints for these values, if need be without some subcharts."""
        return self.helm.template(
            self.chart,
            release=self.release,
            namespace=self.namespace,
            values=values,
            kube_version=occasion.kube_version,
            api_versions=self.api_versions,
            schemas=schemas,
            without=without,
        )

    def judge(self, occasion: Occasion, text: str) -> Outcome:
        """Look at all objects of a rendering."""
        manifest = self._reader.read(text)
        found = [*manifest.findings, *self._each(manifest.objects, occasion.kube_version)]
        if not manifest.findings:  # else every reference to what could not be read is amiss
            found += self._all(manifest.objects)
        return Outcome(
            occasion=occasion,
            findings=tuple(found),
            objects=len(manifest.objects),
            text=text,
        )

    @cached_property
    def _reader(self) -> ManifestReader:
        return ManifestReader(folder=self.shown, namespace=self.namespace)

    def _each(self, objects: tuple[Object, ...], version: str) -> Iterator[Finding]:
        for obj in objects:
            if obj not in self._by_rules:
                self._by_rules[obj] = tuple(check_object(obj))
            yield from self._by_rules[obj]
            if (obj, version) not in self._by_schema:
                own = kubernetes.check(obj, version)
                self._by_schema[obj, version] = custom.check(obj) if own is None else own
            yield from self._by_schema[obj, version]

    def _all(self, objects: tuple[Object, ...]) -> tuple[Finding, ...]:
        if objects not in self._together:
            rendering = Rendering(objects=objects, declared=self.existing)
            self._together[objects] = tuple(check_rendering(rendering))
        return self._together[objects]


def _subchart(finding: Finding, shown: str) -> str | None:
    """The subchart whose template refuses."""
    folder, _, rest = finding.path.removeprefix(f"{shown}/").partition("/")
    return rest.partition("/")[0] if folder == "charts" and finding.line else None
