import os
import subprocess
import sys

import pytest
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "too short"),
        ("SECRET_KEY", "django-insecure-" + "0123456789abcdef" * 4),
        ("SECRET_KEY_FALLBACKS", "an old one"),
        ("METRICS_TOKEN", "metrics"),
        ("DATABASE_URL", "mysql://pymano:password@db/pymano"),
        ("DATABASE_URL", "mysql://pymano:pymano@db/pymano"),
    ],
)
def test_what_can_be_guessed_stops_the_start_unless_it_is_debugged(name, value):
    started = manage("diffsettings", **{"DATABASE_HOST": "", name: value})
    assert started.returncode == 1
    assert len(started.stderr.splitlines()) == 1
    assert name.split("_")[0] in started.stderr
    assert value not in started.stderr
    debugged = manage("diffsettings", **{name: value, "DEBUG": "on"})
    assert debugged.returncode == 0 or "Error loading MySQLdb module" in debugged.stderr


def test_over_https_cookies_are_this_hosts_alone():
    told = manage("diffsettings", HTTPS="on").stdout
    for kind, name in (("SESSION", "sessionid"), ("CSRF", "csrftoken")):
        assert f"{kind}_COOKIE_NAME = '__Host-{name}'" in told
        assert f"{kind}_COOKIE_SECURE = True" in told
        assert f"{kind}_COOKIE_DOMAIN" not in told  # Django's default is none, which the prefix asks for
        assert f"{kind}_COOKIE_PATH" not in told  # and /
