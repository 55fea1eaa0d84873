"""The staff's list of exports."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client

from pymano.serving import catalogue
from pymano.teaching import export
from pymano.teaching.models import TrainingExport

LIST = "/admin/teaching/trainingexport/"


@pytest.fixture
def staff(sam):
    client = Client()
    client.force_login(sam)
    return client


def test_it_says_what_was_withdrawn_since(staff, teaching, corrected, tmp_path):
    kept, withdrawn = corrected(teaching), corrected(teaching)
    made = export.write(tmp_path / "export").export
    withdrawn.set_withdrawn(True)
    page = staff.get(LIST).text
    assert str(made.pk) in page
    assert '<td class="field-readings">2</td>' in page
    assert '<td class="field-withdrawn_since">1</td>' in page
    assert '<td class="field-deleted_since">0</td>' in page
    one = staff.get(f"{LIST}{made.pk}/change/").text
    assert made.sha256 in one
    assert str(kept.pk) not in one


def test_the_list_reads_the_store_once_however_many_there_are(staff, settings, tmp_path, monkeypatch):
    settings.MODEL_STORE = tmp_path
    first, second = TrainingExport.objects.create(), TrainingExport.objects.create()
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  crnn-1.2.mar\n{'1' * 64}  crnn-1.3.mar\n")
    (tmp_path / "crnn-1.2.json").write_text(json.dumps({"exports": [str(first.pk)]}))
    (tmp_path / "crnn-1.3.json").write_text(json.dumps({"exports": [str(first.pk), str(second.pk)]}))
    reads = []
    archives = catalogue.archives
    monkeypatch.setattr(catalogue, "archives", lambda: reads.append("once") or archives())
    page = staff.get(LIST).text
    assert '<td class="field-learnt_by">1.2, 1.3</td>' in page
    assert '<td class="field-learnt_by">1.3</td>' in page
    assert reads == ["once"]
    call_command("training_exports")
    assert reads == ["once", "once"]
    assert "1.2, 1.3" in staff.get(f"{LIST}{first.pk}/change/").text


def test_nobody_adds_changes_or_deletes_one(staff, teaching, corrected, tmp_path):
    corrected(teaching)
    made = export.write(tmp_path / "export").export
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.post(f"{LIST}{made.pk}/change/", {"sha256": "x"}).status_code == 403
    assert TrainingExport.objects.get().sha256 == made.sha256


def test_staff_need_the_permission(bob):
    bob.is_staff = True
    bob.save()
    client = Client()
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_trainingexport"))
    assert client.get(LIST).status_code == 200
