"""Find kubectl and call it: read objects, apply them server-side, ask the API directly.

A `Kubectl` speaks to one cluster: that of its kubeconfig and context, or the user's current one.
Every call has a bound in time, both kubectl's own for each request and ours for the process. It
has no state, so threads may share it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import GeneratorError, ToolError
from generator.tools import process

Json = Mapping[str, Any]

#: Seconds that one request may take.
REQUEST = 30

_GET_ONE = (
    "scripts/get-helm of the generator's repository brings one; then name it, with KUBECTL_BIN or"
    " --kubectl. Or install kubectl (https://kubernetes.io/docs/tasks/tools)"
)

#: What kubectl prints, as the reasons of `ClusterError`.
_SIGNS = (
    # First: what does not answer is a webhook then, and who forbids is no role. And who is not let
    # in any more is told by Helm that time is up.
    (
        "admission",
        r"failed calling webhook|admission webhook \S+ denied|ValidatingAdmissionPolicy '",
    ),
    (
        "unauthorized",
        r"Unauthorized|must be logged in|token is expired|asked for the client to provide",
    ),
    (
        "unreachable",
        r"(?i)connection to the server|unable to connect|connection refused|no such host",
    ),
    (
        "unreachable",
        r"(?i)i/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout",
    ),
    ("unreachable", r"(?i)unexpected EOF|connection reset|http2: client connection lost"),
    ("forbidden", r"\(Forbidden\)|forbidden: User|is forbidden"),
    ("conflict", r"\(Conflict\)|conflicts? with \"|Apply failed with"),
    (
        "unknown-kind",
        r"no matches for kind|doesn't have a resource type|could not find the requested",
    ),
    ("missing", r"\(NotFound\)|not found"),
    ("config", r"(?i)kubeconfig|context .* does not exist|no configuration has been provided"),
    ("invalid", r"\(Invalid\)|\(BadRequest\)|is invalid|strict decoding error|unknown field"),
)
_HINTS = {
    "unreachable": "is the cluster up, and reachable from here? kubectl cluster-info",
    "unauthorized": "log in to the cluster again: it does not accept the token or certificate",
    "config": "name the cluster with --kubeconfig and --context: kubectl config get-contexts",
}


class ClusterError(ToolError):
    """The cluster or the way to it said no. `reason` is one word of the list above, or "other"."""

    def __init__(self, error: ToolError, reason: str) -> None:
        super().__init__(
            error.command, error.code, error.output, hint=error.hint or _HINTS.get(reason)
        )
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Kubectl:
    """A kubectl that was found, and the cluster that it speaks to."""

    path: Path
    kubeconfig: Path | None = None
    context: str | None = None

    def run(
        self,
        *words: str | Path,
        stdin: str | None = None,
        request: int = REQUEST,
        accept: Sequence[int] = (0,),
        bound: float | None = None,
    ) -> process.Done:
        """Any call, with the cluster and the bounds added. Raises `ClusterError`.

        `request` bounds each request in seconds, `bound` the call, which may make several.
        """
        options: list[str | Path] = [f"--request-timeout={request}s"]
        if self.kubeconfig:
            options.append(f"--kubeconfig={self.kubeconfig}")
        if self.context:
            options.append(f"--context={self.context}")
        # What follows `--` is a container's (`exec`).
        end = words.index("--") if "--" in words else len(words)
        command = [self.path, *words[:end], *options, *words[end:]]
        # What kubectl printed before it failed is kept from every message: it may be Secrets.
        try:
            done = process.run(
                command,
                stdin=stdin,
                accept=range(256),
                timeout=bound or 2 * request + 10,
                hint=None,
            )
        except ToolError as error:
            output = error.output if error.code == process.NOT_STARTED else ""
            bare = ToolError(error.command, error.code, output)
            raise ClusterError(bare, reason_of(bare)) from None
        if done.code not in accept:
            failed = ToolError([str(word) for word in command], done.code, done.stderr)
            raise ClusterError(failed, reason_of(failed))
        return done

    def list(
        self, kind: str, *, namespace: str | None = None, selector: str = "", field: str = ""
    ) -> tuple[Json, ...]:
        """The objects of a kind or, with commas, of several: in a namespace or in all (None)."""
        words = ["get", kind, "--output=json"]
        words.append(f"--namespace={namespace}" if namespace else "--all-namespaces")
        if selector:
            words.append(f"--selector={selector}")
        if field:
            words.append(f"--field-selector={field}")
        return tuple(json.loads(self.run(*words).stdout)["items"])

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Json | None:
        """One object, None where there is none."""
        words = ["get", kind, name, "--output=json", "--ignore-not-found", "--show-managed-fields"]
        if namespace:
            words.append(f"--namespace={namespace}")
        text = self.run(*words).stdout
        return json.loads(text) if text.strip() else None

    def present(self, manifests: Sequence[Json]) -> tuple[Json, ...]:
        """Those of the manifests' objects that the cluster has, as they are there.

        With their managed fields. All kinds must be known to the cluster, and what belongs to a
        namespace must name it.
        """
        if not manifests:
            return ()
        words = ["get", "--filename=-", "--output=json", "--ignore-not-found"]
        words.append("--show-managed-fields")
        return _items(self.run(*words, stdin=_list(manifests)).stdout)

    def apply(
        self,
        manifest: Json,
        *,
        manager: str,
        dry_run: bool = False,
        force: bool = False,
    ) -> Json:
        """Apply one object server-side: what the cluster has then, or would have."""
        return self.apply_all([manifest], manager=manager, dry_run=dry_run, force=force)[0]

    def apply_all(
        self,
        manifests: Sequence[Json],
        *,
        manager: str,
        dry_run: bool = False,
        force: bool = False,
    ) -> tuple[Json, ...]:
        """Apply objects server-side, in one call. Raises `ClusterError` when any is refused.

        The others are applied all the same, and what came of them is not told.
        """
        words = ["apply", "--server-side", "--filename=-", "--output=json", "--show-managed-fields"]
        words += [f"--field-manager={manager}", f"--force-conflicts={str(force).lower()}"]
        if dry_run:
            words.append("--dry-run=server")
        return _items(self.run(*words, stdin=_list(manifests)).stdout)

    def review(self, reviews: Sequence[Json]) -> tuple[Json, ...]:
        """The answers to several reviews (`SelfSubjectAccessReview`): created, and not kept."""
        done = self.run("create", "--filename=-", "--output=json", stdin=_list(reviews))
        return _items(done.stdout)

    def versions(self) -> Json:
        """`clientVersion` and `serverVersion`, each with its `gitVersion`."""
        answer: Json = json.loads(self.run("version", "--output=json").stdout)
        return answer

    def raw(self, path: str) -> Json:
        """What the API answers to a GET of a path."""
        answer: Json = json.loads(self.run("get", "--raw", path).stdout)
        return answer

    def post(self, path: str, body: Json) -> Json:
        """What the API answers to a POST: for reviews, which are created and not kept."""
        done = self.run("create", "--raw", path, "--filename=-", stdin=json.dumps(body))
        answer: Json = json.loads(done.stdout)
        return answer


def find(
    option: Path | None = None,
    *,
    project: Path,
    kubeconfig: Path | None = None,
    context: str | None = None,
) -> Kubectl:
    """The kubectl to use: the option's, KUBECTL_BIN's, that of .tools/bin, or that on PATH."""
    named = str(option) if option else os.environ.get("KUBECTL_BIN")
    inside = Path(".tools", "bin", "kubectl")
    ours = shutil.which(project / inside) or shutil.which(inside.absolute())
    found = shutil.which(named) if named else ours or shutil.which("kubectl")
    if found is None:
        what = f"{named!r} is no program" if named else "no kubectl found"
        raise GeneratorError(what, hint=_GET_ONE)
    return Kubectl(path=Path(found).absolute(), kubeconfig=kubeconfig, context=context)


def reason_of(error: ToolError) -> str:
    """One word for why a call of kubectl or Helm failed."""
    if error.code is None:
        return "unreachable"
    return next((reason for reason, sign in _SIGNS if re.search(sign, error.output)), "other")


def _list(manifests: Sequence[Json]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})


def _items(text: str) -> tuple[Json, ...]:
    """The objects that kubectl printed: none, one, several in a List, or one after another."""
    decoder, at, items = json.JSONDecoder(), 0, list[Json]()
    text = text.strip()
    while at < len(text):
        found, at = decoder.raw_decode(text, at)
        items += found["items"] if found["kind"] == "List" else [found]
        at += len(text[at:]) - len(text[at:].lstrip())
    return tuple(items)
