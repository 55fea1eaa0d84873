import numpy as np
import pytest

from crnn.alphabet import Alphabet
from tests.training.learners import run_in
from tests.training.sets import item, write_set
from training import importance as module
from training import ink_store
from training.importance import Importance, found

pytestmark = pytest.mark.usefixtures("one_thread")
CLASSES = len(Alphabet())


@pytest.fixture
def store(tmp_path):
    return ink_store.parse(write_set(tmp_path / "ink.jsonl.gz", [item(text) for text in ("hello", "tall")]))


@pytest.fixture
def model(tmp_path):
    run_in(tmp_path / "run").checkpoint().save(tmp_path / "best.pt")
    return tmp_path / "best.pt"


class Knowing:
    """A recogniser that is certain of one text, to a degree."""

    def __init__(self, text, certainty):
        self.text, self.certainty = text, certainty

    def log_probabilities(self, strips):
        answer = np.full((2 * len(self.text), CLASSES), (1 - self.certainty) / (CLASSES - 1), np.float32)
        answer[1::2, 0] = self.certainty
        answer[np.arange(0, len(answer), 2), Alphabet().encode(self.text)] = self.certainty
        return [np.log(answer)] * len(strips)


@pytest.mark.parametrize("certainty", [0.99, 0.9])
def test_what_a_model_is_certain_of_is_easy_and_anything_else_hard(store, certainty):
    easy, hard = found(Knowing("hello", certainty), store)
    assert easy == pytest.approx(-10 * np.log(certainty) / 5, rel=0.2)
    assert hard > 3


def test_a_strip_with_too_few_columns_for_its_text_is_infinitely_hard(store):
    assert found(Knowing("ha", 0.9), store).tolist() == [np.inf, np.inf]


@pytest.mark.parametrize(
    ("loss", "weight"), [(0.0, 0.25), (0.02, 0.25), (0.05, 0.5), (0.1, 1), (2.9, 1), (3.1, 0), (np.inf, 0)]
)
def test_easy_items_are_drawn_less_often_and_wrong_ones_never(
    store, model, tmp_path, monkeypatch, loss, weight
):
    monkeypatch.setattr(module, "found", lambda *_: np.array([loss, 1.0], np.float32))
    weights = Importance(model, easy=0.1, least=0.25, wrong=3.0).weights(store, tmp_path)
    assert weights.tolist() == pytest.approx([weight, 1.0])


def test_items_are_read_once_by_each_model(store, model, tmp_path, monkeypatch, capsys):
    importance = Importance(model, easy=0.1, least=0.25, wrong=300.0)
    first = importance.weights(store, tmp_path)
    assert "best.pt reads 2 items, once" in capsys.readouterr().err
    monkeypatch.setattr(module, "found", lambda *_: pytest.fail("it was read again"))
    assert np.array_equal(importance.weights(store, tmp_path), first)
    run_in(tmp_path / "another", seed=2).checkpoint().save(model)
    with pytest.raises(pytest.fail.Exception, match="again"):
        importance.weights(store, tmp_path)
