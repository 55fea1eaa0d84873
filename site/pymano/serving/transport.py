"""Connections to TorchServe, its replicas' addresses, and answers that end in time. Errors are requests'."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

POOL_SIZE: Final = 32
ANSWER_BYTES: Final = 2_000_000


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE, max_retries=0))
    return session


_http = _session()


@contextmanager
def connections() -> Iterator[requests.Session]:
    """Give the connections that are kept or, where each is to lead to another replica, new ones.

    TorchServe keeps a connection even where it is asked not to: this side has to close it.
    """
    if settings.TORCHSERVE_KEEP_ALIVE:
        yield _http
        return
    with _session() as session:
        yield session


def content(response: requests.Response, deadline: float) -> bytes:
    """Return the body; a time-out of the socket alone would let an answer trickle in for ever."""
    body = b""
    while piece := response.raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > ANSWER_BYTES:
            raise requests.RequestException("the answer is too long")
        if time.monotonic() > deadline:
            raise requests.ReadTimeout("the answer does not end")
    return body


def replicas() -> list[str]:
    """Return each replica's management URL: all addresses that the setting's URLs lead to, once each."""
    urls = (url.strip().rstrip("/") for url in settings.TORCHSERVE_MANAGEMENT_URL.split(","))
    return list(dict.fromkeys(replica for url in urls if url for replica in _behind(url)))


def _behind(url: str) -> list[str]:
    """Return the URL with each address that its name has, as a headless Service of Kubernetes gives replicas.

    TLS is for names, so that such a URL stays as it is, as does one whose name is unknown.
    """
    parts = urlsplit(url)
    if parts.scheme == "https":
        return [url]
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return [url]
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    hosts = (f"[{address}]" if ":" in address else address for address in addresses)
    return [parts._replace(netloc=f"{host}:{parts.port or 80}").geturl() for host in hosts]
