import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pymano.recognition.models import Prediction
from pymano.serving import client as torchserve_client
from tests.fake_torchserve import answer
from tests.site.api.conftest import URL
from tests.site.drawings import DOT, STROKES, data_url, picture
from tests.site.problems import assert_problem

MEMBERS = [
    "id",
    "text",
    "confidence",
    "alternatives",
    "characters",
    "model",
    "duration_ms",
    "created_at",
    "correction",
    "withdrawn",
]


def upload(data: bytes = b"", name: str = "word.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or picture(), kind)


# Reading


def test_it_reads_ink(post, torchserve, alice):
    response = post(strokes=STROKES)
    assert response.status_code == 201
    said = response.json()
    assert list(said) == MEMBERS
    assert (said["text"], said["confidence"]) == ("hello", 0.93)
    assert said["alternatives"][0] == {"text": "hallo", "confidence": 0.04}
    assert said["characters"][0] == {"text": "h", "confidence": 0.97, "start": 0.0, "end": 0.2}
    assert said["model"] == {"name": "crnn", "version": "1.0"}
    assert said["correction"] is None
    assert Prediction.objects.of(alice).get(pk=said["id"]).strokes == STROKES


def test_one_dot_is_ink(post, torchserve):
    assert post(strokes=DOT).status_code == 201


@pytest.mark.parametrize(
    "others", [{"image": None, "drawing": None}, {"decoder": "best-path"}, {"unknown": 1}]
)
def test_what_is_null_or_unknown_is_passed_over(post, torchserve, others):
    assert post(strokes=STROKES, **others).status_code == 201


@pytest.mark.parametrize("more", [0, 9_900_000], ids=["small", "just under 10 MB"])
def test_it_reads_a_picture_in_json(post, torchserve, more):
    data = picture() + bytes(more)
    assert post(image=data_url(data)).status_code == 201
    assert torchserve.asked == [("image/png", data)]
    assert Prediction.objects.get().picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_it_reads_a_picture_in_a_form(asks, torchserve, kind):
    data = picture(kind)
    response = asks.post(URL, {"image": upload(data, "photo", "text/plain")}, format="multipart")
    assert response.status_code == 201
    assert torchserve.asked == [(f"image/{kind.lower()}", data)]


def test_a_form_takes_decoder_and_drawing_too(asks, torchserve):
    form = {"decoder": "best-path", "drawing": str(uuid.uuid4())}
    statuses = [asks.post(URL, {"image": upload(), **form}, format="multipart").status_code for _ in range(2)]
    assert statuses == [201, 200]
    assert Prediction.objects.get().decoder == "best-path"


def test_a_drawing_that_grows_stays_one_reading(post, torchserve):
    drawing = str(uuid.uuid4())
    first = post(strokes=STROKES[:1], drawing=drawing)
    torchserve.says = answer("hello there")
    second = post(strokes=STROKES, drawing=drawing)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["created_at"] == first.json()["created_at"]
    assert second.json()["text"] == "hello there"
    assert Prediction.objects.count() == 1


def test_anothers_drawing_is_not_touched(post, torchserve, api, bob):
    drawing = str(uuid.uuid4())
    hers = post(strokes=STROKES, drawing=drawing)
    his = api(bob).post(URL, {"strokes": STROKES, "drawing": drawing}, format="json")
    assert his.status_code == 201
    assert his.json()["id"] != hers.json()["id"]


def test_the_pages_ask_with_their_session(torchserve, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    body = {"data": {"strokes": STROKES}, "content_type": "application/json"}
    assert_problem(browser.post(URL, **body), 403, "permission_denied")
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    assert browser.post(URL, **body, headers={"X-CSRFToken": token}).status_code == 201
    assert browser.post(URL, {"image": upload()}, headers={"X-CSRFToken": token}).status_code == 201


def test_a_stranger_is_refused(api, torchserve):
    response = api().post(URL, {"strokes": STROKES}, format="json")
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert torchserve.asked == []


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiMSJ9.", ""])
def test_a_bad_token_is_refused(api, token, db):
    program = api()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert_problem(program.get(URL), 401, "token_not_valid")


@pytest.mark.parametrize(
    ("mood", "status", "code"),
    [
        ("starting", 503, "recogniser_busy"),
        ("busy", 503, "recogniser_busy"),
        ("rubbish", 503, "recogniser_away"),
        ("away", 503, "recogniser_away"),
        ("slow", 504, "recogniser_slow"),
    ],
)
def test_it_says_so_when_the_recogniser_cannot_read(post, torchserve, monkeypatch, mood, status, code):
    monkeypatch.setattr(torchserve_client, "READ_SECONDS", 0.2)
    torchserve.mood = mood
    response = post(strokes=STROKES)
    problem = assert_problem(response, status, code)
    assert int(response["Retry-After"]) > 0
    assert "TorchServe" not in problem["detail"]
    assert not Prediction.objects.exists()


def test_it_says_so_when_nobody_is_at_home(post, nowhere):
    response = post(strokes=STROKES)
    assert_problem(response, 503, "recogniser_away")
    assert int(response["Retry-After"]) > 0


def test_blank_ink_is_refused_by_the_recogniser(post, torchserve):
    torchserve.mood = "blank"
    assert_problem(post(strokes=STROKES), 422, "nothing_to_read")
    assert not Prediction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_account_deleted_meanwhile_is_signed_out(post, torchserve, monkeypatch, alice):
    from pymano.recognition import reading

    recognised = reading.recognise

    def slow(*arguments):
        type(alice).objects.get(pk=alice.pk).delete()
        return recognised(*arguments)

    monkeypatch.setattr(reading, "recognise", slow)
    assert_problem(post(strokes=STROKES), 401, "not_authenticated")


def test_the_requests_id_goes_along(asks, torchserve):
    response = asks.post(URL, {"strokes": STROKES}, format="json", headers={"X-Request-ID": "abc-1"})
    assert response["X-Request-ID"] == "abc-1"


def test_a_user_who_asks_too_often_is_told_when_to_come_back(post, torchserve, settings, api, bob):
    settings.THROTTLE_PREDICTIONS = "2/min"
    assert [post(strokes=STROKES).status_code for _ in range(2)] == [201, 201]
    response = post(strokes=STROKES)
    assert_problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 60
    assert api(bob).post(URL, {"strokes": STROKES}, format="json").status_code == 201


def test_looking_is_not_counted(asks, made, settings):
    settings.THROTTLE_PREDICTIONS = "1/min"
    assert [asks.get(URL).status_code for _ in range(3)] == [200] * 3


# Listing


def test_it_lists_in_pages(asks, post, torchserve):
    texts = [f"word {number}" for number in range(5)]
    for text in texts:
        torchserve.says = answer(text)
        post(strokes=STROKES)
    first = asks.get(URL, {"page_size": 3}).json()
    assert list(first) == ["count", "next", "previous", "results"]
    second = asks.get(first["next"]).json()
    assert (first["count"], first["previous"], second["next"]) == (5, None, None)
    assert [reading["text"] for page in (first, second) for reading in page["results"]] == texts[::-1]


def test_each_user_sees_their_own_alone(made, api, bob):
    assert api(bob).get(URL).json() == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "9" * 500, "9" * 5000, "\x00", "1.0"])
