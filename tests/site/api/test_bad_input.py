"""What clients send by mistake or on purpose: a problem with a code, never a fault; nothing is kept."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pymano.recognition.models import Prediction
from tests.paper import hollow_png
from tests.site.api.conftest import URL
from tests.site.drawings import HEIC, STROKES, SVG, data_url, picture
from tests.site.problems import assert_problem

pytestmark = pytest.mark.usefixtures("torchserve")


@pytest.fixture(autouse=True)
def _nothing_is_kept(settings, db):
    yield
    assert not Prediction.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.*"))


@pytest.fixture
def send(asks):
    """Send bytes as they are."""

    def send(body: bytes, content_type: str = "application/json"):
        return asks.generic("POST", URL, body, content_type)

    return send


@pytest.mark.parametrize(
    ("strokes", "status", "code"),
    [
        ([], 422, "nothing_to_read"),
        ([[]], 422, "nothing_to_read"),
        ([[[1, 2]]] * 100_000, 413, "too_large"),
        ([[["1", "2"]]], 400, "malformed"),
        ([[[1e7, 2]]], 400, "malformed"),
        ([[[10**400, 2]]], 400, "malformed"),
        ([[[1]]], 400, "malformed"),
        ("ink", 400, "malformed"),
        ({"x": [1]}, 400, "malformed"),
    ],
    ids=[
        "empty",
        "an empty stroke",
        "100,000 points",
        "text",
        "huge",
        "very huge",
        "no y",
        "a word",
        "an object",
    ],
)
def test_bad_ink(post, strokes, status, code):
    assert assert_problem(post(strokes=strokes), status, code)["errors"]["strokes"]


PICTURES = pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"hello", 415, "unsupported_media_type"),
        (SVG, 415, "unsupported_media_type"),
        (HEIC, 415, "unsupported_media_type"),
        (picture()[:25], 400, "malformed"),
        (hollow_png(30_000, 30_000), 413, "too_large"),
        (picture() + bytes(10_000_000), 413, "too_large"),
    ],
    ids=["empty", "text", "SVG", "HEIC", "cut short", "900 megapixels", "10.0 MB"],
)


@PICTURES
def test_a_bad_picture_in_json(post, data, status, code):
    assert assert_problem(post(image=data_url(data)), status, code)["errors"]["image"]


@PICTURES
def test_a_bad_picture_in_a_form(asks, data, status, code):
    upload = SimpleUploadedFile("word.png", data, "image/png")
    assert_problem(asks.post(URL, {"image": upload}, format="multipart"), status, code)


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("https://example.org/a.png", 400, "malformed"),
        ("data:image/png;base64,#", 400, "malformed"),
        (data_url(b"hello", "text/plain"), 415, "unsupported_media_type"),
        (data_url(SVG, "image/svg+xml"), 415, "unsupported_media_type"),
        (7, 400, "malformed"),
        (["a"], 400, "malformed"),
        ({"data": "a"}, 400, "malformed"),
        (True, 400, "malformed"),
    ],
)
def test_a_bad_data_url(post, url, status, code):
    assert_problem(post(image=url), status, code)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"strokes": None},
        {"strokes": None, "image": None},
        {"strokes": STROKES, "image": data_url(picture())},
        {"Strokes": STROKES},
    ],
    ids=["nothing", "null", "two nulls", "both", "a capital"],
)
def test_ink_or_a_picture_one_of_the_two(post, members):
    assert_problem(post(**members), 400, "invalid")


@pytest.mark.parametrize("decoder", ["greedy", "", "BEAM", 7, None, [], ["beam"], {}, True, "beam\0"])
def test_a_bad_decoder(post, decoder):
    problem = assert_problem(post(strokes=STROKES, decoder=decoder), 400, "invalid")
    assert list(problem["errors"]) == ["decoder"]


@pytest.mark.parametrize(
    "drawing", ["", "word", 7, 10**60, 1.5, True, [], {}, "1b4e28ba-2fa1-41d2-883f-0016d3cca4270", "\0"]
)
def test_a_bad_drawing(post, drawing):
    problem = assert_problem(post(strokes=STROKES, drawing=drawing), 400, "invalid")
    assert list(problem["errors"]) == ["drawing"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{]",
        b"{} {}",
        b"\xff\xfe{\0}\0",
        b'{"strokes": "\xe9"}',
        b'{"strokes": [[[NaN, 1]]]}',
        b'{"strokes": [[[Infinity, 1]]]}',
        b'{"strokes": [[[-Infinity, 1]]]}',
        b'{"strokes": [[[1e400, 1]]]}',
        b'{"strokes": [[[' + b"9" * 5000 + b", 1]]]}",
        b'{"strokes": [[[1, 2]]], "strokes": [[[3, 4]]]}',
        b'{"strokes": [[[1, 2]]], "decoder": "\\ud800"}',
        b'{"strokes": [[[1, 2]]], "\\udfff": 1}',
        b'{"strokes": ' + b"[" * 100_000,
        b'{"strokes": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"a":' * 300 + b"1" + b"}" * 300,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_bad_json(send, body):
    assert_problem(send(body), 400, "malformed")


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b'"ink"', b"true", b"", b"{}", b"[[[[1, 2]]]]"])
def test_json_that_is_no_question(send, body):
    assert_problem(send(body), 400, "invalid")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "image/png",
        "application/x-www-form-urlencoded",
        "application/xml",
        "a/b/c",
        ";;;",
        "multipart/x",
    ],
)
def test_another_content_type(send, content_type):
    assert_problem(send(b'{"strokes": [[[1, 2]]]}', content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=\xe9"])
def test_a_form_without_a_good_boundary(send, boundary):
    response = send(b"--x\r\n\r\nhello\r\n--x--\r\n", f"multipart/form-data{boundary}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n",
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\x89PNG',
        b'--x\r\nContent-Disposition: form-data; name="image"\r\nContent-Transfer-Encoding: base64\r\n\r\n#',
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="\0/../a"\r\n\r\nhello\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="strokes"\r\n\r\n[[[1, 2]]]\r\n--x--\r\n',
    ],
    ids=["empty", "cut", "cut later", "no end", "bad base64", "a bad name", "ink as text"],
)
def test_a_broken_form(send, body):
    response = send(body, "multipart/form-data; boundary=x")
    assert response.status_code in {400, 415}
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("count", [200, 2000])
def test_a_form_of_very_many_parts(asks, count):
    files = {f"f{number}": SimpleUploadedFile("a", b"x") for number in range(count)}
    assert_problem(asks.post(URL, files, format="multipart"), 400, "malformed")


def test_a_field_of_a_form_that_is_no_file_and_very_long(asks):
    assert_problem(asks.post(URL, {"drawing": "x" * 3_000_000}, format="multipart"), 400, "invalid")
    assert_problem(asks.post(URL, {"drawing": "x" * 11_000_000}, format="multipart"), 413, "too_large")


def test_a_correction_of_what_is_no_text(asks):
    body, url = b'{"text": "\\ud83d"}', f"{URL}{uuid.uuid4()}/correction/"
    assert_problem(asks.generic("PUT", url, body, "application/json"), 404, "not_found")
