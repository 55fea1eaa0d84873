"""A zip that is written while it is sent."""

import csv
import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pymano.recognition import takeout
from pymano.recognition.models import Prediction
from pymano.recognition.takeout import history, readings, zipped

INK = [[[0, 0, 0, 0.5], [10, 10, 20, 0.5]]]


def unzipped(parts) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def make(owner, **more) -> Prediction:
    return Prediction.objects.create(
        owner=owner, confidence=0.5, model_name="crnn", model_version="1.0", duration_ms=1, **more
    )


def test_it_holds_what_it_was_given():
    entries = {"a.txt": b"a", "empty": b"", "folder/é.bin": bytes(range(256)) * 100}
    assert unzipped(zipped(entries.items())) == entries


def test_nothing_makes_an_empty_zip():
    assert unzipped(zipped([])) == {}


def test_it_asks_for_an_entry_only_when_the_one_before_is_sent():
    asked = []

    def entries():
        for name in ("a", "b"):
            asked.append(name)
            yield name, b"x" * 10_000

    parts = zipped(entries())
    assert next(parts).startswith(b"PK")
    assert asked == ["a"]


@pytest.mark.django_db
def test_each_reading_has_its_strokes_and_the_list_names_them(alice):
    ink = make(alice, strokes=INK, text="é", correction="è")
    files = unzipped(zipped(readings(Prediction.objects.all())))
    assert set(files) == {f"strokes/{ink.pk}.json", "readings.json"}
    assert json.loads(files[f"strokes/{ink.pk}.json"]) == {"strokes": INK}
    (listed,) = json.loads(files["readings.json"])
    assert (listed["text"], listed["correction"]) == ("é", "è")
    assert listed["files"] == [f"strokes/{ink.pk}.json"]
    assert listed["model"] == {"name": "crnn", "version": "1.0"}


@pytest.mark.django_db
def test_readings_are_fetched_a_few_at_a_time_in_their_order(alice, monkeypatch):
    monkeypatch.setattr(takeout, "CHUNK", 2)
    for n in range(5):
        make(alice, strokes=INK, text=str(n))
    with CaptureQueriesContext(connection) as queries:
        files = unzipped(zipped(history(Prediction.objects.of(alice))))
    assert len([query for query in queries if "strokes" in query["sql"]]) == 3
    assert [one["text"] for one in json.loads(files["readings.json"])] == ["4", "3", "2", "1", "0"]
    rows = csv.reader(io.StringIO(files["readings.tsv"].decode()), dialect=csv.excel_tab)
    assert [row[2] for row in rows] == ["text", "4", "3", "2", "1", "0"]


@pytest.mark.django_db
def test_a_reading_that_is_deleted_meanwhile_is_left_out(alice):
    first, second, third = [make(alice, text=str(n)) for n in range(3)]
    fetched = Prediction.objects.order_by("created_at").in_chunks(1)
    assert next(fetched) == first
    second.delete()
    assert list(fetched) == [third]


@pytest.mark.django_db
def test_a_picture_that_is_gone_is_left_out(alice):
    make(alice, picture="pictures/1/gone.png")
    (listed,) = json.loads(unzipped(zipped(readings(Prediction.objects.all())))["readings.json"])
    assert listed["files"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"])
def test_no_spreadsheet_takes_a_text_for_a_formula(alice, text):
    make(alice, text=text, correction=text)
    files = unzipped(zipped(history(Prediction.objects.all())))
    (_, row) = csv.reader(io.StringIO(files["readings.tsv"].decode()), dialect=csv.excel_tab)
    assert (row[2], row[4]) == (f"'{text}", f"'{text}")
    (listed,) = json.loads(files["readings.json"])
    assert (listed["text"], listed["correction"]) == (text, text)
