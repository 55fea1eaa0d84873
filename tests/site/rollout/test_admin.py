import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pymano.rollout import router
from pymano.rollout.models import Rollout
from pymano.serving import changes
from pymano.serving.models import ModelEvent, WantedVersion
from tests.site.rollout.seen import observe, observe_kept

PAGES = ["rollout_rollout_change", "rollout_share", "rollout_end", "rollout_promote"]
ADD = "/admin/rollout/rollout/add/"


@pytest.fixture
def staff(client, sam):
    client.force_login(sam)
    return client


@pytest.fixture
def canary(start):
    return start(share=5)


@pytest.fixture(autouse=True)
def _no_torchserve(nowhere):
    """Nobody is asked how the replicas are."""


def at(name, rollout):
    return reverse(f"admin:{name}", args=[rollout.pk])


def text_of(response):
    return " ".join(response.content.decode().split())


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def test_the_list_asks_the_database_no_more_for_more_trials(staff, start, django_assert_num_queries):
    def end_one():
        name = f"helen{Rollout.objects.count()}"
        start().end("Enough.", by=get_user_model().objects.create_user(name, f"{name}@example.org"))

    end_one()
    with CaptureQueriesContext(connection) as queries:
        staff.get("/admin/rollout/rollout/")
    end_one(), end_one()
    with django_assert_num_queries(len(queries)):
        page = staff.get("/admin/rollout/rollout/")
    assert "helen2" in text_of(page)


def test_a_canary_is_started(staff, tried, sam):
    asked = staff.get(f"{ADD}?version=1.2")
    assert "A version is tried beside 1.0, the default" in text_of(asked)
    form = {"wanted": tried.pk, "kind": "canary", "share": 10, "slower": 30, "minimum": 50}
    done = staff.post(ADD, form, follow=True)
    rollout = Rollout.objects.get()
    assert messages_of(done) == ["1.2 as a canary has started."]
    assert (rollout.kind, rollout.version, rollout.against, rollout.started_by) == (
        "canary",
        "1.2",
        "1.0",
        sam,
    )
    assert (rollout.share, rollout.slower, rollout.minimum) == (10, 30, 50)
    assert ModelEvent.objects.get().action == "canary_started"
    assert router.trials().canary.version == "1.2"


@pytest.mark.parametrize(
    "wrong",
    [{"share": 0}, {"share": 100}, {"minimum": 3}, {"kind": "parrot"}, {"wanted": 999}, {"share": ""}],
)
def test_what_makes_no_sense_is_not_started(staff, tried, wrong):
    form = {"wanted": tried.pk, "kind": "canary", "share": 10, "slower": 30, "minimum": 50} | wrong
    page = staff.post(ADD, form)
    assert page.context["form"].errors
    assert not Rollout.objects.exists()


def test_the_default_is_not_tried(staff, default, tried):
    form = {"wanted": default.pk, "kind": "canary", "share": 10, "slower": 30, "minimum": 50}
    assert staff.post(ADD, form).context["form"].errors


def test_a_second_canary_is_refused_in_words(staff, canary, tried):
    form = {"wanted": tried.pk, "kind": "canary", "share": 10, "slower": 30, "minimum": 50}
    assert "1.2 as a canary is running. End it first." in text_of(staff.post(ADD, form))


def test_without_another_version_there_is_nothing_to_start(staff, default):
    assert "1.0 is all that is registered" in text_of(staff.get(ADD))
    default.delete()
    assert "Nothing is registered yet" in text_of(staff.get(ADD))
    assert staff.post(ADD, {}).status_code == 200


def test_the_share_is_changed_after_it_was_asked_about(staff, canary):
    page = staff.get(at("rollout_share", canary))
    assert "1.2 reads for 5 % of the people" in text_of(page)
    done = staff.post(at("rollout_share", canary), {"share": 50}, follow=True)
    assert messages_of(done) == ["1.2 reads for 50 % of the people."]
    canary.refresh_from_db()
    assert canary.share == 50
    assert "reads for 5 %" in text_of(staff.post(at("rollout_share", canary), {"share": 0})).replace(
        "50", "5"
    )


def test_a_shadow_has_no_share(staff, start):
    assert staff.get(at("rollout_share", start("shadow"))).status_code == 404


def test_it_is_ended_with_a_reason(staff, canary, sam):
    assert staff.post(at("rollout_end", canary), {"reason": " "}).status_code == 200
    done = staff.post(at("rollout_end", canary), {"reason": "It is no better."}, follow=True)
    assert messages_of(done) == ["1.2 as a canary has ended."]
    assert "It is no better." in text_of(done)
    canary.refresh_from_db()
    assert (canary.is_running, canary.ended_by) == (False, sam)
    assert router.trials().canary is None


def test_it_becomes_the_default(staff, canary, tried, sam):
    assert "1.2 reads for everybody, in the place of 1.0" in text_of(staff.get(at("rollout_promote", canary)))
    done = staff.post(at("rollout_promote", canary), follow=True)
    assert "1.2 is the default." in messages_of(done)
    assert WantedVersion.objects.get(is_default=True) == tried
    canary.refresh_from_db()
    assert (canary.is_running, canary.reason) == (False, "1.2 was made the default.")
    actions = set(ModelEvent.objects.values_list("action", "actor_name"))
    assert {("set_default", "sam"), ("canary_ended", "sam")} <= actions


