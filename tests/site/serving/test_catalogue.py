"""Which archives may be registered, and what is known of them."""

import json
import zipfile
from datetime import UTC, datetime

import pytest

from pymano.serving import catalogue
from pymano.serving.models import ApprovedArchive

pytestmark = pytest.mark.django_db

SCORE = {"set": "words", "decoder": "beam", "cer": 0.05, "wer": 0.2, "exact": 0.8, "n": 900}


def approve(version, sha256="0" * 64):
    return ApprovedArchive.objects.create(name=f"crnn-{version}.mar", version=version, sha256=sha256, size=7)


def test_what_the_project_ships_comes_first_then_what_was_uploaded(store):
    approve("3.0")
    assert [(one.version, one.uploaded) for one in catalogue.archives()] == [
        ("1.0", False),
        ("1.1", False),
        ("1.2", False),
        ("3.0", True),
    ]


def test_what_lies_there_unlisted_is_not_approved(store):
    (store / "crnn-9.9.mar").write_bytes(b"who knows")
    assert catalogue.find("9.9") is None


def test_a_hash_holds_until_the_file_changes(store):
    assert catalogue.find("1.1").state == "whole"
    (store / "crnn-1.1.mar").write_bytes(b"another program")
    damaged = catalogue.find("1.1")
    assert damaged.state == "damaged"
    assert not damaged.may_be_loaded


def test_an_archive_in_torchserves_image_may_be_loaded(store):
    (store / "crnn-1.1.mar").unlink()
    (store / "crnn-1.1.json").write_text(json.dumps({"archive": {"size": 14}}))
    elsewhere = catalogue.find("1.1")
    assert (elsewhere.state, elsewhere.size) == ("elsewhere", 14)
    assert elsewhere.may_be_loaded


def test_a_file_is_read_once_while_it_stays_the_same(store, monkeypatch):
    catalogue.archives()
    monkeypatch.setattr(catalogue.hashlib, "file_digest", None)
    assert catalogue.find("1.1").state == "whole"


def test_scores_come_from_the_facts_beside_it(store):
    facts = {
        "created": "2026-01-02",
        "exports": [7],
        "scores": [SCORE | {"cer_interval": [0.04, 0.07]}, SCORE],
    }
    (store / "crnn-1.1.json").write_text(json.dumps(facts))
    archive = catalogue.find("1.1")
    assert [score.cer_interval for score in archive.scores] == [(0.04, 0.07), None]
    assert (archive.scores[0].items, archive.exports) == (900, ("7",))
    assert archive.created == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("facts", ["", "[", "[]", "7", '{"scores": 7}', '{"scores": [{}]}', '{"archive": 7}'])
def test_facts_that_are_none_are_no_scores(store, facts):
    (store / "crnn-1.1.json").write_text(facts)
    assert catalogue.find("1.1").scores == ()


def test_the_card_lies_beside_it(store):
    (store / "crnn-1.1.md").write_text("# crnn 1.1\n")
    assert catalogue.find("1.1").card == "# crnn 1.1\n"
    assert catalogue.find("1.0").card == ""


def test_or_the_card_lies_inside_as_in_what_is_uploaded(store):
    with zipfile.ZipFile(store / "crnn-1.0.mar", "a") as archive:
        archive.writestr("model_card.md", "# crnn 1.0\n")
    (store / "crnn-1.1.mar").write_bytes(b"no archive")
    assert [catalogue.find(version).card for version in ("1.0", "1.1", "1.2")] == ["# crnn 1.0\n", "", ""]


@pytest.mark.parametrize("listed", [None, "", "nonsense\n", "a b c\n"])
def test_without_a_list_nothing_is_approved(store, listed):
    (store / "SHA256SUMS").unlink()
    if listed is not None:
        (store / "SHA256SUMS").write_text(listed)
    assert catalogue.archives() == []
