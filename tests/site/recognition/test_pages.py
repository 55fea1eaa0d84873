"""What the pages answer, without a browser."""

import json
import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from pymano.recognition.models import Prediction
from tests.handwriting import ink

PAGES = ["/", "/picture/", "/history/", "/history/download/"]


@pytest.fixture
def browser() -> Any:
    """A browser's client; without a user it is Charlie's."""

    def browser(user: Any = None) -> Client:
        client = Client()
        if user:
            client.force_login(user)
        return client

    return browser


def keep(owner: Any, text: str = "hello", **fields: Any) -> Prediction:
    facts = {"confidence": 0.93, "model_name": "crnn", "model_version": "1.0", "duration_ms": 40} | fields
    return Prediction.objects.create(owner=owner, text=text, **facts)


def keep_picture(owner: Any, name: str = "picture.png", data: bytes = b"\x89PNG") -> Prediction:
    return keep(owner, picture=ContentFile(data, name))


@pytest.mark.parametrize("path", PAGES)
def test_its_owner_sees_a_page(browser, alice, path: str) -> None:
    assert browser(alice).get(path).status_code == 200


@pytest.mark.parametrize(
    "path", [*PAGES, f"/history/{UUID(int=7)}/picture/", f"/history/{UUID(int=7)}/delete/"]
)
def test_a_stranger_is_sent_to_sign_in(browser, db, path: str) -> None:
    response = browser().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_only_looked_at(browser, alice, path: str) -> None:
    assert browser(alice).post(path).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_no_cache_keeps_a_page(browser, alice, path: str) -> None:
    assert "no-store" in browser(alice).get(path)["Cache-Control"]


@pytest.mark.parametrize("path", PAGES[:3])
def test_nothing_is_inline(browser, alice, path: str) -> None:
    keep(alice, strokes=ink("hello"))
    page = browser(alice).get(path).content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')


def test_the_sheet_knows_whose_it_is(browser, alice) -> None:
    page = browser(alice).get("/").content.decode()
    assert f'data-user="{alice.pk}"' in page
    assert "csrftoken" in browser(alice).get("/").cookies


def test_the_history_is_ones_own(browser, alice, bob) -> None:
    keep(alice, "alices word")
    assert "alices word" in browser(alice).get("/history/").content.decode()
    assert "alices word" not in browser(bob).get("/history/").content.decode()


def test_the_history_escapes_what_was_read(browser, alice) -> None:
    keep(alice, "<script>alert(1)</script>", correction='"><img src=x>')
    page = browser(alice).get("/history/?q=%3Cscript%3E").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("ete", True), ("ÉTÉ", True), ("automne", True), ("printemps", False), ("%00", True), (" ", True)],
)
def test_the_history_is_searched_as_people_expect(browser, alice, query: str, found: bool) -> None:
    keep(alice, "l'été", correction="l'automne")
    page = browser(alice).get(f"/history/?q={query}").content.decode()
    assert ("1 reading" in page) is found
    assert ("Nothing that was read holds" in page) is not found


def test_the_history_has_pages(browser, alice) -> None:
    for i in range(21):
        keep(alice, f"word {i}")
    client = browser(alice)
    first, second = (client.get(f"/history/?q=word&page={n}").content.decode() for n in (1, 2))
    assert first.count('class="item"') == 20
    assert second.count('class="item"') == 1
    assert "?q=word&page=2" in first.replace("&amp;", "&")


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", ""])
def test_a_page_that_is_none_is_one_that_is(browser, alice, page: str) -> None:
    keep(alice)
    assert browser(alice).get("/history/", {"page": page}).status_code == 200


def test_a_picture_is_sent_to_its_owner(browser, alice) -> None:
    prediction = keep_picture(alice)
    response = browser(alice).get(f"/history/{prediction.pk}/picture/")
    assert b"".join(response.streaming_content) == b"\x89PNG"
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_a_picture_that_a_browser_kept_is_shown_to_its_owner_alone(browser, alice, bob) -> None:
    path = f"/history/{keep_picture(alice).pk}/picture/"
    first = browser(alice).get(path)
    assert b"".join(first.streaming_content) == b"\x89PNG"
    kept = {"If-None-Match": first["ETag"]}
    assert browser(alice).get(path, headers=kept).status_code == 304
    assert browser(bob).get(path, headers=kept).status_code == 404
    gone = browser().get(path, headers=kept)
    assert (gone.status_code, "no-cache" in gone["Cache-Control"]) == (302, True)


