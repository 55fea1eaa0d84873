"""From what is wanted to what each replica is asked to do."""

import pytest

from pymano.serving import management
from pymano.serving import reconcile as module
from pymano.serving.bringing import Change, Lives, Problem, Wanted, workers_in_words
from pymano.serving.reconcile import reconcile
from tests.site.serving.conftest import want

DIES = Problem("1.2", "cannot be loaded: the workers of crnn-1.2.mar do not start", lasting=True, dies=True)
pytestmark = pytest.mark.django_db


def bring(**options):
    return reconcile(seconds=10, **options)


def test_while_nothing_is_wanted_nobody_is_asked_for_anything(replicas):
    assert bring() == []
    assert [replica.changes for replica in replicas] == [[], []]


def test_what_is_right_is_left_alone(replicas):
    want("1.1")
    assert all(outcome.is_right and not outcome.changes for outcome in bring())
    assert [replica.changes for replica in replicas] == [[], []]


def test_the_new_is_there_before_the_old_goes(replicas):
    want("1.2")
    outcomes = bring()
    for replica, outcome in zip(replicas, outcomes, strict=True):
        assert replica.changes == ["register crnn-1.2.mar 2", "set-default 1.2", "unregister 1.1"]
        assert outcome.is_right
        assert outcome.changes == [
            Change("1.2", "is registered"),
            Change("1.2", "is the default"),
            Change("1.1", "is unregistered"),
        ]


def test_only_the_one_that_differs_is_changed(replicas):
    one, other = replicas
    other.workers["1.1"] = 1
    want("1.1")
    bring()
    assert (one.changes, other.changes) == ([], ["1.1 2"])
    assert other.workers == {"1.1": 2}


def test_a_version_that_cannot_read_is_not_made_the_default(replicas):
    want("1.1", "1.2")
    for replica in replicas:
        replica.workers |= {"1.2": 2}
        replica.default = "1.2"
        replica.states["1.1"] = ["LOADING", "LOADING"]
    for outcome in bring():
        assert outcome.problems == [Problem("1.1", "is not ready yet", lasting=False)]
    assert [replica.default for replica in replicas] == ["1.2", "1.2"]


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (404, "Model not found", "there is no crnn-1.2.mar in its model store"),
        (400, "no zip", "crnn-1.2.mar is no archive"),
        (409, "Model version 1.0 is already registered", "crnn-1.2.mar is no archive"),
        (500, "Failed to save model", "crnn-1.2.mar is damaged"),
        (507, "no memory", "crnn-1.2.mar was refused (507)"),
    ],
)
def test_an_archive_that_is_refused_keeps_the_others_from_nothing(replicas, status, message, words):
    want("1.2", "1.0")
    for replica in replicas:
        replica.refuses["crnn-1.2.mar"] = status, message
    for replica, outcome in zip(replicas, bring(), strict=True):
        assert outcome.problems == [Problem("1.2", f"cannot be loaded: {words}", lasting=True)]
        assert replica.workers == {"1.1": 2, "1.0": 2}
        assert replica.default == "1.1"


def test_workers_that_go_on_dying_are_told_and_what_was_registered_is_taken_back(replicas):
    want("1.1", "1.2")
    replicas[0].dies.add("1.2")
    one, other = bring()
    assert one.problems == [DIES]
    assert one.changes == []
    assert replicas[0].workers == {"1.1": 2}
    assert other.is_right
    assert replicas[1].workers == {"1.1": 2, "1.2": 2}


def test_what_needs_longer_than_there_is_time_is_left_to_load(replicas):
    want("1.1", "1.2")
    replicas[0].hangs.add("1.2")
    one, _ = reconcile(seconds=0.3)
    assert one.problems == [Problem("1.2", "is not ready yet", lasting=False)]
    assert replicas[0].workers == {"1.1": 2, "1.2": 2}
    replicas[0].hangs.clear()
    replicas[0].look_at("1.2")
    assert all(outcome.is_right for outcome in bring())


def test_what_was_left_to_load_is_taken_back_where_it_goes_on_dying(replicas):
    want("1.1", "1.2")
    lives, left = Lives(), replicas[0]
    left.begin_to_load("1.2", 2)
    left.dies.add("1.2")
    problems = []
    while "1.2" in left.workers:
        left.look_at("1.2")
        problems += bring(lives=lives)[0].problems
    assert problems == [
        Problem("1.2", "is not ready yet", lasting=False),
        Problem("1.2", "is not ready yet", lasting=False),
        DIES,
    ]


