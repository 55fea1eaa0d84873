"""A canary and a shadow on a real TorchServe that serves two versions, and then one."""

import time

import pytest

from local.torchserve import TorchServe
from pymano.recognition.reading import read
from pymano.rollout import guard, router, shadow
from pymano.rollout.models import Observation, Rollout
from pymano.rollout.promotion import promote
from pymano.serving import changes
from pymano.serving.management import Replica
from pymano.serving.models import WantedVersion
from tests import archives, served
from tests.site.rollout.people import person

STROKES = [[[0, 0], [10, 10]]]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    store = archives.fill(tmp_path_factory.mktemp("tried") / "model_store", "1.0", "1.1")
    server = TorchServe(tmp_path_factory.mktemp("server"), archive=store / "crnn-1.0.mar")
    with served.running(server):
        yield server


@pytest.fixture(autouse=True)
def _both(server, settings):
    """Register 1.1 beside 1.0, the default, as the admin does."""
    settings.MODEL_STORE = server.archive.parent
    settings.TORCHSERVE_INFERENCE_URL = server.inference_url
    settings.TORCHSERVE_MANAGEMENT_URL = server.management_url
    changes.register(version="1.1", workers=1, actor=None)
    router.trials.forget()
    yield
    router.trials.forget()
    replica = Replica(server.management_url, time.monotonic() + 30)
    replica.set_default("1.0")
    if replica.served().get("1.1"):
        replica.unregister("1.1")


@pytest.fixture
def start(admin_user):
    def start(kind, **fields):
        rollout = Rollout(kind=kind, **fields)
        rollout.start(WantedVersion.objects.get(version="1.1"), "1.0", by=admin_user)
        router.trials.forget()
        return rollout

    return start


def test_a_canary_is_given_a_share_and_made_the_default(start, admin_user):
    canary = start("canary", share=50)
    hers, his = person(canary, canary=True), person(canary, canary=False)
    for _ in range(3):
        assert read(owner=hers, ink=STROKES)[0].model_version == "1.1"
        assert read(owner=his, ink=STROKES)[0].model_version == "1.0"
    promote(rollout=canary, actor=admin_user)
    router.trials.forget()
    assert read(owner=his, ink=STROKES)[0].model_version == "1.1"
    assert not Rollout.objects.running().exists()


def test_a_canary_that_a_replica_lacks_is_ended_and_nobody_notices(server, start):
    canary = start("canary", share=50)
    hers = person(canary, canary=True)
    Replica(server.management_url, time.monotonic() + 30).unregister("1.1")
    read_by = {read(owner=hers, ink=STROKES)[0].model_version for _ in range(canary.minimum)}
    assert read_by == {"1.0"}
    [ended] = guard.look()
    assert ended == canary
    assert ended.reason.startswith("1.1 gave no reading 20 times of 20, 1.0 0 times of 20.")


def test_a_shadow_reads_too(start, admin_user):
    start("shadow")
    assert read(owner=admin_user, ink=STROKES)[0].model_version == "1.0"
    shadow.finish()
    one = Observation.objects.get(role="shadow")
    assert (one.outcome, one.shadow_reading.text, one.shadow_reading.agrees) == ("read", "hello", True)
