import re

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

WHOEVER = [
    "/",
    "/healthz",
    "/accounts/login/",
    "/nowhere/",
    "/api/nowhere",
    "/api/v1/docs/",
    "/api/v1/schema/",
]
STAFF = ["/admin/", "/admin/recognition/prediction/", "/admin/accounts/user/add/", "/metrics"]
SCRIPT = "/static/recognition/write.js"


def assert_kept_apart(answer):
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", [*WHOEVER, *STAFF])
def test_every_answer_is_kept_apart_from_other_sites(db, sam, path):
    browser = Client()
    if path in STAFF:
        browser.force_login(sam)
    answer = browser.get(path)
    assert answer.status_code != 403
    assert_kept_apart(answer)
    assert answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_answers_of_the_api_are_too(db):
    assert_kept_apart(APIClient().post("/api/v1/token/", {}, format="json"))


def test_static_files_are_too(db):
    answer = Client().get(SCRIPT)
    answer.close()
    assert_kept_apart(answer)


def test_no_page_asks_for_what_it_renounces():
    scripts = list((settings.ROOT / "site").rglob("*.js"))
    assert len(scripts) > 10
    for script in scripts:
        assert not re.search(
            r"getUserMedia|geolocation|requestMIDIAccess|getDisplayMedia", script.read_text()
        )


def test_over_https_browsers_are_told_to_stay_there(settings, db):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 3600, True
    assert Client().get("/", secure=True)["Strict-Transport-Security"] == "max-age=3600"
    assert Client().get("/accounts/login/")["Location"] == "https://testserver/accounts/login/"