def test_workers_that_are_killed_and_started_anew_are_not_taken_for_dying(replicas):
    want("1.1", "1.2")
    lives, killed = Lives(), replicas[0]
    bring(lives=lives)
    killed.begin_to_load("1.2", 2)
    killed.dies.add("1.2")
    for _ in range(2):
        killed.look_at("1.2")
        assert bring(lives=lives)[0].problems == [Problem("1.2", "is not ready yet", lasting=False)]
    killed.dies.clear()
    killed.look_at("1.2")
    assert all(outcome.is_right and not outcome.changes for outcome in bring(lives=lives))


def test_the_default_reads_before_others_are_loaded(replicas):
    want("1.2", "1.0")
    bring()
    for replica in replicas:
        assert replica.changes == [
            "register crnn-1.2.mar 2",
            "set-default 1.2",
            "register crnn-1.0.mar 2",
            "unregister 1.1",
        ]


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_that_do_not_become_so_many_are_told(replicas, workers):
    want("1.1", workers=workers)
    replicas[0].dies.add("1.1")
    one, other = bring()
    words = f"could not get {workers_in_words(workers)}"
    assert one.problems == [Problem("1.1", words, lasting=True)]
    assert other.is_right


def test_it_waits_for_a_server_that_is_busy_loading(replicas, monkeypatch):
    monkeypatch.setattr(management, "ASK_SECONDS", 0.3)
    want("1.1", "1.2")
    replicas[0].busy_with.add("crnn-1.2.mar")
    assert all(outcome.is_right for outcome in bring())


def test_where_somebody_else_is_faster_it_waits_for_what_comes_of_it(replicas):
    want("1.1", "1.2")
    replicas[0].overtaken["crnn-1.2.mar"] = True
    replicas[1].overtaken["crnn-1.2.mar"] = False
    one, other = bring()
    assert (one.problems, one.changes, one.others) == ([], [], ())
    assert replicas[0].workers == {"1.1": 2, "1.2": 2}
    assert other.problems == [Problem("1.2", DIES.words, lasting=True)]


def test_workers_that_cannot_read_yet_are_told(replicas):
    want("1.1")
    replicas[0].states["1.1"] = ["READY", "UNLOADING"]
    one, other = bring()
    assert one.problems == [Problem("1.1", "is not ready yet", lasting=False)]
    assert other.is_right


def test_a_version_from_another_archive_is_told_and_left(replicas):
    want("1.1")
    replicas[0].archives["1.1"] = "other.mar"
    one, other = bring()
    assert one.problems == [Problem("1.1", "is served from another archive, other.mar", lasting=True)]
    assert other.is_right
    assert replicas[0].changes == []


def test_one_that_is_away_keeps_the_other_from_nothing(replicas):
    want("1.2")
    replicas[0].leave()
    one, other = bring()
    assert one.is_away
    assert not one.is_right
    assert other.is_right
    assert replicas[1].workers == {"1.2": 2}
    replicas[0].come_back()


def test_what_does_not_speak_as_torchserve_does_is_told(settings, torchserve):
    torchserve.mood = "rubbish"
    settings.TORCHSERVE_MANAGEMENT_URL = torchserve.url
    want("1.1")
    [outcome] = bring()
    assert not outcome.is_right


def test_a_known_problem_keeps_a_version_from_being_tried(replicas):
    problem = Problem("1.2", "cannot be loaded", lasting=True)
    want("1.1", "1.2")
    for outcome in bring(known=lambda url, version: problem if version == "1.2" else None):
        assert outcome.problems == [problem]
    assert [replica.changes for replica in replicas] == [[], []]


def test_what_was_wanted_meanwhile_is_not_dropped(replicas, monkeypatch):
    """Another process registers 1.2 while this one is at work by what was wanted before."""
    want("1.1")
    bring_one = module.bring

    def slowly(replica, *rest):
        next(one for one in replicas if one.url == replica.url).workers["1.2"] = 2
        return bring_one(replica, *rest)

    read, both = module.wanted, []

    def then_registered():
        both.append(read())
        if len(both) == 2:
            return [*both[0], Wanted("1.2", "crnn-1.2.mar", 2, is_default=False)]
        return both[0]

    monkeypatch.setattr(module, "bring", slowly)
    monkeypatch.setattr(module, "wanted", then_registered)
    bring()
    assert [replica.workers for replica in replicas] == [{"1.1": 2, "1.2": 2}] * 2
