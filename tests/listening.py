"""What stand-ins for servers have in common: one loopback port, which can be left and come back to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener:
    """Listens from the start; each server that it makes knows it as its `fake`."""

    def __init__(self, make_server: type[ThreadingHTTPServer], handler: type[BaseHTTPRequestHandler]) -> None:
        self._make_server, self._handler = make_server, handler
        self.port = 0
        self.come_back()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def come_back(self) -> None:
        """Listen: the first time on a free port, later on the same one."""
        self._server = self._make_server(("127.0.0.1", self.port), self._handler)
        self._server.fake = self
        self.port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def leave(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._server.server_close()