def test_where_torchserve_refuses_the_trial_goes_on(staff, canary, monkeypatch):
    def refuse(**_):
        raise changes.RefusedError("It cannot be loaded.")

    monkeypatch.setattr(changes, "set_default", refuse)
    assert messages_of(staff.post(at("rollout_promote", canary), follow=True)) == ["It cannot be loaded."]
    canary.refresh_from_db()
    assert canary.is_running


@pytest.mark.parametrize("page", PAGES[1:])
def test_what_has_ended_is_not_changed(staff, canary, sam, page):
    canary.end("Enough.", by=sam)
    form = {"share": 50, "reason": "Again."}
    assert messages_of(staff.post(at(page, canary), form, follow=True)) == [
        "1.2 as a canary has ended already."
    ]
    canary.refresh_from_db()
    assert (canary.share, canary.reason) == (5, "Enough.")


def test_what_the_guard_did_is_told(staff, canary):
    canary.end("It was slow.", by=None)
    page = text_of(staff.get(at("rollout_rollout_change", canary)))
    assert "UTC by the site" in page
    assert "It was slow." in page


def test_a_comparison_of_nothing_is_a_page(staff, canary, start):
    for rollout in (canary, start("shadow")):
        page = text_of(staff.get(at("rollout_rollout_change", rollout)))
        assert "Nobody has had anything read since it began." in page


def test_a_comparison_says_what_was_seen(staff, canary, alice):
    observe(canary, "default", 200, duration_ms=80)
    observe(canary, "canary", 97, duration_ms=300, person="two")
    observe(canary, "canary", 3, outcome="busy", person="two")
    observe_kept(canary, "canary", alice, 10, correction="hullo", person="two")
    page = staff.get(at("rollout_rollout_change", canary))
    by_name = {measure.name: measure for measure in page.context["measures"]}
    errors = by_name["Errors"].lines[1]
    assert (errors.value, errors.interval) == ("2.7\u00a0%", "0.9\u00a0% to 7.7\u00a0%")
    assert errors.counted == "3 of 110 readings: 3 busy"
    assert by_name["Errors"].lines[0].value == "0.0\u00a0%"
    assert by_name["Median duration"].lines[1].value == "303\u00a0ms"
    assert by_name["Median duration"].chance == "p < 0.0001"
    assert by_name["Corrected"].lines[1].value == "100.0\u00a0%"
    assert by_name["Corrected"].lines[0].whisker is None
    assert by_name["Character error rate"].lines[1].value == "20.0\u00a0%"
    assert "style=" not in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_a_shadow_is_told_by_how_often_it_agrees(staff, start, alice):
    cast = start("shadow")
    observe_kept(cast, "default", alice, 3, shadow="hello")
    observe_kept(cast, "default", alice, 1, shadow="hullo", correction="hullo")
    page = staff.get(at("rollout_rollout_change", cast))
    by_name = {measure.name: measure for measure in page.context["measures"]}
    assert "Corrected" not in by_name
    assert by_name["Agreement"].lines[0].counted == "3 of 4 readings"
    assert [line.value for line in by_name["Character error rate"].lines] == ["20.0\u00a0%", "0.0\u00a0%"]


def test_the_list_says_what_runs(staff, canary, start):
    start("shadow").end("It agreed.", by=None)
    page = text_of(staff.get("/admin/rollout/rollout/"))
    assert "5 %" in page
    assert "It agreed." in page
    assert page.count("the site") == 1


@pytest.mark.parametrize("page", PAGES)
def test_strangers_and_users_see_nothing(client, canary, bob, page):
    assert client.get(at(page, canary)).status_code == 302
    client.force_login(bob)
    assert client.get(at(page, canary)).status_code == 302


def test_staff_without_the_permission_may_look_where_they_are_let(client, canary, bob):
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.get(at(PAGES[0], canary)).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_rollout"))
    page = client.get(at(PAGES[0], canary))
    assert page.status_code == 200
    assert "Change the share" not in page.content.decode()
    for name in PAGES[1:]:
        assert client.post(at(name, canary), {"share": 50, "reason": "x"}).status_code == 403
    assert client.get(ADD).status_code == 403
    canary.refresh_from_db()
    assert (canary.is_running, canary.share) == (True, 5)


def test_who_may_manage_may_do_all(client, canary, bob):
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="manage_models"))
    client.force_login(bob)
    assert 'href="/admin/rollout/rollout/"' in client.get("/admin/").text
    assert client.get("/admin/rollout/rollout/").status_code == 200
    assert client.post(at("rollout_end", canary), {"reason": "Enough."}).status_code == 302
    canary.refresh_from_db()
    assert canary.ended_by == bob


def test_there_is_no_page_of_what_does_not_exist(staff, canary):
    canary.pk = 999
    for name in PAGES:
        assert staff.get(at(name, canary)).status_code == 404
