import json

import pytest

from local.benchmark.client import Client, RefusedError
from local.benchmark.specimen import WORD
from tests.fake_torchserve import FakeTorchServe


@pytest.fixture
def server():
    with FakeTorchServe() as fake:
        yield fake


def test_it_sends_the_ink_as_json(server):
    with Client(f"{server.url}/predictions/crnn", WORD, {"X-Decoder": "beam"}) as client:
        client.ask()
        client.ask()
    assert server.decoders == ["beam", "beam"]
    [(kind, body), _] = server.asked
    assert kind == "application/json"
    assert json.loads(body) == {"strokes": WORD}


def test_it_keeps_its_connection(server):
    with Client(f"{server.url}/predictions/crnn", WORD, {}) as client:
        for _ in range(3):
            client.ask()
        assert len(server._server.connections) == 1


@pytest.mark.parametrize(("mood", "status"), [("busy", 503), ("blank", 422)])
def test_a_refusal_is_no_reading(server, mood, status):
    server.mood = mood
    with (
        Client(f"{server.url}/predictions/crnn", WORD, {}) as client,
        pytest.raises(RefusedError, match=f"/predictions/crnn answered {status}"),
    ):
        client.ask()
