import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import trans_real

from tests.site.problems import assert_problem


@pytest.fixture
def schema(db) -> dict:
    return Client().get("/api/v1/schema/", {"format": "json"}).json()


def test_it_is_valid(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_it_has_every_address(schema):
    assert sorted(schema["paths"]) == [
        "/api/v1/me/",
        "/api/v1/predictions/",
        "/api/v1/predictions/{id}/",
        "/api/v1/predictions/{id}/consent/",
        "/api/v1/predictions/{id}/correction/",
        "/api/v1/register/",
        "/api/v1/token/",
        "/api/v1/token/blacklist/",
        "/api/v1/token/refresh/",
    ]


@pytest.mark.django_db
def test_nothing_that_is_asked_comes_back_in_its_headers():
    answer = Client().get("/api/v1/schema/", {"version": "\0\r\n", "format": "json"})
    assert answer["Content-Disposition"] == 'inline; filename="Pymano.json"'


def test_it_tells_what_can_go_wrong(schema):
    answers = schema["paths"]["/api/v1/predictions/"]["post"]["responses"]
    assert set(answers) == {"200", "201", "400", "401", "403", "413", "415", "422", "429", "503", "504"}
    assert list(answers["422"]["content"]) == ["application/problem+json"]


def test_the_question_can_be_a_form(schema):
    assert set(schema["paths"]["/api/v1/predictions/"]["post"]["requestBody"]["content"]) == {
        "application/json",
        "multipart/form-data",
    }


def test_the_page_of_docs_has_nothing_inline(db):
    response = Client().get("/api/v1/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<style|style=|\son\w+=|<script>|https?://", page)
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_the_script_of_the_docs_comes_from_here(db):
    response = Client().get("/api/v1/docs/?script=")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/javascript")


def test_a_format_that_there_is_not(db):
    assert_problem(Client().get("/api/v1/schema/", {"format": "xml"}), 404, "not_found")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["schema", "docs"])
def test_no_language_that_is_made_up_is_remembered(path):
    for number in range(3):
        assert Client().get(f"/api/v1/{path}/", {"lang": f"de-x{number}"}).status_code == 200
    assert not [language for language in trans_real._translations if language.startswith("de")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["lang", "version"])
def test_nothing_that_is_asked_becomes_a_script(name):
    script = Client().get("/api/v1/docs/", {"script": "", name: "\"'`\n</script>"}).text
    assert script.count("\n") == Client().get("/api/v1/docs/", {"script": ""}).text.count("\n")
    assert "</script>" not in script
    assert "\"'`" not in script
