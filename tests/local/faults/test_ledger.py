import json

import pytest

from local.faults.answers import BROKEN
from local.faults.ledger import Row, discrepancies, files, rows
from local.faults.work import Question
from tests.local.faults.conftest import INK, PICTURE

DRAWN = Question(b"", "application/json", strokes=[[[1, 2]]], drawing="d")
GROWN = Question(b"", "application/json", strokes=[[[1, 2]], [[3, 4]]], drawing="d")


def row(key, question, picture=""):
    return Row(key, question.drawing, question.strokes, picture)


def test_what_was_answered_is_kept(answered):
    answers = [answered(201, id="a"), answered(201, id="b", question=PICTURE), answered(503)]
    assert discrepancies(answers, [row("a", INK), row("b", PICTURE, "1/b.png")], {"1/b.png"}) == []


def test_of_a_drawing_the_latest_counts(answered):
    answers = [answered(201, id="a", question=DRAWN), answered(200, begun=1, id="a", question=GROWN)]
    assert discrepancies(answers, [row("a", GROWN)], set()) == []
    assert discrepancies(answers, [row("a", DRAWN)], set()) == ["kept a, but not what 200 a was of"]


@pytest.mark.parametrize(
    ("kept", "stored", "line"),
    [
        ([], set(), "answered 201 a, but not kept"),
        ([row("a", INK), row("b", INK)], set(), "kept b, but never answered"),
        ([row("a", GROWN)], set(), "kept a, but not what 201 a was of"),
        ([row("a", INK)], {"1/x.png"}, "file 1/x.png belongs to nothing"),
    ],
)
def test_what_does_not_fit_is_named(answered, kept, stored, line):
    assert discrepancies([answered(201, id="a")], kept, stored) == [line]


def test_a_picture_without_its_file_is_named(answered):
    answers = [answered(201, id="a", question=PICTURE)]
    assert discrepancies(answers, [row("a", PICTURE, "1/a.png")], set()) == ["file 1/a.png is missing"]
    assert discrepancies(answers, [row("a", PICTURE)], set()) == ["kept a, but not what 201 a was of"]


def test_what_a_killed_process_was_doing_may_be_kept_or_not(answered):
    answers = [answered(201, id="a", question=DRAWN), answered(BROKEN, question=GROWN)]
    for kept in (DRAWN, GROWN):
        assert discrepancies(answers, [row("a", kept)], set(), [GROWN]) == []
    other = [row("a", DRAWN), row("b", INK)]
    assert discrepancies(answers, other, set(), [INK]) == []
    assert discrepancies(answers, other, set(), [GROWN]) == ["kept b, but never answered"]


def test_its_picture_may_be_left_but_no_more(answered):
    stored = {"1/x.png", "1/y.png"}
    assert discrepancies([], [], stored, [PICTURE]) == ["file 1/y.png belongs to nothing"]


def test_rows_are_what_dumpdata_says():
    fields = {"drawing": None, "strokes": [[[1, 2]]], "picture": "", "text": "l", "owner": 7}
    dump = json.loads(json.dumps([{"model": "recognition.prediction", "pk": "a", "fields": fields}]))
    assert rows(dump) == [row("a", INK)]


def test_files_are_named_from_their_folder(tmp_path):
    (tmp_path / "pictures" / "1").mkdir(parents=True)
    (tmp_path / "pictures" / "1" / "a.png").touch()
    assert files(tmp_path) == {"pictures/1/a.png"}
    assert files(tmp_path / "none") == set()
