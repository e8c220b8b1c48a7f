"""What stands for images and containers: this machine's programs in namespaces of their own.

A container sees its mounts where the chart puts them, has the user that the chart names and no
rights, and can't write anywhere else. All containers share this machine's network: each pod has an
address of its own in 127.0.0.0/8.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from tests import needs

HERE: Final = Path(__file__).resolve().parent
#: Debian's: user postgres can't run the interpreter of the tests when that lies below /root.
PYTHON: Final = "/usr/bin/python3"
NEEDED: Final = {
    PYTHON: "python3",
    "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
    "/usr/sbin/pgbouncer": "pgbouncer",
}
#: PATH of an image that a container doesn't change.
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USERS: Final = {"postgres": (1000, 1000), "pgbouncer": (998, 996)}


@dataclass(frozen=True, kw_only=True)
class Mount:
    source: Path
    target: str
    writable: bool = False


@functools.cache
def possible() -> bool:
    """Whether this machine lets us make namespaces and mount in them."""
    words = ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


class Image:
    """/usr of this machine, with what the locked packages of the tests put into /usr/local."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() != 0 or not possible():
            needs.missing("the right to make namespaces and mount", "run the tests as root")
        for path, package in NEEDED.items():
            if not Path(path).exists():
                needs.missing(path, f"apt-get install {package}")
        self.root, self.local, self.etc = folder / "root", folder / "local", folder / "etc"
        for made in (self.root, self.local, self.etc):
            made.mkdir(parents=True)
        self._packages()
        self._etc()

    def _packages(self) -> None:
        """Patroni as the lock file has it, where Debian's Python looks for packages."""
        words = [PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        version = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        place = self.local / "lib" / f"python{version}" / "dist-packages"
        for name in closure("patroni[psycopg3]"):
            for file in importlib.metadata.distribution(name).files or ():
                if ".." in file.parts or "__pycache__" in file.parts:
                    continue
                target = place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
        for name, module in (("patroni", "patroni.__main__"), ("patronictl", "patroni.ctl")):
            call = "main()" if name == "patroni" else "ctl()"
            what = call.removesuffix("()")
            # Patroni starts processes that import this file: they must not call it.
            guarded = f'if __name__ == "__main__":\n    {call}\n'
            self.program(name, f"#!{PYTHON}\nfrom {module} import {what}\n{guarded}")

    def program(self, name: str, text: str) -> None:
        """Put a program into /usr/local/bin."""
        path = self.local / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def _etc(self) -> None:
        people = {"root": (0, 0), **USERS}
        users = [f"{name}:x:{uid}:{gid}::/tmp:/bin/sh" for name, (uid, gid) in people.items()]
        (self.etc / "passwd").write_text("\n".join(users) + "\n")
        groups = [f"{name}:x:{gid}:" for name, (_, gid) in people.items()]
        (self.etc / "group").write_text("\n".join(groups) + "\n")
        (self.etc / "nsswitch.conf").write_text("hosts: files\npasswd: files\ngroup: files\n")

    def command(
        self, words: Sequence[str], mounts: Sequence[Mount], listed: Path, user: tuple[int, int]
    ) -> list[str]:
        """The command that runs these words in a container; `listed` is a file for its mounts."""
        own = [Mount(source=self.local, target="/usr/local")]
        own.append(Mount(source=Path("/etc/ssl"), target="/etc/ssl"))
        own += [Mount(source=file, target=f"/etc/{file.name}") for file in self.etc.iterdir()]
        lines = [f"{m.source} {m.target} {'rw' if m.writable else 'ro'}" for m in (*own, *mounts)]
        listed.write_text("\n".join(lines) + "\n")
        here = ["unshare", "--mount", "--pid", "--fork", "sh", str(HERE / "sandbox.sh")]
        return [*here, str(self.root), str(listed), *map(str, user), *words]


def closure(requirement: str) -> set[str]:
    """Names of the installed distributions that a requirement needs, itself among them."""
    found: set[str] = set()
    todo = [Requirement(requirement)]
    while todo:
        wanted = todo.pop()
        if str(wanted) in found:
            continue
        found.add(str(wanted))
        extras = [{"extra": extra} for extra in wanted.extras] or [{"extra": ""}]
        for text in importlib.metadata.distribution(wanted.name).requires or ():
            one = Requirement(text)
            if one.marker is None or any(map(one.marker.evaluate, extras)):
                todo.append(one)
    return {Requirement(text).name for text in found}


def first_process(process: subprocess.Popen[bytes]) -> int | None:
    """The first process of a container: its end is the end of all others there."""
    try:
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    except FileNotFoundError:
        return None
    return int(text.split()[0]) if text.split() else None
