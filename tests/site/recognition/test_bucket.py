import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client

from pymano.recognition.bucket import PictureBucket
from pymano.recognition.models import Prediction
from pymano.recognition.storage import StorageAwayError
from tests.fake_s3 import FakeS3
from tests.site.drawings import picture
from tests.site.problems import assert_problem


@pytest.fixture
def s3():
    with FakeS3() as fake:
        yield fake


@pytest.fixture
def bucket(s3):
    return PictureBucket(
        bucket_name="ink", endpoint_url=s3.url, region_name="here", access_key="key", secret_key="secret"
    )


@pytest.fixture
def photograph(api, alice, bucket, torchserve, monkeypatch):
    """Read a picture that is kept in the bucket; what is called sends one more."""
    monkeypatch.setattr(Prediction._meta.get_field("picture"), "storage", bucket)

    def send():
        form = {"image": ContentFile(picture(), "word.png")}
        return api(alice).post("/api/v1/predictions/", form, format="multipart")

    return send


def test_a_file_is_put_fetched_and_deleted(bucket, s3):
    name = bucket.save("pictures/1/a.png", ContentFile(b"whole"))
    assert s3.objects == {"/ink/pictures/1/a.png": b"whole"}
    with bucket.open(name) as file:
        assert file.read() == b"whole"
    bucket.delete(name)
    bucket.delete(name)
    assert s3.objects == {}
    with pytest.raises(FileNotFoundError):
        bucket.open(name)


def test_every_request_is_signed(bucket, s3):
    bucket.save("a", ContentFile(b"a"))
    assert s3.signed
    assert all("Credential=key/" in signature for signature in s3.signed)


def test_its_failures_are_this_sites(bucket, s3):
    bucket.save("a", ContentFile(b"a"))
    s3.away = True
    for fail in (
        lambda: bucket.save("b", ContentFile(b"b")),
        lambda: bucket.open("a"),
        lambda: bucket.delete("a"),
        lambda: bucket.listdir("pictures"),
        lambda: bucket.get_modified_time("a"),
    ):
        with pytest.raises(StorageAwayError):
            fail()


def test_a_picture_lies_in_the_bucket_and_its_owner_alone_sees_it(photograph, alice, bob, s3):
    assert photograph().status_code == 201
    prediction = Prediction.objects.get()
    assert s3.objects == {f"/ink/{prediction.picture.name}": picture()}
    address = f"/history/{prediction.pk}/picture/"
    browser = Client()
    browser.force_login(bob)
    assert browser.get(address).status_code == 404
    browser.force_login(alice)
    answer = browser.get(address)
    assert b"".join(answer.streaming_content) == picture()
    answer.close()


def test_while_the_bucket_is_away_no_reading_is_kept(photograph, s3):
    s3.away = True
    assert_problem(photograph(), 503, "storage_away")
    assert not Prediction.objects.exists()


def test_and_the_page_of_a_picture_says_so(photograph, alice, s3):
    photograph()
    s3.away = True
    browser = Client(raise_request_exception=False)
    browser.force_login(alice)
    answer = browser.get(f"/history/{Prediction.objects.get().pk}/picture/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.django_db(transaction=True)
def test_a_deleted_picture_is_deleted_there(photograph, s3):
    photograph()
    Prediction.objects.get().delete()
    assert s3.objects == {}


@pytest.mark.django_db
def test_a_picture_without_a_reading_is_found_and_goes(photograph, bucket, s3):
    photograph()
    [kept] = s3.objects
    bucket.save("pictures/7/lost.png", ContentFile(b"lost"))
    call_command("delete_lost_pictures")
    assert list(s3.objects) == [kept]


def test_a_picture_that_is_gone_has_no_age(bucket):
    with pytest.raises(FileNotFoundError):
        bucket.get_modified_time("pictures/7/gone.png")


def test_the_settings_name_the_bucket(monkeypatch):
    values = {
        "BUCKET": "ink",
        "ENDPOINT": "https://s3.example.org",
        "ACCESS_KEY": "key",
        "SECRET_KEY": "secret",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PICTURES_S3_{name}", value)
    look = (
        "import django; django.setup(); from django.core.files.storage import default_storage as s;"
        "print(type(s._wrapped or s).__name__, s.bucket_name, s.endpoint_url, s.access_key, s.default_acl)"
    )
    told = subprocess.run(
        [sys.executable, "-c", look], cwd=project.ROOT / "site", capture_output=True, text=True, check=True
    )
    assert told.stdout.split()[1:] == ["ink", "https://s3.example.org", "key", "None"]


def test_without_a_bucket_they_lie_in_a_folder():
    assert type(storages["default"]).__name__ == "WholeFileStorage"
