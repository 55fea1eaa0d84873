"""The pages on models: who may see and change, and that a change is asked about and written down."""

import hashlib
import re
import tempfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pymano.api.limits import PLAIN, SLACK, UPLOADS, limit
from pymano.serving.models import ApprovedArchive, ModelEvent, WantedVersion
from tests import archives
from tests.site.serving.conftest import want

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]

MODELS = "/admin/serving/wantedversion/"
ASKED = [
    f"{MODELS}version/1.2/register/",
    f"{MODELS}version/1.0/unregister/",
    f"{MODELS}version/1.1/set-workers/",
    f"{MODELS}version/1.0/set-default/",
    f"{MODELS}roll-back/",
]


@pytest.fixture
def staff(django_user_model, client):
    """Sign in somebody of the staff who has these permissions."""

    def sign_in(*permissions):
        user = django_user_model.objects.create_user("tess", "tess@example.org", "tess's own", is_staff=True)
        found = Permission.objects.filter(content_type__app_label="serving", codename__in=permissions)
        assert len(found) == len(permissions)
        user.user_permissions.set(found)
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def ruler(client, sam):
    client.force_login(sam)
    return client


@pytest.fixture
def rolled(replicas):
    """1.1 is the default, 1.0 was it before and is registered, 1.2 is not."""
    want("1.1", "1.0")
    for replica in replicas:
        replica.workers["1.0"] = 2
    ModelEvent.record("adopt", "1.0")
    ModelEvent.record("set_default", "1.1")
    return replicas


