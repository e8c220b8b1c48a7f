"""A client of the Redis protocol as an application has one: it keeps a connection, and retries."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any


class ReplyError(Exception):
    """The server answered with an error."""


class Connection:
    """One connection. `command` answers text, numbers, None and lists."""

    def __init__(
        self,
        address: str,
        port: int,
        user: str,
        password: str,
        *,
        context: ssl.SSLContext | None,
        name: str,
        timeout: float = 2,
    ) -> None:
        plain = socket.create_connection((address, port), timeout=timeout)
        with contextlib.ExitStack() as stack:
            stack.callback(plain.close)
            self._socket = context.wrap_socket(plain, server_hostname=name) if context else plain
            self._file = self._socket.makefile("rb")
            # The server may die or refuse while we come in: nobody else could close these.
            stack.callback(self.close)
            self.command("AUTH", user, password)
            stack.pop_all()

    def close(self) -> None:
        for each in (self._file, self._socket):
            with contextlib.suppress(OSError):
                each.close()

    def command(self, *words: object) -> Any:
        return self.commands([words])[0]

    def commands(self, many: list[tuple[object, ...]]) -> list[Any]:
        """Several commands at once; the first error among the answers is raised."""
        self._socket.sendall(b"".join(map(_encoded, many)))
        answers = [self._answer() for _ in many]
        for answer in answers:
            if isinstance(answer, ReplyError):
                raise answer
        return answers

    def _answer(self) -> Any:
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server is gone")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            return ReplyError(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self._file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self._answer() for _ in range(int(rest))]
        return rest


def _encoded(words: tuple[object, ...]) -> bytes:
    parts = [str(word).encode() for word in words]
    found = [b"*%d\r\n" % len(parts)]
    for part in parts:
        found.append(b"$%d\r\n%s\r\n" % (len(part), part))
    return b"".join(found)
