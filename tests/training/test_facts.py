import json

import pytest

from training import facts

SETS = {"words": "aa", "lines": "bb"}


@pytest.fixture
def archive(tmp_path):
    rows = [
        {"set": "words", "items_sha256": "aa", "decoder": "beam", "cer": 0.07},
        {"set": "words", "items_sha256": "aa", "decoder": "best-path", "cer": 0.1},
        {"set": "lines", "items_sha256": "of other lines", "decoder": "beam", "cer": 0.2},
        {"set": "pages", "items_sha256": None, "decoder": "beam", "cer": 0.3},
    ]
    (tmp_path / "crnn-1.0.json").write_text(json.dumps({"scores": rows}))
    return tmp_path / "crnn-1.0.mar"


def test_scores_count_where_the_set_is_still_the_same(archive):
    assert facts.scores_on(archive, SETS) == {"words": {"beam": 0.07, "best-path": 0.1}}


def test_an_archive_without_facts_has_no_scores(tmp_path):
    assert facts.scores_on(tmp_path / "crnn-0.9.mar", SETS) == {}
