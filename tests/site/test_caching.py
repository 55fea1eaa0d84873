import pytest
from django.test import Client


@pytest.mark.parametrize(
    "path", ["/accounts/logout/", "/accounts/password/change/", "/api/v1/me/", "/nowhere"]
)
def test_nobody_keeps_what_is_said_to_somebody(alice, path):
    client = Client()
    client.force_login(alice)
    assert "no-store" in client.get(path)["Cache-Control"]


def test_static_files_may_be_kept(db):
    answer = Client().get("/static/pymano/pymano.css")
    answer.close()
    assert "max-age" in answer["Cache-Control"]
