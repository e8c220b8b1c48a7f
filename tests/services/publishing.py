"""Publishing in tests: in this process, and in one of its own that can be killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from generator.ship.oci import Access
from generator.ship.publish import publish
from generator.ship.registry import Registry
from tests import needs

# A publisher in a process of its own: Helm, address, plain HTTP or not, archives.
PUBLISHER = """
import sys
from pathlib import Path
from generator.errors import GeneratorError
from generator.ship.oci import Access
from generator.ship.publish import publish
from generator.tools.helm import Helm
helm = Helm(path=Path(sys.argv[1]), version=(4, 3, 1))
try:
    publish([Path(path) for path in sys.argv[3:]], sys.argv[2], find_helm=lambda: helm,
            access=Access(plain_http=True))
except GeneratorError as error:
    print(error.message)
    sys.exit(error.exit_code)
"""


def access_to(server, **changes) -> Access:
    """With the credentials that `helm registry login` left."""
    options = {"ca_file": server.ca_file, "plain_http": server.plain_http}
    return Access(**{**options, "registry_config": server.config, **changes})


def actions(packages, server, where, real_helm, **options) -> list[str]:
    options.setdefault("access", access_to(server))
    paths = [each.path for each in packages]
    outcomes = publish(paths, server.charts(where), find_helm=lambda: real_helm, **options)
    return [each.action for each in outcomes]


def digest_in(server, where: str, name: str, version: str = "1.2.3") -> str | None:
    """The digest of the archive that a plain registry holds now."""
    found = Registry(server.host, plain_http=True).published(f"{where}/{name}", version)
    return found.chart if found else None


def start(program: Path, server, where: str, packages) -> subprocess.Popen[str]:
    """A publisher in a process of its own."""
    words = [program, server.charts(where), *(each.path for each in packages)]
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, *map(str, words)],
        cwd=needs.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def wrapped(path: Path, lines: str) -> Path:
    """A program that stands in for Helm: $HELM is the real one."""
    path.write_text(f"#!/bin/sh\nHELM={needs.helm(4)}\n{lines}\n")
    path.chmod(0o755)
    return path
