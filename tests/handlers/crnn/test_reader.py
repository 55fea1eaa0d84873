import json

import numpy as np
import pytest

from crnn.alphabet import Alphabet
from crnn.reader import DECODERS, Calibration, Habits, Reader
from crnn.strip import Strip

ALPHABET = Alphabet()
STRIP = Strip(np.zeros((48, 96), np.uint8), 0, 96)


def steps_of(*told):
    """Log probabilities that say these classes at these steps, of about the probabilities given."""
    likely = np.full((len(told), len(ALPHABET)), 1e-7)
    for row, chances in zip(likely, told, strict=True):
        row[0] = max(1e-7, 1 - sum(chances.values()))
        for character, chance in chances.items():
            row[ALPHABET.encode(character)[0]] = chance
    return np.log(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)


DOUBTFUL = steps_of({"c": 1}, {}, {"a": 0.6, "o": 0.4}, {}, {"t": 1})


class Likes:
    """A guide that finds one character a hundred times likelier than any other."""

    def __init__(self, character):
        self.label = ALPHABET.encode(character)[0]

    def start(self):
        return None

    def next(self, place, label):
        return None

    def factors(self, place):
        factors = np.full(len(ALPHABET), 0.01)
        factors[self.label] = 1.0
        return factors

    def end(self, place):
        return 1.0


def guided(character, habits=None):
    reader = Reader(ALPHABET, habits)
    reader._guide = Likes(character)
    return reader


def test_languages_decide_what_the_network_doubts():
    assert Reader(ALPHABET).read(STRIP, DOUBTFUL, "beam").text == "cat"
    assert guided("o").read(STRIP, DOUBTFUL, "beam").text == "cot"


def test_languages_cannot_write_what_the_network_excludes():
    assert guided("x").read(STRIP, DOUBTFUL, "beam").text == "cat"


def test_the_best_path_and_the_beam_may_differ():
    steps = steps_of({"l": 0.4}, {"l": 0.4}, {}, {"o": 1})
    path, beam = (Reader(ALPHABET).read(STRIP, steps, decoder) for decoder in DECODERS)
    assert path.text == "o"
    assert beam.text == "lo"
    assert "lo" in [each.text for each in path.alternatives]


def test_the_live_reading_asks_no_language():
    assert guided("o").read(STRIP, DOUBTFUL, "best-path").text == "cat"


def test_a_guided_belief_is_the_share_of_all_candidates():
    _, beliefs = guided("o").search(DOUBTFUL, "beam")
    assert sum(beliefs) == pytest.approx(1)
    assert beliefs[0] == pytest.approx(0.4 * 100 / (0.4 * 100 + 0.6), rel=0.01)


@pytest.mark.parametrize("decoder", DECODERS)
def test_without_a_guide_a_belief_is_the_networks_probability(decoder):
    _, beliefs = Reader(ALPHABET).search(DOUBTFUL, decoder)
    assert beliefs[:2] == pytest.approx([0.6, 0.4], abs=0.01)


CLEAR = steps_of({"c": 1}, {}, {"a": 0.9, "o": 0.1}, {}, {"t": 1})
OTHERWISE = steps_of({"c": 1}, {}, {}, {"a": 0.05, "o": 0.95}, {}, {"t": 1})


def test_what_is_doubted_is_what_all_looks_together_say():
    reading = Reader(ALPHABET).read(STRIP, DOUBTFUL, "beam", lambda _: [OTHERWISE, OTHERWISE])
    assert reading.text == "cot"
    assert reading.alternatives[0].text == "cat"
    assert reading.confidence == pytest.approx((0.4 * 0.95 * 0.95) ** (1 / 3), abs=0.01)


def test_languages_count_as_much_in_other_looks():
    both = Reader(ALPHABET).search(DOUBTFUL, "beam", lambda _: [OTHERWISE])[0]
    asked = guided("a").search(DOUBTFUL, "beam", lambda _: [OTHERWISE])[0]
    assert both[0].classes == tuple(ALPHABET.encode("cot"))
    assert asked[0].classes == tuple(ALPHABET.encode("cat"))


