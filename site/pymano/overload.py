"""What is turned away when too much comes at once: with 503 and Retry-After, long before a client gives up.

Gunicorn takes every connection and lets its requests wait for a thread, however long. So a request that has
waited too long is not begun, and of the readings, which may each take until TorchServe's time-out, a process
takes no more than leave one thread free for the pages, for health and for saying no.
"""

import socket
import struct
from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pymano.api.limits import READINGS
from pymano.api.problems import SITE_BUSY
from pymano.faults import answer
from pymano.observation import FOR_OPERATORS

LONGEST_WAIT = 5.0

# Where `struct tcp_info` of Linux (linux/tcp.h) has tcpi_last_data_recv: ms since data last came in.
LAST_DATA_RECEIVED = 52


class OverloadMiddleware:
    """Answers what this process has room for, and tells others to come again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._turns = BoundedSemaphore(settings.READINGS_AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, unless it came too long ago or is a reading too many; operators in any case."""
        if request.path_info in FOR_OPERATORS:
            return self.get_response(request)
        if waited(request) > LONGEST_WAIT:
            return answer(request, SITE_BUSY)
        if request.method != "POST" or request.path_info != READINGS:
            return self.get_response(request)
        return self._in_turn(request)

    def _in_turn(self, request: HttpRequest) -> HttpResponse:
        if not self._turns.acquire(blocking=False):
            return answer(request, SITE_BUSY)
        try:
            return self.get_response(request)
        finally:
            self._turns.release()


def waited(request: HttpRequest) -> float:
    """Return for how many seconds a request has lain in its connection; 0 where the kernel does not say.

    The kernel's clock starts when the request arrives, before anybody accepts the connection.
    """
    connection = request.META.get("gunicorn.socket")
    if not isinstance(connection, socket.socket) or not hasattr(socket, "TCP_INFO"):
        return 0.0
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED + 4)
        [milliseconds] = struct.unpack_from("=I", told, LAST_DATA_RECEIVED)
    except (OSError, struct.error):
        return 0.0
    return float(milliseconds) / 1000
