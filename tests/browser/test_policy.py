"""Every page of the admin under the site's policy: a browser says nothing of it, and its scripts run."""

from typing import Any

import pytest
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import PASSWORD, Open

# Left out: what ends the session, and what leads out of the admin.
LEFT_OUT = ("/admin/logout/", "/admin/password_change/")
MOST = 60


@pytest.fixture
def sam(transactional_db: None, django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("sam", "sam@example.org", PASSWORD)


def links(page: Any) -> set[str]:
    """Addresses in the admin that a page leads to, without what filters and sorts lists."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.pathname)")
    return {path for path in hrefs if path.startswith("/admin/") and path not in LEFT_OUT}


def test_no_page_of_the_admin_breaks_a_rule(open_page: Open, sam: Any, alice: Any) -> None:
    """Whatever a browser reports fails the test, in the fixture that opens pages."""
    facts = {"confidence": 0.9, "model_name": "crnn", "model_version": "1.0", "duration_ms": 5}
    Prediction.objects.create(owner=alice, text="hello", **facts)
    page = open_page("/admin/", user=sam)
    seen: set[str] = set()
    found = {"/admin/"}
    while left := sorted(found - seen):
        seen.add(left[0])
        answer = page.goto(left[0])
        assert answer.status == 200, left[0]
        assert "unsafe" not in answer.headers["content-security-policy"]
        found |= links(page)
        assert len(found) < MOST
    assert {"/admin/recognition/prediction/", f"/admin/accounts/user/{alice.pk}/delete/"} <= seen


def test_the_scripts_of_the_admin_run(open_page: Open, sam: Any, alice: Any) -> None:
    page = open_page("/admin/accounts/user/", user=sam)
    page.locator("#action-toggle").check()
    expect(page.locator(".action-counter")).to_contain_text("2 of 2")
    page.goto(f"/admin/accounts/user/{alice.pk}/change/")
    expect(page.locator("#id_user_permissions_from")).to_be_visible()
    page.locator("#id_user_permissions_from option").first.dblclick()
    expect(page.locator("#id_user_permissions_to option")).to_have_count(1)
