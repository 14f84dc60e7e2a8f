"""A TCP connection that a test can cut."""

import socket
import threading
import time
from contextlib import suppress

from tests.integration.running import free_port


class Wire:
    """A stretch of cable between a server and what it needs, which can be cut and mended.

    `received`: how many bytes the far end has sent; `passes`: while it is not set, bytes go in and do not come out.
    """

    def __init__(self, target: tuple[str, int], *, bytes_a_second: float = float("inf")) -> None:
        self.target, self._bytes_a_second = target, bytes_a_second
        self.port, self.received = free_port(), 0
        self.passes = threading.Event()
        self.passes.set()
        self.ends: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        with suppress(OSError):  # it was cut before
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def _take(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, far = listener.accept()[0], socket.create_connection(self.target)
                self.ends += [near, far]
                for source, sink, counted in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._carry, args=(source, sink, counted), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.passes.wait()
                self.received += len(data) * counted
                sink.sendall(data)
                time.sleep(len(data) / self._bytes_a_second)
        for end in (source, sink):  # whoever hangs up is noticed at the other end
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()  # else what its peer still has to send waits for somebody who reads no more
