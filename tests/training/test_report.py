import json

import numpy as np
import pytest
from PIL import Image

from crnn.reader import Alternative, Reading
from crnn.strip import Strip
from training import report
from training.answers import Answer
from training.report import Subject
from training.sets import Item

STRIP = Strip(np.zeros((48, 60), np.uint8), 0, 60)
SUBJECT = Subject("words-dev", "crnn-1.0", "beam")


def answer(written, read, *alternatives, confidence=0.5, writer=None):
    others = tuple(Alternative(text, 0.1) for text in alternatives)
    return Answer(Item(STRIP, written, writer), Reading(read, confidence, others, ()))


def refused(written):
    return Answer(Item(None, written), None)


def measure(*answers, subject=SUBJECT):
    return report.measure(subject, answers, 4.5, np.random.default_rng(1))


def test_scores_are_those_of_the_answers():
    scores = measure(answer("hello", "hallo", "x", "hello"), answer("tall", "tall"), refused("a")).scores()
    assert scores["cer"] == pytest.approx(2 / 10)
    assert scores["wer"] == pytest.approx(2 / 3)
    assert scores["exact"] == pytest.approx(1 / 3)
    assert scores["top3"] == pytest.approx(2 / 3)
    assert (scores["n"], scores["ms_per_item"], scores["model"]) == (3, 4.5, "crnn-1.0")


def test_the_fourth_text_is_not_among_the_first_three():
    assert measure(answer("d", "a", "b", "c", "d")).scores()["top3"] == 0


def test_every_score_lies_in_its_interval():
    scores = measure(*(answer("tall", "tall" if number % 3 else "tell") for number in range(30))).scores()
    for name in ("cer", "wer", "exact", "top3"):
        low, high = scores[f"{name}_interval"]
        assert low < scores[name] < high


def test_writers_are_resampled_where_they_are_known():
    known = measure(answer("a", "a", writer="alice"), answer("a", "b", writer="bob"))
    assert (known.scores()["resampled"], known.scores()["writers"]) == ("writers", 2)
    assert "resampling its 2 writers (so few" in report.tell(known)


def test_items_are_resampled_otherwise_and_it_is_said():
    unknown = measure(answer("a", "a", writer="alice"), answer("a", "b"))
    assert (unknown.scores()["resampled"], unknown.scores()["writers"]) == ("items", 0)
    assert "resampling items, for want of writers" in report.tell(unknown)


def test_what_was_refused_has_no_confidence_to_be_wrong_about():
    assert measure(answer("a", "a", confidence=0.9), refused("b")).scores()["ece"] == pytest.approx(0.1)
    silent = measure(refused("b"))
    assert silent.scores()["ece"] is None
    assert "unknown" in report.tell(silent)


def test_it_is_told_how_many_were_refused():
    told = report.tell(measure(answer("a", "a"), refused("b"), refused("c")))
    assert "3 items, 4.5 ms each; 2 of them refused" in told
    assert "refused" not in report.tell(measure(answer("a", "a")))


def test_the_most_frequent_confusions_are_told():
    told = report.tell(measure(answer("cat", "cut"), answer("tall", "tull"), answer("to be", "tobe")))
    assert "    2  a       u       of 2 written" in told
    assert "    1  ␣       -none-  of 1 written" in told


def test_where_all_is_right_no_confusion_is_told():
    assert report.tell(measure(answer("cat", "cat"))).endswith("No character was confused.")


def test_the_folder_holds_scores_words_and_pictures(tmp_path):
    made = measure(answer("été", "ete"), answer("tall", "tall"), refused("a"))
    report.write(made, tmp_path / "deep" / "words-dev")
    folder = tmp_path / "deep" / "words-dev"
    assert json.loads((folder / "scores.json").read_text()) == made.scores()
    assert (folder / "summary.txt").read_text(encoding="utf-8") == report.tell(made) + "\n"
    assert "é\te\t2\t2\n" in (folder / "confusions.tsv").read_text(encoding="utf-8")
    for name in ("worst.png", "reliability.png"):
        with Image.open(folder / name) as picture:
            assert picture.format == "PNG"


def test_a_later_report_replaces_an_earlier_one(tmp_path):
    for text in ("cut", "cot"):
        report.write(measure(answer("cat", text)), tmp_path)
    assert "a\tu" not in (tmp_path / "confusions.tsv").read_text(encoding="utf-8")


def test_the_worst_fifty_stand_worst_first_and_of_equals_the_surest():
    answers = [
        answer("right", "right"),
        answer("abcd", "abcx", confidence=0.2),
        answer("abcd", "abxd", confidence=0.9),
        answer("ab", "xy"),
        refused("abcde"),
    ]
    cards = report._worst(measure(*answers))
    assert [card.read for card in cards] == ["xy", "", "abxd", "abcx"]
    assert cards[0].remark == "CER 100%, confidence 0.50"
    assert cards[1].remark == "CER 100%, refused"
    assert cards[1].pixels is None
    assert len(report._worst(measure(*[answer("a", "b")] * 60))) == 50


def test_models_stand_side_by_side():
    one = measure(answer("cat", "cut"), refused("tall"))
    two = measure(
        answer("cat", "cat"), refused("tall"), subject=Subject("words-dev", "crnn-1.1-best", "beam")
    )
    head, first, second = report.side_by_side([one, two]).splitlines()
    assert head.split()[:3] == ["model", "CER", "WER"]
    assert first.split()[:2] == ["crnn-1.0", "71.4%"]
    assert second.split()[:2] == ["crnn-1.1-best", "57.1%"]
    assert len(head) == len(first) == len(second)


@pytest.mark.parametrize("answers", [[], [answer(" ", "a")]])
def test_without_any_text_there_is_nothing_to_report(answers):
    with pytest.raises(ValueError, match="no text"):
        measure(*answers)