def never(_):
    raise AssertionError("looked again")


@pytest.mark.parametrize("decoder", DECODERS)
def test_what_is_clear_is_looked_at_once(decoder):
    assert Reader(ALPHABET).read(STRIP, CLEAR, decoder, never).text == "cat"


def test_the_live_reading_looks_twice_more():
    reading = Reader(ALPHABET).read(STRIP, DOUBTFUL, "best-path", lambda looks: [OTHERWISE] * looks)
    assert reading.confidence == pytest.approx((0.4 * 0.95 * 0.95) ** (1 / 3), abs=0.01)
    assert reading.text == "cot"
    assert reading.alternatives[0].text == "cat"


def test_a_look_without_room_for_a_text_does_not_rule_it_out():
    short = steps_of({"c": 1}, {"a": 1})
    assert Reader(ALPHABET).read(STRIP, DOUBTFUL, "beam", lambda _: [short]).text


def test_no_calibration_changes_no_belief():
    for belief in (0.01, 0.5, 0.93):
        assert Calibration().confidence(belief, 7) == pytest.approx(belief)


def test_a_calibration_bends_beliefs_and_keeps_their_order():
    careful = Calibration(slope=0.5, shift=-0.4)
    confidences = [careful.confidence(belief, 5) for belief in (0.0, 0.3, 0.9, 0.999, 1.0)]
    assert confidences == sorted(confidences)
    assert confidences[2] == pytest.approx(1 / (1 + np.exp(0.4 - 0.5 * np.log(9))))
    assert 0 < confidences[0] < confidences[-1] < 1


def test_alternatives_take_no_more_than_the_reading_leaves():
    bold = Habits(calibrations=dict.fromkeys(DECODERS, Calibration(slope=0.2, shift=1.0)))
    for decoder in DECODERS:
        reading = Reader(ALPHABET, bold).read(STRIP, DOUBTFUL, decoder)
        others = [each.confidence for each in reading.alternatives]
        assert sum(others) <= 1 - reading.confidence + 1e-9
        assert all(other <= reading.confidence for other in others)


def test_a_longer_text_may_be_less_sure():
    careful = Calibration(length=-0.5)
    assert careful.confidence(0.9, 40) < careful.confidence(0.9, 4) < careful.confidence(0.9, 1)


@pytest.mark.parametrize("decoder", DECODERS)
def test_the_characters_that_candidates_differ_in_are_the_doubtful_ones(decoder):
    c, a, t = Reader(ALPHABET).read(STRIP, DOUBTFUL, decoder).characters
    assert a.confidence == pytest.approx(0.6, abs=0.01)
    assert c.confidence == pytest.approx(1, abs=0.01)
    assert t.confidence == pytest.approx(1, abs=0.01)


def test_a_character_that_languages_chose_is_as_sure_as_the_text():
    reading = guided("o").read(STRIP, DOUBTFUL, "beam")
    assert reading.characters[1].confidence == pytest.approx(reading.confidence, abs=1e-3)
    assert reading.confidence > 0.9


def test_what_no_candidate_accounts_for_makes_every_character_doubtful():
    reading = Reader(ALPHABET).read(STRIP, steps_of({}, {"x": 0.001}, {" ": 0.01}), "beam")
    assert reading.characters[0].confidence == pytest.approx(reading.confidence, abs=0.01)


def test_habits_travel_as_json(tmp_path):
    habits = Habits(0.3, 0.5, {"best-path": Calibration(0.8, 0.0, 0.1), "beam": Calibration(1.2, -0.3, 0)})
    habits.save(tmp_path / "habits.json")
    assert Habits.load(tmp_path / "habits.json") == habits


def test_habits_that_do_not_say_whose_they_are_can_be_read(tmp_path):
    Habits(0.3, 0.5).save(tmp_path / "habits.json")
    written = json.loads((tmp_path / "habits.json").read_text())
    del written["weights_sha256"]
    (tmp_path / "habits.json").write_text(json.dumps(written))
    assert Habits.load(tmp_path / "habits.json") == Habits(0.3, 0.5)
