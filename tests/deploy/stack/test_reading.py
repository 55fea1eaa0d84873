"""Ink and pictures go through the whole stack: read, kept, corrected, deleted, their owner's alone."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests import handwriting
from tests.deploy.stack.visitor import Person

READINGS = "/api/v1/predictions/"


def photograph(text: str) -> bytes:
    """A PNG of a written text."""
    paper = Image.new("L", (600, 300), 235)
    draw = ImageDraw.Draw(paper)
    for stroke in handwriting.ink(text, left=80, baseline=200, size=1.2):
        draw.line([(x, y) for x, y, *_ in stroke], fill=40, width=7, joint="curve")
    file = BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def drawn(alice: Person) -> Any:
    """Alice's reading of ink."""
    answer = alice.post(READINGS, json={"strokes": handwriting.ink("hello")})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def sent(alice: Person) -> Any:
    """Alice's reading of a picture."""
    answer = alice.post(READINGS, files={"image": ("word.png", photograph("hello"), "image/png")})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_ink_is_read(drawn: Any):
    assert drawn["text"] == "hello"
    assert drawn["model"]["name"] == "crnn"
    assert "".join(each["text"] for each in drawn["characters"]) == drawn["text"]


def test_a_picture_is_read_and_kept(alice: Person, sent: Any):
    assert sent["text"] == "hello"
    alice.be_signed_in()
    picture = alice.get(f"/history/{sent['id']}/picture/")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(picture.content)).size == (600, 300)


def test_the_history_has_both(alice: Person, drawn: Any, sent: Any):
    listed = alice.get(READINGS).json()
    assert [each["id"] for each in listed["results"]] == [sent["id"], drawn["id"]]


def test_a_correction_is_found_by_search_whatever_the_accents(alice: Person, drawn: Any):
    corrected = alice.put(f"{READINGS}{drawn['id']}/correction/", json={"text": "Héllo wörld"})
    assert (corrected.status_code, corrected.json()["correction"]) == (200, "Héllo wörld")
    alice.be_signed_in()
    assert "Héllo wörld" in alice.get("/history/?q=hello+world").text
    assert "Héllo wörld" not in alice.get("/history/?q=somethingelse").text


def test_another_user_sees_none_of_it(bob: Person, drawn: Any, sent: Any):
    for method, path in (
        ("GET", f"{READINGS}{drawn['id']}/"),
        ("DELETE", f"{READINGS}{drawn['id']}/"),
        ("PUT", f"{READINGS}{drawn['id']}/correction/"),
    ):
        answer = bob.request(method, path, json={"text": "mine"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert bob.get(READINGS).json()["count"] == 0
    with Person(bob.name, bob.password) as signed_in:
        assert signed_in.sign_in().status_code == 302
        assert signed_in.get(f"/history/{sent['id']}/picture/").status_code == 404


def test_blank_ink_is_refused_and_not_kept(bob: Person):
    answer = bob.post(READINGS, json={"strokes": []})
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_read")
    assert bob.get(READINGS).json()["count"] == 0


def test_a_reading_is_deleted(alice: Person):
    made = alice.post(READINGS, json={"strokes": handwriting.ink("road")}).json()
    path = f"{READINGS}{made['id']}/"
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404


def test_large_ink_passes_the_proxy(bob: Person):
    stroke = [[float(i % 500), float(i % 90), i, 0.5] for i in range(20_001)]
    answer = bob.post(READINGS, json={"strokes": [stroke]})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "points" in answer.json()["detail"]
