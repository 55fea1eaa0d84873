"""How gunicorn runs the site, wherever it runs: `gunicorn --config site/gunicorn.conf.py pymano.wsgi`.

WEB_CONCURRENCY says how many processes, WEB_THREADS how many threads each has. It listens on every address,
as a container wants; where there is no container, `--bind 127.0.0.1:8000` goes on the command line.
"""

import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

SITE = str(Path(__file__).resolve().parent)
sys.path.insert(0, SITE)  # gunicorn would find it only for its workers

from pymano import env, logs  # noqa: E402

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108

bind = "0.0.0.0:8000"
pythonpath = SITE
worker_class = "gthread"
workers = env.number("WEB_CONCURRENCY", 2)
# Many, for most of them wait: for TorchServe, for the database. Readings leave one of them free.
threads = env.number("WEB_THREADS", 16)
raw_env = [f"READINGS_AT_ONCE={env.number('READINGS_AT_ONCE', max(1, threads - 1))}"]

# Above what TorchServe may take, below what a proxy waits.
timeout = graceful_timeout = 30
# Longer than proxies keep an idle connection, or one that they are about to use would be closed under them.
keepalive = 75

# Who sends nothing for so long in the middle of a request, or takes nothing of an answer, is left: gunicorn
# has no limit of its own there. How long a body may take as a whole is for pymano.intake to say.
SILENT_SECONDS = 15

# Workers show that they live by touching a file. In memory: the root may be read-only, a disk may be slow.
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
control_socket_disable = True
# Whose X-Forwarded-… is believed is for the site to say (TRUSTED_PROXIES); gunicorn trusts this machine.
forwarded_allow_ips = ""

logconfig_dict = logs.config(env.choice("LOG_FORMAT", "line", "json"))

METRICS = env.text("PROMETHEUS_MULTIPROC_DIR", "")


def on_starting(server: Any) -> None:  # noqa: ARG001
    """Begin without the counts of an earlier run, whose processes are gone."""
    if METRICS:
        folder = Path(METRICS)
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.db"):
            left.unlink(missing_ok=True)


def post_worker_init(worker: Any) -> None:
    """Have the system end such waits; connections inherit it from the socket that they come in on."""
    for listener in worker.sockets:
        for wait in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.setsockopt(socket.SOL_SOCKET, wait, struct.pack("ll", SILENT_SECONDS, 0))


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """Take a dead worker's gauges out; what it counted stays in the sums."""
    if METRICS:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid, METRICS)  # type: ignore[no-untyped-call]
