"""What Bob, or a stranger, tries in order to get at what is Alice's, or at the site. Each finds nothing."""

import base64
import gzip
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from pymano.recognition.models import Prediction
from tests.site.drawings import STROKES, data_url, picture

API, ME = "/api/v1/predictions/", "/api/v1/me/"
SIGN_IN, SIGN_UP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"
PASSWORD = "alice's own"

pytestmark = pytest.mark.usefixtures("torchserve", "db")


@pytest.fixture
def secret(alice) -> Prediction:
    """A reading of Alice's, with a picture."""
    facts = {"confidence": 0.9, "model_name": "crnn", "model_version": "1.0", "duration_ms": 5}
    file = ContentFile(picture(), "secret.png")
    return Prediction.objects.create(owner=alice, text="alice's secret", picture=file, **facts)


def browser_of(user: Any = None, **options: Any) -> Client:
    browser = Client(**options)
    if user is not None:
        browser.force_login(user)
    return browser


# Another's readings


OTHERS = [
    ("get", "/history/{}/picture/"),
    ("get", "/history/{}/delete/"),
    ("post", "/history/{}/delete/"),
    ("get", "/api/v1/predictions/{}/"),
    ("delete", "/api/v1/predictions/{}/"),
    ("put", "/api/v1/predictions/{}/correction/"),
    ("put", "/api/v1/predictions/{}/consent/"),
    ("get", "/admin/recognition/prediction/{}/change/"),
    ("post", "/admin/recognition/prediction/{}/change/"),
    ("post", "/admin/recognition/prediction/{}/delete/"),
]


@pytest.mark.parametrize("who", ["bob", "helper"])
@pytest.mark.parametrize(("method", "path"), OTHERS)
def test_who_may_not_see_a_reading_cannot_tell_it_from_none(
    secret, bob, django_user_model, who, method, path
):
    user = bob
    if who == "helper":  # of the staff, and permitted nothing
        user = django_user_model.objects.create_user("helen", "helen@example.org", "helen's", is_staff=True)
    browser = browser_of(user)
    body = {"text": "mine", "correction": "mine", "withdrawn": True, "post": "yes"}
    real, invented = (
        getattr(browser, method)(path.format(pk), body, content_type="application/json")
        if path.startswith("/api/") and method != "get"
        else getattr(browser, method)(path.format(pk), body)
        for pk in (secret.pk, "5f0c2a52-7d0e-4f0c-9d0b-6f0a2c6f1d3e")
    )
    assert real.status_code in {302, 403, 404}
    assert real.status_code == invented.status_code
    assert "secret" not in real.text
    assert str(secret.pk) not in real.text.replace(path.format(secret.pk), "")
    secret.refresh_from_db()
    assert secret.correction is None
    assert not secret.withdrawn
    assert secret.picture.storage.exists(secret.picture.name)


@pytest.mark.parametrize(
    "path",
    [
        "/history/",
        "/history/?q=secret",
        "/history/download/",
        "/accounts/export/",
        "/api/v1/predictions/",
        ME,
    ],
)
def test_no_list_and_no_export_has_anothers(secret, bob, path):
    answer = browser_of(bob).get(path)
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert str(secret.pk).encode() not in said
    assert b"alice" not in said


@pytest.mark.parametrize("root", ["/media/", "/static/", "/static/../media/", "/static/%2e%2e/media/", "/"])
def test_no_address_leads_to_the_files(secret, alice, root):
    for browser in (browser_of(), browser_of(alice)):
        assert browser.get(f"{root}{secret.picture.name}").status_code == 404


def test_a_drawing_of_anothers_is_not_replaced(api, alice, bob):
    body = {"strokes": STROKES, "drawing": "0b9d2b8e-3b43-4f0d-8b58-0c8f6f2f6a11"}
    first = api(alice).post(API, body, format="json")
    second = api(bob).post(API, body, format="json")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize(
    "extra",
    [
        {"owner": 1, "owner_id": 1, "id": "5f0c2a52-7d0e-4f0c-9d0b-6f0a2c6f1d3e"},
        {"text": "forged", "confidence": 1, "correction": "forged", "created_at": "2000-01-01T00:00:00Z"},
    ],
)
def test_what_is_not_asked_for_is_not_taken(api, alice, bob, extra):
    said = api(bob).post(API, {"strokes": STROKES} | extra, format="json").json()
    kept = Prediction.objects.get()
    assert (kept.owner, kept.text, kept.correction, str(kept.pk)) == (bob, "hello", None, said["id"])
    assert str(kept.pk) != extra.get("id")
    assert kept.created_at.year != 2000


