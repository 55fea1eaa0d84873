import pytest
from django.test import RequestFactory

from pymano.api.limits import JSON, MULTIPART, PLAIN, limit
from pymano.api.sizes import SizeMiddleware
from tests.site.api.conftest import URL


@pytest.fixture
def parsed() -> list[str]:
    return []


@pytest.fixture
def gate(parsed):
    from django.http import HttpResponse

    def view(request):
        parsed.append(request.path)
        return HttpResponse()

    return SizeMiddleware(view)


def request_of(length: object, *, path: str = URL, content_type: str = "application/json"):
    request = RequestFactory().generic("POST", path, b"x", content_type)
    request.META["CONTENT_LENGTH"] = length
    return request


@pytest.mark.parametrize(
    ("path", "content_type", "most"),
    [
        (URL, "application/json", JSON),
        (URL, "multipart/form-data; boundary=x", MULTIPART),
        (URL, "image/png", JSON),
        ("/api/v1/token/", "application/json", PLAIN),
        (URL + "7/correction/", "application/json", PLAIN),
    ],
)
def test_each_address_takes_so_much_and_no_more(gate, parsed, path, content_type, most):
    request = request_of(str(most), path=path, content_type=content_type)
    assert gate(request).status_code == 200
    request = request_of(str(most + 1), path=path, content_type=content_type)
    assert gate(request).status_code == 413
    assert parsed == [path]


def test_a_picture_of_ten_megabytes_fits_into_json():
    assert limit(URL, "application/json") > 10_000_000 * 4 / 3


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "9" * 4000, " 7 7"])
def test_a_length_that_is_none_is_refused(gate, parsed, length):
    request = request_of(length)
    assert gate(request).status_code == 400
    assert parsed == []


@pytest.mark.parametrize("length", ["", None, "0"])
def test_no_body_is_small_enough(gate, length):
    request = request_of(length)
    assert gate(request).status_code == 200


def test_a_page_is_refused_with_a_page(gate):
    request = request_of(str(PLAIN + 1), path="/accounts/login/")
    response = gate(request)
    assert response.status_code == 413
    assert response["Content-Type"].startswith("text/html")


def test_django_lets_through_what_these_limits_do(settings):
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE > JSON
