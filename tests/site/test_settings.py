import os
import subprocess
import sys

from django.conf import settings
from django.test import Client


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(settings.ROOT / "manage.py"), *arguments],
        env={name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_to_be_said_of_a_deployment():
    checked = manage(
        "check", "--deploy", "--fail-level", "WARNING", HTTPS="on", SECRET_KEY=os.urandom(40).hex()
    )
    assert checked.returncode == 0, checked.stderr


def test_without_a_secret_key_it_says_so():
    started = manage("migrate", SECRET_KEY="")
    assert started.returncode == 1
    assert len(started.stderr.splitlines()) == 1
    assert "SECRET_KEY" in started.stderr


def test_pages_may_load_nothing_from_elsewhere():
    policy = Client().get("/healthz")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    for word in ("unsafe", "http:", "https:", "*"):
        assert word not in policy