def test_who_registers_gives_themselves_no_power(api, django_user_model):
    new = {"username": "eve", "email": "eve@example.org", "password": "a horse in the rain"}
    powers = {"is_staff": True, "is_superuser": True, "groups": [1], "is_active": False, "id": 1}
    assert api().post("/api/v1/register/", new | powers, format="json").status_code == 201
    eve = django_user_model.objects.get()
    assert (eve.is_staff, eve.is_superuser, eve.is_active) == (False, False, True)


def test_no_personal_answer_is_kept_by_what_lies_between(secret, alice):
    browser = browser_of(alice)
    paths = ["/", "/history/", "/history/download/", "/accounts/profile/", "/accounts/export/", API, ME]
    for path in [*paths, f"{API}{secret.pk}/"]:
        assert "no-store" in browser.get(path)["Cache-Control"], path


# A picture that is more than a picture


@pytest.mark.parametrize("form", ["GIF", "PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_a_page_in_a_picture_comes_back_as_a_picture(api, alice, form):
    data = picture(form) + b"<html><script>alert(document.domain)</script></html>"
    said = api(alice).post(API, {"image": data_url(data, "image/png")}, format="json").json()
    answer = browser_of(alice).get(f"/history/{said['id']}/picture/", headers={"Accept": "text/html"})
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == f"image/{form.lower()}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(rf'inline; filename="{said["id"]}\.{form.lower()}"', answer["Content-Disposition"])
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_no_body_is_unpacked(api, alice, encoding):
    bomb = gzip.compress(bytes(10_000_000))
    answer = api(alice).generic("POST", API, bomb, "application/json", headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


# Sessions


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(alice):
    browser = Client()
    browser.get(SIGN_IN)
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies[project.SESSION_COOKIE_NAME] = planted = session.session_key
    token = browser.get(SIGN_IN).cookies[project.CSRF_COOKIE_NAME].value
    browser.post(SIGN_IN, {"login": "alice", "password": PASSWORD})
    assert browser.session["_auth_user_id"] == str(alice.pk)
    assert browser.cookies[project.SESSION_COOKIE_NAME].value != planted
    assert browser.cookies[project.CSRF_COOKIE_NAME].value != token
    stranger = Client()
    stranger.cookies[project.SESSION_COOKIE_NAME] = planted
    assert stranger.get("/history/").status_code == 302


def test_a_session_that_was_signed_out_is_dead(alice):
    browser = browser_of(alice)
    copy = browser.cookies[project.SESSION_COOKIE_NAME].value
    browser.post("/accounts/logout/")
    thief = Client()
    thief.cookies[project.SESSION_COOKIE_NAME] = copy
    assert thief.get("/history/").status_code == 302
    assert thief.get(ME).status_code == 401


def test_scripts_cannot_read_the_session(alice):
    answer = Client().post(SIGN_IN, {"login": "alice", "password": PASSWORD})
    cookie = answer.cookies[project.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"]
)
def test_another_site_asks_for_nothing_with_a_borrowed_session(secret, alice, content_type):
    browser = browser_of(alice, enforce_csrf_checks=True)
    body = json.dumps({"strokes": STROKES})
    assert browser.generic("POST", API, body, content_type).status_code == 403
    assert browser.generic("DELETE", f"{API}{secret.pk}/").status_code == 403
    assert (
        browser.generic("PUT", f"{API}{secret.pk}/correction/", '{"text": "x"}', content_type).status_code
        == 403
    )
    assert Prediction.objects.get().correction is None


@pytest.mark.parametrize(
    "path", ["/admin/logout/", "/accounts/logout/", "/accounts/delete/", "/accounts/email/"]
)
def test_another_site_sends_no_form_in_anybodys_name(sam, path):
    browser = browser_of(sam, enforce_csrf_checks=True)
    assert browser.post(path, {"password": "sam's own"}).status_code == 403
    assert browser.get(ME).status_code == 200


# Tokens


def forged(user: Any, key: str, algorithm: str, **changes: Any) -> str:
    claims = AccessToken.for_user(user).payload | changes
    return jwt.encode(claims, key, algorithm=algorithm)


def me(api: Any, token: str) -> int:
    program = api()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return program.get(ME).status_code


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_is_believed_by_its_signature_alone(api, alice, bob):
    key, other = project.SECRET_KEY, "k" * 64
    head, claims, signature = str(AccessToken.for_user(bob)).split(".")
    other_claims = str(AccessToken.for_user(alice)).split(".")[1]
    assert me(api, forged(alice, key, "HS256")) == 200
    late = datetime.now(UTC) - timedelta(minutes=1)
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    for token in (
        forged(alice, other, "HS256"),
        forged(alice, key, "HS512"),
        forged(alice, "", "none"),
        forged(alice, key, "HS256", exp=late),
        forged(alice, key, "HS256", token_type="refresh"),
        forged(alice, key, "HS256", user_id=bob.pk),
        forged(alice, key, "HS256", user_id=None),
        forged(alice, key, "HS256", hash_password=""),
        f"{head}.{other_claims}.{signature}",
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
    ):
        assert me(api, token) == 401


def test_after_signing_out_the_refresh_token_is_dead_and_the_access_token_lives_out_its_minutes(api, alice):
    program = api()
    pair = program.post("/api/v1/token/", {"username": "alice", "password": PASSWORD}, format="json").json()
    program.post("/api/v1/token/blacklist/", {"refresh": pair["refresh"]}, format="json")
    again = program.post("/api/v1/token/refresh/", {"refresh": pair["refresh"]}, format="json")
    assert again.status_code == 401
    assert me(api, pair["access"]) == 200
    life = AccessToken(pair["access"])
    assert life["exp"] - life["iat"] == 15 * 60


def test_a_password_changed_on_the_page_ends_every_token_and_other_session(api, alice):
    access = str(AccessToken.for_user(alice))
    here, there = browser_of(alice), browser_of(alice)
    new = {"oldpassword": PASSWORD, "password1": "another horse", "password2": "another horse"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert me(api, access) == 401
    assert there.get(ME).status_code == 401
    assert here.get(ME).status_code == 200


# Names that are asked for, and words that are written down


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_no_link_in_an_e_mail_leads_elsewhere(alice, mailoutbox, settings, header):
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["pymano.example"], 1
    browser = Client(SERVER_NAME="pymano.example")
    browser.post(RESET, {"email": alice.email}, **{header: "evil.example"})
    assert not any("evil" in message.body for message in mailoutbox)
    assert len(mailoutbox) == (0 if header == "HTTP_HOST" else 1)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "\t//evil.example"]
)
@pytest.mark.parametrize(
    "path", [SIGN_IN, SIGN_UP, "/accounts/logout/", "/accounts/reauthenticate/", "/admin/login/"]
)
def test_no_address_leads_off_the_site(alice, path, target):
    browser = Client()
    if path in {"/accounts/logout/", "/accounts/reauthenticate/"}:
        browser.force_login(alice)
    new = {
        "username": "eve",
        "email": "e@example.org",
        "password1": "a horse, wet",
        "password2": "a horse, wet",
    }
    form = new | {"login": "alice", "password": PASSWORD, "next": target}
    for answer in (browser.post(path, form), browser.get(path, {"next": target})):
        location = answer.headers.get("Location", "/")
        assert re.match(r"/(?![/\\])", location)
        if "next=" not in location:
            assert "evil" not in location


@pytest.mark.parametrize("path", ["/nowhere\nINFO forged", "/history/\r\nINFO forged/", "/api/\nINFO forged"])
def test_no_request_writes_a_line_of_its_own_into_the_log(alice, caplog, path):
    caplog.set_level(logging.DEBUG)
    formatter = logging.Formatter("{levelname} {message}", style="{")
    headers = {"User-Agent": "a\nINFO forged", "X-Request-ID": "a\nINFO forged", "Referer": "a\nINFO forged"}
    browser_of(alice).get(path, headers=headers)
    lines = [line for record in caplog.records for line in formatter.format(record).splitlines()]
    assert lines
    assert not any(line.startswith("INFO forged") for line in lines)
