import pytest

from pymano.recognition import routing
from pymano.recognition.models import Prediction
from pymano.recognition.reading import read
from pymano.serving import client
from tests.site.drawings import STROKES


class Noting:
    """A way that asks version 7, and notes what it learns."""

    def __init__(self):
        self.learnt = []

    def __call__(self, owner_id, kind):
        self.learnt.append((owner_id, kind))
        return self

    def read(self, ask):
        return ask("7", seconds=5)

    def kept(self, prediction):
        self.learnt.append(prediction)


@pytest.fixture
def way():
    before, noting = routing._router, Noting()
    routing.use(noting)
    yield noting
    routing.use(before)


def test_a_router_says_which_version_reads(torchserve, alice, way):
    prediction, _ = read(owner=alice, ink=STROKES, decoder="best-path")
    assert torchserve.versions == ["7"]
    assert prediction.model_version == "7"
    assert way.learnt == [(alice.pk, "ink, best-path"), prediction]


def test_it_learns_nothing_of_what_is_not_kept(torchserve, alice, way):
    torchserve.mood = "busy"
    with pytest.raises(client.Busy):
        read(owner=alice, ink=STROKES)
    assert way.learnt == [(alice.pk, "ink, beam")]
    assert not Prediction.objects.exists()


def test_without_one_the_default_reads(torchserve, alice, way):
    routing.use(routing.straight)
    assert read(owner=alice, ink=STROKES)[0].model_version == "1.0"
    assert torchserve.versions == [""]
