import json
from typing import Any

import pytest

from pymano.serving.answers import Unintelligible, reading_in, refusal_in, state_in
from pymano.serving.state import State
from tests.fake_torchserve import answer


def said(**changes: Any) -> bytes:
    return json.dumps(answer("hello", "hallo", "hells") | changes).encode()


def test_it_understands_a_reading():
    reading = reading_in(said())
    assert (reading.text, reading.confidence) == ("hello", 0.93)
    assert [other.text for other in reading.alternatives] == ["hallo", "hells"]
    assert [(letter.text, letter.start) for letter in reading.characters[:2]] == [("h", 0.0), ("e", 0.2)]
    assert (reading.model_name, reading.model_version) == ("crnn", "1.0")


def test_an_empty_text_is_a_reading_too():
    assert reading_in(said(text="", characters=[])).text == ""


def test_alternatives_leave_out_the_reading_and_are_five_at_most():
    others = [{"text": text, "confidence": 0.1} for text in ["hello", "a", "b", "c", "d", "e", "f"]]
    assert [other.text for other in reading_in(said(alternatives=others)).alternatives] == [
        "a",
        "b",
        "c",
        "d",
        "e",
    ]


def test_rounding_does_not_leave_zero_to_one():
    assert reading_in(said(confidence=1.0000001)).confidence == 1.0
    assert reading_in(said(confidence=-1e-9)).confidence == 0.0


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"Worker died.",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"7",
        b"[" * 100_000,
        b"{}",
        said(text=None),
        said(text=7),
        said(text="\ud800"),
        said(confidence="0.9"),
        said(confidence=True),
        said(confidence=float("nan")),
        said(confidence=7),
        said(alternatives=None),
        said(alternatives=["hallo"]),
        said(alternatives=[{"text": "hallo"}]),
        said(characters={}),
        said(characters=[{"text": "h", "confidence": 0.9, "start": 0}]),
        said(characters=[{"text": "h", "confidence": 0.9, "start": 0, "end": 40}]),
        said(model="crnn"),
        said(model={"name": "crnn"}),
        said(model={"name": "crnn", "version": 1.0}),
    ],
)
def test_it_takes_nothing_else_for_a_reading(garbage):
    with pytest.raises(Unintelligible):
        reading_in(garbage)


@pytest.mark.parametrize("code", ["blank", "truncated", "malformed", "too_large", "unsupported"])
def test_it_understands_a_refusal(code):
    assert refusal_in(json.dumps({"code": code, "detail": "…"}).encode()) == code


@pytest.mark.parametrize("garbage", [b"", b"{}", b'{"code": 422}', b'{"code": "whim"}', b'["blank"]'])
def test_it_takes_nothing_else_for_a_refusal(garbage):
    with pytest.raises(Unintelligible):
        refusal_in(garbage)


def test_a_model_is_ready_with_one_worker_that_is():
    workers = [{"status": "UNLOADING"}, {"status": "READY"}]
    said = state_in(json.dumps([{"modelName": "crnn", "workers": workers}]).encode())
    assert said == State("ready", 1, None)


@pytest.mark.parametrize("workers", [[], [{"status": "UNLOADING"}], [{}]])
def test_a_model_is_not_ready_without(workers):
    assert state_in(json.dumps([{"workers": workers}]).encode()) == State("starting", 0, None)


def test_of_the_queues_of_all_versions_the_fullest_counts():
    queues = [{"remainingCapacity": 90}, {"remainingCapacity": 3}, {"remainingCapacity": "all"}, None, {}]
    said = [{"workers": [{"status": "READY"}], "jobQueueStatus": queue} for queue in queues]
    assert state_in(json.dumps(said).encode()) == State("ready", 5, 3)


@pytest.mark.parametrize("garbage", [b"", b"{}", b"[7]", b"[{}]", b'[{"workers": [7]}]'])
def test_it_takes_nothing_else_for_a_state(garbage):
    with pytest.raises(Unintelligible):
        state_in(garbage)