def test_a_picture_is_nobody_elses(browser, alice, bob) -> None:
    prediction = keep_picture(alice)
    assert browser(bob).get(f"/history/{prediction.pk}/picture/").status_code == 404


def test_ink_has_no_picture(browser, alice) -> None:
    prediction = keep(alice, strokes=ink("hello"))
    assert browser(alice).get(f"/history/{prediction.pk}/picture/").status_code == 404


def test_a_lost_picture_is_not_found(browser, alice) -> None:
    prediction = keep_picture(alice)
    prediction.picture.storage.delete(prediction.picture.name)
    assert browser(alice).get(f"/history/{prediction.pk}/picture/").status_code == 404
    assert browser(alice).get("/history/").status_code == 200


def test_a_reading_is_deleted_by_its_owner(browser, alice, django_capture_on_commit_callbacks: Any) -> None:
    prediction = keep_picture(alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = browser(alice).post(f"/history/{prediction.pk}/delete/", {"next": "/history/?q=a"})
    assert response["Location"] == "/history/?q=a"
    assert not Prediction.objects.exists()
    assert not prediction.picture.storage.exists(prediction.picture.name)


def test_looking_at_the_question_deletes_nothing(browser, alice) -> None:
    prediction = keep(alice)
    assert "Delete “hello”?" in browser(alice).get(f"/history/{prediction.pk}/delete/").content.decode()
    assert Prediction.objects.exists()


def test_nobody_else_deletes_a_reading(browser, alice, bob) -> None:
    prediction = keep(alice)
    assert browser(bob).post(f"/history/{prediction.pk}/delete/").status_code == 404
    assert Prediction.objects.exists()


def test_deleting_needs_the_pages_own_form(alice) -> None:
    prediction = keep(alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    response = client.post(f"/history/{prediction.pk}/delete/")
    assert response.status_code == 403
    assert Prediction.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["https://example.org/", "//example.org/", "javascript:alert(1)", "", "nowhere", "?q=a", "write"],
)
def test_deleting_leads_back_to_this_site_alone(browser, alice, address: str) -> None:
    prediction = keep(alice)
    response = browser(alice).post(f"/history/{prediction.pk}/delete/", {"next": address})
    assert response["Location"] == "/history/"


def test_the_zip_holds_everything(browser, alice, bob) -> None:
    drawn = keep(alice, "œuf", strokes=ink("hello"), correction="a\tb")
    sent = keep_picture(alice)
    keep(bob, "not alice's")
    response = browser(alice).get("/history/download/")
    assert response["Content-Disposition"].startswith('attachment; filename="pymano-history-')
    with zipfile.ZipFile(BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "README.txt",
            "readings.json",
            "readings.tsv",
            f"strokes/{drawn.pk}.json",
            f"pictures/{sent.pk}.png",
        }
        assert json.loads(archive.read(f"strokes/{drawn.pk}.json"))["strokes"] == ink("hello")
        assert archive.read(f"pictures/{sent.pk}.png") == b"\x89PNG"
        table = archive.read("readings.tsv").decode().splitlines()
        assert table[0] == "id\tcreated_at\ttext\tconfidence\tcorrection"
        assert len(table) == 3
        assert any("œuf" in line for line in table)


def test_the_zip_is_made_while_it_is_sent(browser, alice) -> None:
    for _ in range(3):
        keep(alice, strokes=ink("hello"))
    pieces = list(browser(alice).get("/history/download/").streaming_content)
    assert len(pieces) > 3


@pytest.mark.parametrize("path", ["/nothing/", "/history/not-a-uuid/delete/"])
def test_what_is_not_there_is_said_kindly(browser, alice, path: str) -> None:
    response = browser(alice).get(path)
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_an_icon_is_found_without_a_page(browser) -> None:
    assert browser().get("/favicon.ico")["Location"].startswith("/static/pymano/icon")