def test_a_page_that_is_not_there_is_not_found(asks, made, page):
    assert_problem(asks.get(URL, {"page": page}), 404, "not_found")


@pytest.mark.parametrize("size", ["0", "-1", "x", "9" * 5000, "\x00"])
def test_an_odd_page_size_is_passed_over(asks, made, size):
    assert asks.get(URL, {"page_size": size}).json()["count"] == 1


def test_charlie_lists_nothing(api, db):
    assert_problem(api().get(URL), 401, "not_authenticated")


# One reading


def test_it_shows_one(asks, made):
    assert asks.get(f"{URL}{made['id']}/").json() == made


def test_it_deletes_one(asks, made):
    url = f"{URL}{made['id']}/"
    assert asks.delete(url).status_code == 204
    assert not Prediction.objects.exists()
    assert_problem(asks.get(url), 404, "not_found")
    assert_problem(asks.delete(url), 404, "not_found")


@pytest.mark.parametrize("method", ["get", "delete"])
def test_anothers_is_not_found(made, api, bob, method):
    assert_problem(getattr(api(bob), method)(f"{URL}{made['id']}/"), 404, "not_found")
    assert Prediction.objects.exists()


@pytest.mark.parametrize("method", ["get", "delete"])
def test_charlie_is_refused(made, api, method):
    assert_problem(getattr(api(), method)(f"{URL}{made['id']}/"), 401, "not_authenticated")


@pytest.mark.parametrize(
    "name", ["7", "x", "00000000-0000-0000-0000-000000000000", "%00", "not-a-uuid-at-all"]
)
def test_a_name_that_is_none_is_not_found(asks, name):
    assert_problem(asks.get(f"{URL}{name}/"), 404, "not_found")


# Correcting


