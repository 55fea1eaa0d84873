"""The whole life of a tiny model: corrected, exported, trained on, released, served and rolled back."""

import json
import sys
from itertools import count
from types import SimpleNamespace

import pytest
import torch
from django.contrib.auth import get_user_model
from django.core.management import call_command
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from crnn.alphabet import Alphabet
from crnn.reader import Habits
from local.torchserve import TorchServe
from pymano.recognition.models import Prediction
from pymano.serving import changes
from pymano.serving import client as torchserve_client
from pymano.serving.management import Replica
from pymano.serving.reconcile import reconcile
from tests import handwriting
from tests.training.sets import item, write_data, write_set
from training import archive, archive_files, evaluate, language, reported, train

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 200
NETWORK = "[network]\nchannels = [8, 8, 12, 16, 24]\nhidden = 24\nlayers = 1\ndropout = 0.0\n"
RECIPE = """
{start}
keep = "last"
seed = 2
minutes = 1
columns = 1500
learning_rate = 1e-2
weight_decay = 0.0
warm_up = 5
fall = 1.0
shortcut = 0.2
average = 0.9
"""


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """Data in which people write "hello", an empty store, and a clock by which each step takes a second."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_STORE = tmp_path / "store"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MODEL_STORE.mkdir()
    write_data(tmp_path / "data")
    for name in set(reported.REPORTED) - {"copiste"}:
        write_set(tmp_path / "data" / f"{name}.jsonl.gz", [item("hello")])
    monkeypatch.setattr(archive, "STORE", settings.MODEL_STORE)
    monkeypatch.setattr(train, "time", SimpleNamespace(monotonic=count().__next__))
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a module of training as the command line does; what it said on standard output."""

    def run(module, *arguments):
        monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
        capsys.readouterr()
        module.main()
        return capsys.readouterr().out

    return run


@pytest.fixture
def release(run, folder):
    """Train for some steps and release a version; its archive."""

    def release(version, weights, *options, start=""):
        recipe = folder / f"{version}.toml"
        network = "" if start else NETWORK
        recipe.write_text(RECIPE.format(start=start) + network + f"[weights]\n{weights}")
        trained = folder / "runs" / version
        run(train, recipe, folder / "data", trained, "--minutes", STEPS / 60, "--threads", 1, *options)
        tuned = archive_files.sha256(trained / "best.pt")
        Habits(0.0, 0.0, weights_sha256=tuned).save(trained / "habits.json")
        text = language.joined(["hello tall"], Alphabet())
        language.save({"english": language.learn(text, 3)}, trained / "language.npz")
        run(archive, trained / "best.pt", version, folder / "data")
        return folder / "store" / f"crnn-{version}.mar"

    return release


@pytest.fixture
def serve(folder, settings):
    """Serve an archive by the real TorchServe, which the site knows."""
    servers = []

    def serve(path):
        server = TorchServe(folder / "torchserve", archive=path)
        servers.append(server)
        server.start()
        server.wait()
        settings.TORCHSERVE_INFERENCE_URL = server.inference_url
        settings.TORCHSERVE_MANAGEMENT_URL = server.management_url
        torchserve_client.state.forget()
        return server

    yield serve
    for server in servers:
        server.stop()
    torchserve_client.state.forget()


def person(name):
    """Somebody who lets readings train, and their program."""
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "x")
    user.agree_to_teach(True)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
    return program


def write_tall(program):
    return program.post("/api/v1/predictions/", {"strokes": handwriting.ink("tall")}, format="json").json()


def correct(program, reading):
    program.put(f"/api/v1/predictions/{reading['id']}/correction/", {"text": "tall"}, format="json")


def bring():
    """What the loop does where a change needs longer than the page waits: a busy machine starts slowly."""
    assert all(outcome.is_right for outcome in reconcile(seconds=120))


def test_corrections_make_a_better_model_that_is_served_and_rolled_back(
    folder, run, release, serve, admin_user, capsys
):
    first = release("1.0", "words = 0.8\ncopiste = 0.2")
    server = serve(first)

    people = [person(name) for name in ("alice", "bob", "charlie")]
    for program in people:
        reading = write_tall(program)
        assert (reading["model"]["version"], reading["text"] == "tall") == ("1.0", False)
        correct(program, reading)
    export = folder / "export"
    call_command("export_corrections", str(export))
    made = json.loads((export / "manifest.json").read_text())
    assert (made["train"]["writers"], made["held-out"]["writers"]) == (2, 1)

    taught = "words = 0.4\ncopiste = 0.2\ncorrections = 0.4"
    second = release("1.1", taught, "--corrections", export, start=f'start = "{first}"')
    held_out = export / "held-out" / "ink.jsonl.gz"
    told = run(evaluate, held_out, "--model", first, second, "--report", folder / "report")
    before, after = map(json.loads, told.splitlines())
    assert after["cer"] < before["cer"]
    facts = json.loads(second.with_suffix(".json").read_text())
    assert facts["exports"] == [made["export"]]

    changes.register(version="1.1", workers=1, actor=admin_user)
    assert write_tall(people[0])["model"]["version"] == "1.0"
    changes.set_default(version="1.1", actor=admin_user)
    bring()
    reading = write_tall(people[0])
    assert (reading["model"]["version"], reading["text"]) == ("1.1", "tall")
    changes.roll_back(actor=admin_user)
    bring()
    assert write_tall(people[0])["model"]["version"] == "1.0"
    assert Replica(server.management_url, float("inf")).served().default == "1.0"

    Prediction.objects.filter(correction="tall").first().delete()
    capsys.readouterr()
    call_command("training_exports")
    *_, row = capsys.readouterr().out.splitlines()
    assert row.split("\t")[2:] == ["3", "1", "0", "1.1"]
