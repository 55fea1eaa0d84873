"""The staff's list of exports."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

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
