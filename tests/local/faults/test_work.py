import json
from io import BytesIO
from itertools import islice

from PIL import Image

from local.faults.work import questions


def test_ink_and_pictures_take_turns_and_a_drawing_grows():
    word, photograph, first, second, third, line, *_ = islice(questions(), 8)
    assert (word.drawing, photograph.strokes, line.drawing) == (None, None, None)
    assert first.drawing == second.drawing == third.drawing is not None
    assert first.strokes == second.strokes[: len(first.strokes)]
    assert second.strokes == third.strokes[: len(second.strokes)]
    assert len(first.strokes) < len(second.strokes) < len(third.strokes)


def test_each_drawing_is_another():
    names = {question.drawing for question in islice(questions(), 12)} - {None}
    assert len(names) == 2


def test_a_body_says_what_the_question_says():
    for question in islice(questions(), 6):
        if question.strokes is None:
            _, _, rest = question.body.partition(b"\r\n\r\n")
            assert Image.open(BytesIO(rest)).size > (100, 50)
        else:
            said = json.loads(question.body)
            assert said["strokes"] == question.strokes
            assert said.get("drawing") == question.drawing
