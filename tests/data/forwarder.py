"""Connections sent on to whoever serves at that moment: a Service, or the way to the API server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Address = tuple[str, int]


class Forwarder:
    """Listens at an address. `choose` names the target of a new connection; None refuses it.

    Connections that stand stay with their target, as kube-proxy leaves them.
    """

    def __init__(self, listen: Address, choose: Callable[[], Address | None]) -> None:
        self._choose = choose
        self._flowing = threading.Event()
        self._flowing.set()
        self._ended = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(listen, backlog=600)
        self._start(self._accept)

    def freeze(self) -> None:
        """From now on nothing answers: nobody is refused, and nothing arrives."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def close(self) -> None:
        self._ended = True
        self._flowing.set()
        # Closing alone does not wake who waits for a connection.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(15)
            assert not thread.is_alive()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            self._start(self._serve, one)

    def _serve(self, one: socket.socket) -> None:
        self._flowing.wait()
        with one:
            target = None if self._ended else self._choose()
            if target is None:
                return
            try:
                other = socket.create_connection(target, timeout=5)
            except OSError:
                return
            with other:
                other.settimeout(None)
                pair = {one, other}
                self._open |= pair
                back = threading.Thread(target=self._pump, args=(other, one), daemon=True)
                back.start()
                self._pump(one, other)
                back.join()
                self._open -= pair

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass on what arrives until one of them ends."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                if self._ended:
                    break
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
