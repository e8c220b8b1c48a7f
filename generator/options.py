"""The options that commands share, and what every help page ends with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

EPILOG = """\b
Exit codes:
  0    nothing to report
  1    the tool or its surroundings failed
  2    stale, drifted, not ready, or changes pending
  3    findings or invalid input
  64   the command line is wrong
  130  interrupted
"""


class KubernetesVersion(click.ParamType[str]):
    """A version as `kubectl version` prints it, with or without its last number."""

    name = "VERSION"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"v?1\.\d+(\.\d+)?", value):
            self.fail(f"{value!r} is no version of Kubernetes, like 1.34", param, ctx)
        return value.removeprefix("v")


KUBERNETES = KubernetesVersion()


def spec_option(function: Function) -> Function:
    return click.option(
        "-f",
        "--file",
        "spec",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("platform.yaml"),
        show_default=True,
        help="The spec. Everything is read and written beside it.",
    )(function)


def helm_option(function: Function) -> Function:
    return click.option(
        "--helm",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Helm to use. Otherwise HELM_BIN, .tools/bin/helm beside the spec or here, the PATH.",
    )(function)


def environment_option(function: Function) -> Function:
    return click.option(
        "-e", "--env", "environment", required=True, help="Environment whose overlay is used."
    )(function)


def cluster_options(function: Function) -> Function:
    """Which cluster, and by which tools: `helm`, `kubectl`, `kubeconfig`, `context`."""
    path = click.Path(path_type=Path, dir_okay=False)
    function = click.option(
        "--context", help="Context of the kubeconfig. Otherwise its current one."
    )(function)
    function = click.option(
        "--kubeconfig", type=path, help="Otherwise KUBECONFIG, or ~/.kube/config."
    )(function)
    function = click.option(
        "--kubectl",
        type=path,
        help="kubectl to use. Otherwise KUBECTL_BIN, .tools/bin/kubectl, the PATH.",
    )(function)
    return helm_option(function)


def output_option(function: Function) -> Function:
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["json", "text"]),
        default="text",
        show_default=True,
        help="Format of the answer.",
    )(function)
