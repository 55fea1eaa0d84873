"""What the proxy does, and what it hides."""

import re
import socket

import pytest
import requests

from tests.deploy.stack.visitor import HOST, NAME, PROXY, SECONDS, Person, Visitor

ONCE = (
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Request-ID",
)
MEBIBYTE = 1024 * 1024


def style_sheet(visitor: Visitor) -> str:
    """The address of a style sheet, as a page names it."""
    found = re.search(r'href="(/static/[^"]+\.css)"', visitor.get("/accounts/login/").text)
    assert found
    return found[1]


def test_http_leads_to_https():
    with requests.Session() as plain:
        answer = plain.get(
            f"http://{PROXY}:8080/history/?q=a%20b",
            headers={"Host": NAME},
            allow_redirects=False,
            timeout=SECONDS,
        )
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{HOST}/history/?q=a%20b")


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/schema/", "/static", "/api/v1/me/"])
def test_each_security_header_comes_once(visitor: Visitor, path: str):
    answer = visitor.get(style_sheet(visitor) if path == "/static" else path)
    for name in ONCE:
        assert len(answer.raw.headers.getlist(name)) == 1, name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_run_no_script_but_their_own(visitor: Visitor):
    policy = visitor.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_static_files_are_compressed_and_kept_for_ever(visitor: Visitor):
    answer = visitor.get(style_sheet(visitor))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "{" in answer.text


def test_an_unknown_static_file_is_missing(visitor: Visitor):
    assert visitor.get("/static/../../etc/passwd").status_code == 404
    assert visitor.get("/static/nothing.css").status_code == 404


def test_a_body_above_the_sites_limit_is_refused_by_the_site(alice: Person):
    answer = alice.post(
        "/api/v1/predictions/", data=b"x" * 14 * MEBIBYTE, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/api/v1/predictions/", "application/problem+json"), ("/accounts/login/", "text/html; charset=utf-8")],
)
def test_a_body_above_the_proxys_limit_is_refused_by_the_proxy(visitor: Visitor, path: str, kind: str):
    answer = visitor.post(path, data=b"x" * 16 * MEBIBYTE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, kind)


def test_a_body_of_unknown_length_is_refused_in_the_same_words(visitor: Visitor):
    answer = visitor.post("/api/v1/predictions/", data=(b"x" * MEBIBYTE for _ in range(20)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_host_that_is_not_ours_is_refused(visitor: Visitor):
    answer = visitor.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_the_requests_id_comes_back(visitor: Visitor):
    answer = visitor.get("/healthz", headers={"X-Request-ID": "tests-1234"})
    assert answer.headers["X-Request-ID"] == "tests-1234"


def test_it_lives_and_is_ready(visitor: Visitor):
    assert visitor.get("/healthz").text == "ok\n"
    ready = visitor.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": "ready", "recogniser": "ready"})


def test_metrics_are_for_who_has_the_token(visitor: Visitor, metrics_token: str):
    assert visitor.get("/metrics").status_code == 403
    shown = visitor.get("/metrics", headers={"Authorization": f"Bearer {metrics_token}"})
    assert shown.status_code == 200
    assert "pymano_reading_seconds_count" in shown.text


@pytest.mark.parametrize(
    ("host", "port"),
    [("torchserve", 8080), ("torchserve", 8081), ("torchserve", 8082), ("site", 8000), ("database", 3306)],
)
def test_nothing_but_the_proxy_can_be_reached(host: str, port: int):
    with pytest.raises(OSError, match=r"(Name or service not known|Temporary failure in name resolution)"):
        socket.create_connection((host, port), timeout=5)
