import pytest

from tests.training.learners import run_in
from training import metrics, one_look
from training.sources import HeldOut

pytestmark = pytest.mark.usefixtures("one_thread")


def test_what_an_untrained_network_reads_is_all_wrong(words, tmp_path):
    assert one_look.held_out_cer(run_in(tmp_path).checkpoint(), HeldOut(words, range(5))) >= 0.5


def test_of_many_items_some_are_read_from_all_over_the_set(words, tmp_path, monkeypatch):
    monkeypatch.setattr(one_look, "_HELD_OUT_ITEMS", 4)
    written = []
    monkeypatch.setattr(
        metrics, "score", lambda texts, _: written.extend(texts) or metrics.Scores(0, 0, 0, 0)
    )
    one_look.held_out_cer(run_in(tmp_path).checkpoint(), HeldOut(words, range(10)))
    assert written == [str(words.texts[index]) for index in range(0, 10, 2)]
