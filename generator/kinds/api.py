"""What a component kind is: the parts that its folder must offer, and the words it speaks in.

A kind is a module (the `__init__.py` of its folder) with the names of `Kind`. Everything it
returns is a value; it reads no files and knows nothing of where its templates are written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from generator.spec.model import Chart, Component, Platform


#: Labels of pods that somebody else makes: keys and values. `{prefix}` is the release's.
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """Requests and limits of one container: millicores and bytes."""

    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A volume claim of each replica: bytes, and the storage class ("" is the cluster's own)."""

    size: int
    storage_class: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """What runs: enough to compute quotas and to select its pods.

    `replicas` is (least, most); `surge` is how many more pods a rollout may start at most.
    `token` says that its pods talk to the Kubernetes API, as the service account of its name.
    """

    name: str
    controller: str
    replicas: tuple[int, int]
    surge: int = 0
    containers: tuple[Container, ...]
    claims: tuple[Claim, ...] = ()
    token: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Env:
    """One environment variable that an edge gives to its source.

    `value` may use `{host}` for the target's service name; a `secret` is `(name, key)`.
    """

    name: str
    value: str = ""
    secret: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What connecting to a component means for the one that connects.

    `workload` is the `app.kubernetes.io/name` of the pods that answer, `service` the service
    name without the release's prefix, `port` the port of both. `wait` says that pods should
    not start before it answers. `direct` is the way around a pooler, for migrations.
    `namespace` is `MONITORING` where others' pods answer in the component's place.
    """

    workload: str
    service: str
    port: int
    env: tuple[Env, ...] = ()
    wait: bool = False
    direct: Link | None = None
    namespace: str = ""


#: In the place of a namespace in templates: that of the Prometheus which others run.
MONITORING = "{{ .Values.global.monitoringNamespace }}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """Pods of others that do a component's work in its place, in the namespace `MONITORING`.

    `workload` is their `app.kubernetes.io/name`, `account` their service account. `namespace` is
    what the value is by default.
    """

    workload: str
    account: str
    namespace: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretNeed:
    """A Secret that must exist before the component starts: its name and keys.

    `when` are values of the component's chart that must hold for it to be read. `value` is the
    path of the value that may name another one. A `prefixed` one has the release's prefix. `urls`
    are those keys whose values are addresses.
    """

    name: str
    keys: tuple[str, ...]
    when: Mapping[str, Any] = field(default_factory=dict)
    value: str = ""
    prefixed: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that a schema cannot say is wrong: where in the component, and what to do.

    The path of a `whole` one leads from the platform: to another component, for example.
    """

    path: tuple[str | int, ...]
    rule: str
    message: str
    hint: str | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One value of a chart: its place, type, default and documentation.

    `flip` is another legal value for the test that proves that the knob matters; without it
    the test makes one from the schema. `needs` are values that must hold for it to show.
    `pattern` is the path in the schema where that is wider: `*` stands for any key, so that
    subcharts which differ in nothing else share one schema. A `live` knob shows only where
    there is a cluster (`lookup`): tests with one prove it.
    """

    path: str
    doc: str
    default: Any
    schema: Mapping[str, Any]
    flip: Any = None
    needs: Mapping[str, Any] = field(default_factory=dict)
    pattern: str = ""
    live: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a chart: the template it comes from and its path inside the chart.

    `verbatim` files are copied, not filled: scripts, which must not pass through Jinja.
    """

    template: str
    path: str
    verbatim: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)


class Kind(Protocol):
    """A component kind. Modules satisfy this; see `generator/kinds/web/__init__.py`."""

    __file__: str | None
    SUMMARY: str
    SETTINGS: Mapping[str, Any]

    def read(self, name: str, data: Mapping[str, Any]) -> Any:
        """The kind's settings, from data that the schema has accepted."""

    def problems(self, component: Component, chart: Chart) -> Iterable[Problem]:
        """What is wrong with the settings that no schema can say."""

    def link(self, component: Component) -> Link | None:
        """What connecting to this component gives; None when nothing listens."""

    def secrets(self, component: Component) -> Sequence[SecretNeed]:
        """The Secrets that the component reads."""

    def workloads(self, component: Component) -> Sequence[Workload]:
        """What runs."""

    def knobs(self, component: Component, chart: Chart) -> Sequence[Knob]:
        """The values of the component's subchart."""

    def files(self, component: Component, chart: Chart) -> Sequence[File]:
        """The files of the component's subchart, beside those that every subchart has."""


class Overseer(Kind, Protocol):
    """A kind whose subcharts follow from the whole platform, as monitoring does. Optional parts."""

    def platform_problems(
        self, component: Component, chart: Chart, platform: Platform
    ) -> Iterable[Problem]:
        """What is wrong with the settings that only the whole platform can say."""

    def platform_knobs(
        self, component: Component, chart: Chart, platform: Platform
    ) -> Sequence[Knob]:
        """More values of the component's subchart."""

    def platform_files(
        self, component: Component, chart: Chart, platform: Platform
    ) -> Sequence[File]:
        """More files of the component's subchart."""


class Operated(Kind, Protocol):
    """A kind of which an operator may make the pods, or with several engines. Optional parts."""

    def folders(self, component: Component) -> tuple[str, ...]:
        """Where templates are looked for before the kind's own folder: an engine's own."""

    def pod_labels(self, component: Component) -> Mapping[str, Labels]:
        """The labels that select the pods of a workload, where they are not those of all charts."""

    def metrics_of(self, component: Component) -> str:
        """Whose metrics it has, where that is not the kind: rules and dashboards go by it."""