def texts(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("path", [MODELS, f"{MODELS}version/1.1/", *ASKED])
def test_who_is_not_of_the_staff_is_sent_to_sign_in(client, alice, rolled, path):
    for _ in range(2):
        assert client.get(path).status_code == 302
        assert client.post(path, {"workers": 1}).status_code == 302
        client.force_login(alice)
    assert [replica.changes for replica in rolled] == [[], []]


@pytest.mark.parametrize("path", [MODELS, f"{MODELS}version/1.1/", f"{MODELS}upload/", *ASKED])
def test_staff_without_a_permission_see_nothing(staff, rolled, path):
    client = staff()
    assert client.get(path).status_code == 403
    assert client.post(path, {"workers": 1}).status_code == 403
    assert [replica.changes for replica in rolled] == [[], []]


def test_who_may_see_may_not_change(staff, rolled):
    client = staff("view_wantedversion")
    page = client.get(MODELS)
    assert page.status_code == 200
    assert "Roll back" not in page.text
    assert "Make default" not in client.get(f"{MODELS}version/1.0/").text
    assert "set default" in client.get("/admin/serving/modelevent/").text
    for path in ASKED:
        assert client.get(path).status_code == 403
        assert client.post(path, {"workers": 1}).status_code == 403
    assert [replica.changes for replica in rolled] == [[], []]


@pytest.mark.parametrize("path", ASKED)
def test_who_may_manage_is_asked_first(staff, rolled, path):
    client = staff("manage_models")
    page = client.get(path)
    assert page.status_code == 200
    assert "Yes, I" in page.text
    assert [replica.changes for replica in rolled] == [[], []]
    assert client.post(path, {"workers": 1}, follow=True).redirect_chain == [(MODELS, 302)]
    assert ModelEvent.objects.first().actor_name == "tess"
    assert all(replica.changes for replica in rolled)


@pytest.mark.parametrize("path", ASKED)
def test_a_change_needs_the_token_of_the_page(django_user_model, sam, rolled, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(sam)
    assert client.post(path, {"workers": 1}).status_code == 403
    assert [replica.changes for replica in rolled] == [[], []]


@pytest.mark.parametrize("workers", ["", "0", "-1", "65", "many"])
def test_workers_are_a_number_that_makes_sense(ruler, rolled, workers):
    page = ruler.post(f"{MODELS}version/1.1/set-workers/", {"workers": workers})
    assert page.status_code == 200
    assert page.context["form"].errors["workers"]
    assert WantedVersion.objects.get(version="1.1").workers == 2


def test_the_list_shows_archives_versions_and_replicas(ruler, rolled):
    rolled[1].workers["1.1"] = 1
    page = ruler.get(MODELS)
    shown = page.context["overview"]
    assert [one.version for one in shown.versions] == ["1.2", "1.1", "1.0"]
    assert [replica.differs for replica in shown.replicas] == [False, True]
    assert "1 workers in place of 2" in page.text
    assert "3 waiting" in page.text


def test_a_replica_that_serves_what_nobody_wants_is_marked(ruler, rolled):
    rolled[1].workers["9.9"] = 1
    page = ruler.get(MODELS)
    assert "not wanted here" in page.text
    assert "not approved" in page.text


def test_before_anything_is_decided_replicas_are_held_against_the_first(ruler, replicas):
    replicas[1].workers = {"1.0": 1}
    replicas[1].default = "1.0"
    shown = ruler.get(MODELS).context["overview"]
    assert not shown.is_decided
    assert [replica.differs for replica in shown.replicas] == [False, True]


def test_one_that_is_away_is_told(ruler, rolled):
    rolled[1].leave()
    page = ruler.get(MODELS)
    assert [replica.is_away for replica in page.context["overview"].replicas] == [False, True]
    rolled[1].come_back()


def test_as_many_workers_are_suggested_as_the_default_has(ruler, replicas, store):
    page = ruler.get(f"{MODELS}version/1.2/register/")
    assert page.context["form"]["workers"].value() == 2
    want("1.1", workers=3)
    page = ruler.get(f"{MODELS}version/1.2/register/")
    assert page.context["form"]["workers"].value() == 3


def test_a_failure_is_told_and_taken_back(ruler, rolled):
    rolled[1].dies.add("1.2")
    page = ruler.post(f"{MODELS}version/1.2/register/", {"workers": 1}, follow=True)
    [message] = texts(page)
    assert "the workers of crnn-1.2.mar do not start. Nothing was changed." in message
    assert not WantedVersion.objects.filter(version="1.2").exists()


@pytest.mark.parametrize("path", ["version/9.9/", "version/9.9/register/", "version/1.1/explode/"])
def test_what_is_not_there_is_not_found(ruler, rolled, path):
    assert ruler.get(MODELS + path).status_code == 404


def test_with_nothing_to_roll_back_to_it_says_so(ruler, replicas):
    want("1.1")
    assert texts(ruler.post(f"{MODELS}roll-back/", follow=True)) == [
        "There is no earlier default that could be served."
    ]


def test_rows_are_changed_by_changes_alone(ruler, rolled):
    row = WantedVersion.objects.first()
    for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert ruler.get(MODELS + path).status_code == 404


def test_events_are_read_and_never_changed(ruler, rolled):
    event, events = ModelEvent.objects.first(), "/admin/serving/modelevent/"
    assert "set default" in ruler.get(events).text
    assert ruler.get(f"{events}add/").status_code == 403
    assert ruler.get(f"{events}{event.pk}/delete/").status_code == 403
    assert ruler.post(f"{events}{event.pk}/change/", {"details": "nothing"}).status_code == 403
    ruler.post(events, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert ModelEvent.objects.count() == 2


def test_events_are_chosen_by_words(ruler, rolled):
    page = ruler.get("/admin/serving/modelevent/").content.decode()
    assert "?action=set_default" in page
    assert "setdefault" in re.sub(r"\s", "", page)
    assert ">set_default<" not in re.sub(r"\s", "", page)


@pytest.mark.parametrize(("version", "leads"), [("1.0", True), ("1.1", False), ("1.2", False)])
def test_a_version_that_may_be_tried_leads_to_its_trial(ruler, rolled, version, leads):
    page = ruler.get(f"{MODELS}version/{version}/").content.decode()
    assert (f"{reverse('admin:rollout_rollout_add')}?version={version}" in page) is leads


def test_the_card_of_a_version_is_shown(ruler, store, rolled):
    (store / "crnn-1.1.md").write_text("# crnn 1.1\n\n<script>alert(1)</script>\n")
    page = ruler.get(f"{MODELS}version/1.1/").text
    assert "<h3>crnn 1.1</h3>" in page
    assert "<script>alert" not in page


def sent(version="2.0", **changes):
    with tempfile.TemporaryDirectory() as folder:
        data = archives.write(Path(folder), version).read_bytes()
    file = SimpleUploadedFile("a.mar", data, "application/zip")
    return {"archive": file, "sha256": hashlib.sha256(data).hexdigest()} | changes


def test_nobody_uploads_where_it_is_off(ruler, rolled):
    assert ruler.get(UPLOADS).status_code == 403
    assert ruler.post(UPLOADS, sent()).status_code == 403
    assert "Upload" not in ruler.get(MODELS).text
    assert not ApprovedArchive.objects.exists()


def test_only_superusers_upload(staff, rolled, settings):
    settings.MODEL_UPLOADS = True
    client = staff("manage_models", "view_wantedversion")
    assert client.post(UPLOADS, sent()).status_code == 403
    assert "Upload" not in client.get(MODELS).text
    assert not ApprovedArchive.objects.exists()


def test_what_is_uploaded_can_be_registered(ruler, rolled, settings):
    settings.MODEL_UPLOADS = True
    page = ruler.post(UPLOADS, sent(), follow=True)
    assert texts(page) == ["The archive crnn-2.0.mar is uploaded. It can be registered now."]
    ruler.post(f"{MODELS}version/2.0/register/", {"workers": 1})
    assert [replica.workers["2.0"] for replica in rolled] == [1, 1]


def test_what_is_uploaded_is_removed_by_superusers_alone(ruler, staff, rolled, settings):
    settings.MODEL_UPLOADS = True
    ruler.post(UPLOADS, sent())
    assert "Remove the archive" in ruler.get(f"{MODELS}version/2.0/").text
    assert "Remove the archive" not in ruler.get(f"{MODELS}version/1.2/").text
    other = staff("manage_models", "view_wantedversion")
    assert "Remove the archive" not in other.get(f"{MODELS}version/2.0/").text
    assert other.post(f"{MODELS}version/2.0/remove/").status_code == 403
    assert ApprovedArchive.objects.exists()


def test_a_removal_is_asked_about_and_told(ruler, rolled, settings):
    settings.MODEL_UPLOADS = True
    ruler.post(UPLOADS, sent())
    assert "is deleted" in ruler.get(f"{MODELS}version/2.0/remove/").text
    page = ruler.post(f"{MODELS}version/2.0/remove/", follow=True)
    assert texts(page)[-1] == "The archive of 2.0 is removed."
    assert not ApprovedArchive.objects.exists()
    assert ruler.get(f"{MODELS}version/2.0/").status_code == 404


def test_a_hash_may_be_pasted_as_sha256sum_writes_it(ruler, rolled, settings):
    settings.MODEL_UPLOADS = True
    form = sent()
    ruler.post(UPLOADS, form | {"sha256": f"{form['sha256'].upper()}  crnn-2.0.mar"})
    assert ApprovedArchive.objects.get().sha256 == form["sha256"]


def test_what_is_wrong_with_an_upload_stands_beside_it(ruler, rolled, settings):
    settings.MODEL_UPLOADS = True
    page = ruler.post(UPLOADS, sent(sha256="0" * 64))
    assert "does not have this SHA-256" in page.context["form"].errors["archive"][0]
    for no_hash in ("none", "0" * 65):
        page = ruler.post(UPLOADS, sent(sha256=no_hash))
        assert page.context["form"].errors["sha256"]


def test_only_where_uploads_are_on_may_they_be_long(settings):
    assert reverse("admin:serving_upload") == UPLOADS
    assert limit(UPLOADS, "multipart/form-data") == PLAIN
    settings.MODEL_UPLOADS = True
    assert limit(UPLOADS, "multipart/form-data") == settings.MODEL_UPLOAD_BYTES + SLACK
