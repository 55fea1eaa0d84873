"""The real TorchServe with the shipped archive, spoken to as the site does."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import requests
from PIL import Image

from local.torchserve import shipped_archive
from tests import handwriting, paper

WORDS = ("hello", "cat", "1984", "hello world")
JSON = "application/json"
PICTURE = paper.encoded(paper.page(handwriting.ink("hello")))


@pytest.fixture
def ask(torchserve):
    """Send one request; give the status and the JSON of the answer."""
    url = f"{torchserve.inference_url}/predictions/crnn"

    def post(body, content_type=JSON, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = requests.post(url, data, headers={"Content-Type": content_type, **headers}, timeout=60)
        return answer.status_code, answer.json()

    return post


def written(text):
    return {"strokes": handwriting.ink(text)}


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize("decoder", ["best-path", "beam"])
def test_clear_ink_is_read_right(ask, text, decoder):
    status, reading = ask(written(text), **{"X-Decoder": decoder})
    assert status == 200
    assert reading["text"] == text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_clear_picture_is_read_right(ask, form):
    picture = paper.encoded(paper.page(handwriting.ink("hello")), form)
    status, reading = ask(picture, f"image/{form.lower()}")
    assert status == 200
    assert reading["text"] == "hello"


def test_a_photograph_is_read_right(ask):
    sheet = paper.page(handwriting.ink("hello"), ink=90, pen=6, margin=150)
    photograph = paper.grainy(paper.shaded(paper.ruled(sheet, shade=190), 0.4), spread=5)
    _, reading = ask(paper.encoded(photograph, "JPEG", quality=70), "image/jpeg")
    assert reading["text"] == "hello"


def test_a_reading_has_all_that_was_promised(ask):
    _, reading = ask(written("hello"))
    assert set(reading) == {"text", "confidence", "alternatives", "characters", "model"}
    assert 0 <= reading["confidence"] <= 1
    others = reading["alternatives"]
    assert len(others) <= 5
    assert reading["text"] not in [each["text"] for each in others]
    assert [each["confidence"] for each in others] == sorted(
        (each["confidence"] for each in others), reverse=True
    )
    characters = reading["characters"]
    assert "".join(each["text"] for each in characters) == reading["text"]
    assert all(one["end"] == two["start"] for one, two in pairwise(characters))
    assert (characters[0]["start"], characters[-1]["end"]) == (0, 1)
    assert all(0 <= each["confidence"] <= 1 for each in characters)
    version = shipped_archive().stem.removeprefix("crnn-")
    assert reading["model"] == {"name": "crnn", "version": version}


def test_one_dot_is_ink(ask):
    status, reading = ask({"strokes": [[[5, 5]]]})
    assert status == 200
    assert reading["text"]


def test_a_header_in_small_letters_is_heard(ask):
    _, small = ask(written("hello"), **{"x-decoder": "best-path"})
    _, usual = ask(written("hello"), **{"X-Decoder": "best-path"})
    assert small == usual


def blank(width=400, height=200):
    return paper.encoded(np.full((height, width), 235, np.uint8))


def animated():
    second = Image.fromarray(paper.page(handwriting.ink("world")))
    return paper.encoded(paper.page(handwriting.ink("hello")), "GIF", save_all=True, append_images=[second])


@pytest.mark.parametrize(
    "picture",
    [
        animated(),
        paper.encoded(Image.fromarray(paper.page(handwriting.ink("hello"))).convert("CMYK"), "JPEG"),
        paper.encoded(Image.fromarray(paper.page(handwriting.ink("hello")).astype(np.uint16) * 200)),
        paper.encoded(Image.fromarray(paper.page(handwriting.ink("hello"))).convert("P"), transparency=0),
        paper.encoded(255 - paper.page(handwriting.ink("hello"))),
    ],
    ids=["animation", "CMYK", "16 bits", "palette with transparency", "white on black"],
)
def test_unusual_pictures_are_read_right(ask, picture):
    status, reading = ask(picture, "image/png")
    assert status == 200
    assert reading["text"] == "hello"


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b'{"strokes": []}', JSON, "blank"),
        (b'{"strokes": [[], []]}', JSON, "blank"),
        (blank(), "image/png", "blank"),
        (b"{}", JSON, "malformed"),
        (b"null", JSON, "malformed"),
        (b"[]", JSON, "malformed"),
        (b"", JSON, "malformed"),
        (b'{"strokes": [[[1, 2]', JSON, "malformed"),
        (b'{"strokes": "hello"}', JSON, "malformed"),
        (b'{"strokes": [[["1", "2"]]]}', JSON, "malformed"),
        (b'{"strokes": [[[NaN, 2]]]}', JSON, "malformed"),
        (b'{"strokes": [[[1e400, 2]]]}', JSON, "malformed"),
        (b'{"strokes": [[[10000000, 2]]]}', JSON, "malformed"),
        (b"[" * 100_000, JSON, "malformed"),
        (b"\xff\xfe", JSON, "malformed"),
        (PICTURE[:400], "image/png", "truncated"),
        (PICTURE[:30], "image/png", "truncated"),
        (b"", "image/png", "truncated"),
        (paper.hollow_png(30_000, 30_000), "image/png", "too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "unsupported"),
        (b"hello", "image/png", "unsupported"),
        (b"hello", "text/plain", "malformed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(ask, body, content_type, code):
    status, problem = ask(body, content_type)
    assert status == 422
    assert problem["code"] == code
    assert problem["detail"]


def test_a_body_too_large_for_anything_is_refused(torchserve):
    url = f"{torchserve.inference_url}/predictions/crnn"
    head = {"Content-Type": "image/png"}
    assert requests.post(url, b"x" * 17_000_000, headers=head, timeout=60).status_code == 413


def test_a_hundred_thousand_points_are_read(ask):
    status, _ = ask({"strokes": [[[i % 1000, (i * 7) % 400] for i in range(100_000)]]})
    assert status == 200


def test_several_at_once_are_each_answered_with_their_own(ask):
    alone = {text: ask(written(text)) for text in WORDS}
    bad = ask({"strokes": 7})
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(ask, [written(text) for text in WORDS * 6] + [{"strokes": 7}] * 6)
        assert list(answers) == [alone[text] for text in WORDS * 6] + [bad] * 6


def test_what_is_refused_leaves_the_worker_as_it_was(ask, torchserve):
    before = worker(torchserve)
    ask(b"[" * 100_000)
    ask(PICTURE[:400], "image/png")
    assert ask(written("hello"))[0] == 200
    assert worker(torchserve)["pid"] == before["pid"]


def worker(torchserve):
    [model] = requests.get(f"{torchserve.management_url}/models/crnn", timeout=10).json()
    [only] = model["workers"]
    return only


def test_the_process_of_a_worker_that_can_read_is_known(torchserve):
    assert torchserve.ready_workers() == [worker(torchserve)["pid"]]


def test_a_killed_worker_is_replaced_and_answers_again(ask, torchserve):
    killed = worker(torchserve)["pid"]
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while worker(torchserve)["pid"] == killed or not torchserve.is_ready():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert ask(written("hello"))[0] == 200


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.1:9/crnn-9.9.mar", "file:///etc/passwd", "../model_store/crnn-1.0.mar", "crnn-9.9.mar"],
)
def test_models_come_from_the_model_store_alone(torchserve, place):
    answer = requests.post(f"{torchserve.management_url}/models", params={"url": place}, timeout=10)
    assert answer.status_code == 404