def test_it_takes_a_correction(asks, made):
    response = asks.put(f"{URL}{made['id']}/correction/", {"text": " Hullo "}, format="json")
    assert response.status_code == 200
    assert response.json() == made | {"correction": "Hullo"}
    assert asks.get(f"{URL}{made['id']}/").json()["correction"] == "Hullo"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \t\n"},
        {"text": "\u200b"},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        {"text": {"a": "b"}},
        {"text": True},
        {"text": "a\0b"},
        {"text": "x" * 1001},
        {"correction": "a"},
        [],
        "text",
        7,
        None,
    ],
)
def test_a_correction_to_nothing_is_refused(asks, made, body):
    problem = assert_problem(asks.put(f"{URL}{made['id']}/correction/", body, format="json"), 400, "invalid")
    assert problem["errors"]
    assert Prediction.objects.get().correction is None


def test_a_correction_of_what_was_read_anew_is_refused(asks, made):
    url = f"{URL}{made['id']}/correction/"
    Prediction.objects.update(text="another")
    assert_problem(asks.put(url, {"text": "Hullo", "of": made["text"]}, format="json"), 409, "read_anew")
    assert Prediction.objects.get().correction is None
    assert asks.put(url, {"text": "Hullo", "of": "another"}, format="json").status_code == 200
    assert Prediction.objects.get().correction == "Hullo"


@pytest.mark.parametrize("of", [None, 5, ["hello"]])
def test_a_correction_is_of_a_text(asks, made, of):
    body = {"text": "Hullo", "of": of}
    problem = assert_problem(asks.put(f"{URL}{made['id']}/correction/", body, format="json"), 400, "invalid")
    assert set(problem["errors"]) == {"of"}
    assert Prediction.objects.get().correction is None


def test_nobody_corrects_anothers(made, api, bob):
    url = f"{URL}{made['id']}/correction/"
    assert_problem(api(bob).put(url, {"text": "mine"}, format="json"), 404, "not_found")
    assert_problem(api().put(url, {"text": "mine"}, format="json"), 401, "not_authenticated")
    assert Prediction.objects.get().correction is None


def test_one_deleted_meanwhile_cannot_be_corrected(asks, made, monkeypatch):
    correct = Prediction.correct

    def late(prediction, text, **also):
        Prediction.objects.all().delete()
        correct(prediction, text, **also)

    monkeypatch.setattr(Prediction, "correct", late)
    response = asks.put(f"{URL}{made['id']}/correction/", {"text": "a"}, format="json")
    assert_problem(response, 404, "not_found")


def test_a_reading_is_withdrawn_from_training_and_back(asks, made):
    for withdrawn in (True, True, False):
        response = asks.put(f"{URL}{made['id']}/consent/", {"withdrawn": withdrawn}, format="json")
        assert response.status_code == 200
        assert response.json() == made | {"withdrawn": withdrawn}
        assert Prediction.objects.get().withdrawn is withdrawn


@pytest.mark.parametrize(
    "body", [{}, {"withdrawn": None}, {"withdrawn": "yes"}, {"withdrawn": 1}, {"teaches": True}]
)
def test_a_consent_that_is_none_is_refused(asks, made, body):
    problem = assert_problem(asks.put(f"{URL}{made['id']}/consent/", body, format="json"), 400, "invalid")
    assert list(problem["errors"]) == ["withdrawn"]
    assert not Prediction.objects.get().withdrawn


def test_nobody_withdraws_anothers(made, api, bob):
    url = f"{URL}{made['id']}/consent/"
    assert_problem(api(bob).put(url, {"withdrawn": True}, format="json"), 404, "not_found")
    assert_problem(api().put(url, {"withdrawn": True}, format="json"), 401, "not_authenticated")
    assert not Prediction.objects.get().withdrawn


def test_corrections_are_counted(asks, made):
    from pymano.metrics import CORRECTIONS

    counter = CORRECTIONS.labels("1.0")._value
    before = counter.get()
    asks.put(f"{URL}{made['id']}/correction/", {"text": "a"}, format="json")
    assert counter.get() == before + 1


# Methods


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("", ["put", "patch", "delete"]),
        ("00000000-0000-0000-0000-000000000000/", ["post", "put", "patch"]),
        ("00000000-0000-0000-0000-000000000000/correction/", ["get", "post", "patch", "delete"]),
        ("00000000-0000-0000-0000-000000000000/consent/", ["get", "post", "patch", "delete"]),
    ],
)
def test_other_methods_are_refused(asks, path, methods):
    for method in methods:
        response = getattr(asks, method)(URL + path)
        assert_problem(response, 405, "method_not_allowed")
        assert method.upper() not in response["Allow"].split(", ")
