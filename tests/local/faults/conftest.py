"""Answers, made up."""

import pytest

from local.faults.answers import Answer
from local.faults.work import Question

INK = Question(b"", "application/json", strokes=[[[1, 2]]])
PICTURE = Question(b"", "multipart/form-data")


@pytest.fixture
def answered():
    """An answer to a client that asked with ink, and when: in seconds."""

    def make(outcome=201, begun=0.0, ended=1.0, client=0, question=INK, **said):
        return Answer(client, question, begun, ended, outcome, **said)

    return make
