import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from pymano.recognition.models import Prediction
from pymano.recognition.reading import read
from tests.site.drawings import STROKES
from tests.site.readings import keep

LIST = "/admin/recognition/prediction/"


@pytest.fixture
def prediction(torchserve, alice) -> Prediction:
    return read(owner=alice, ink=STROKES)[0]


@pytest.fixture
def browser():
    def browser_of(user) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return browser_of


@pytest.mark.parametrize("query", ["hello", "HÉLLO", "alice", "alice@example.org", ""])
def test_the_staff_find_readings_by_text_and_by_owner(browser, sam, prediction, query):
    response = browser(sam).get(LIST, {"q": query})
    assert list(response.context["cl"].queryset) == [prediction]


def test_the_list_asks_the_database_no_more_for_more_readings(
    browser, sam, torchserve, django_assert_max_num_queries
):
    for n in range(20):
        read(owner=get_user_model().objects.create_user(f"user{n}", f"user{n}@example.org"), ink=STROKES)
    signed_in = browser(sam)
    with django_assert_max_num_queries(9):
        signed_in.get(LIST)


def test_times_are_written_as_on_the_other_pages_of_the_staff(browser, sam, prediction):
    page = browser(sam).get(LIST).content.decode()
    assert f"{prediction.created_at:%Y-%m-%d %H:%M} UTC" in page


def test_others_are_not_found(browser, sam, prediction):
    assert not browser(sam).get(LIST, {"q": "goodbye"}).context["cl"].queryset


@pytest.mark.parametrize("chosen", ["correction__isempty=1", "model_version=1.0", "decoder=beam"])
def test_they_are_filtered(browser, sam, prediction, chosen):
    assert list(browser(sam).get(f"{LIST}?{chosen}").context["cl"].queryset) == [prediction]


def test_the_correction_alone_can_be_changed(browser, sam, prediction):
    url = f"{LIST}{prediction.pk}/change/"
    forged = {"text": "forged", "owner": sam.pk, "withdrawn": "on"}
    browser(sam).post(url, {"correction": "Hullo", **forged})
    prediction.refresh_from_db()
    assert not prediction.withdrawn
    assert (prediction.correction, prediction.text, prediction.owner.username) == ("Hullo", "hello", "alice")
    browser(sam).post(url, {"correction": ""})
    prediction.refresh_from_db()
    assert prediction.correction is None


def test_readings_are_not_made_by_hand(browser, sam, prediction):
    assert browser(sam).get(f"{LIST}add/").status_code == 403


def test_the_staff_need_permission(browser, db, prediction):
    helper = get_user_model().objects.create_user("helen", "helen@example.org", "helen's own", is_staff=True)
    assert browser(helper).get(LIST).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="view_prediction"))
    assert browser(helper).get(LIST).status_code == 200
    url = f"{LIST}{prediction.pk}/"
    assert browser(helper).post(f"{url}change/", {"correction": "x"}).status_code == 403
    assert browser(helper).post(f"{url}delete/", {"post": "yes"}).status_code == 403


def test_users_are_sent_to_sign_in(browser, alice, prediction):
    assert browser(alice).get(LIST).status_code in {302, 403}


def test_the_staff_delete(browser, sam, prediction):
    browser(sam).post(f"{LIST}{prediction.pk}/delete/", {"post": "yes"})
    assert not Prediction.objects.exists()


def test_of_what_staff_did_to_readings_the_keys_alone_are_kept(browser, sam, prediction):
    staff, key = browser(sam), str(prediction.pk)
    logged = LogEntry.objects.values_list("object_id", "object_repr")
    staff.post(f"{LIST}{key}/change/", {"correction": "Hullo"})
    assert list(logged) == [(key, key)]
    staff.post(f"{LIST}{key}/delete/", {"post": "yes"})
    assert list(logged.all()) == [(key, key), (key, key)]


def test_a_text_that_was_logged_goes_with_its_reading(browser, sam, alice):
    kept, *deleted = [keep(alice) for _ in range(5)]
    for one in (kept, *deleted):
        LogEntry.objects.log_actions(sam.pk, [one], CHANGE)
    deleted[0].delete()
    Prediction.objects.filter(pk=deleted[1].pk).delete()
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in deleted[2:]]}
    browser(sam).post(LIST, chosen | {"post": "yes"})
    logged = list(LogEntry.objects.values_list("object_id", "object_repr"))
    assert [said for key, said in logged if said != key] == ["hello"]
    assert len(logged) == 7


def test_a_long_text_leaves_room_for_the_other_columns(browser, sam, prediction):
    prediction.correct("a very long line of writing that would push all the rest out of sight")
    page = browser(sam).get(LIST).content.decode()
    assert "a very long line of writing that would …</a>" in page
    assert "out of sight</a>" not in page


def test_a_reading_is_shown_as_people_read_it(browser, sam, prediction):
    Prediction.objects.update(confidence=0.8772, alternatives=[{"text": "<i>", "confidence": 0.0197}])
    page = browser(sam).get(f"{LIST}{prediction.pk}/change/").content.decode()
    assert "88\N{NO-BREAK SPACE}%" in page
    assert "&lt;i&gt; (2\N{NO-BREAK SPACE}%)" in page
