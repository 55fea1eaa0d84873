"""The pages that are not ours to draw, the API's docs and the admin, under the same strict policy."""

import pytest
from rest_framework_simplejwt.tokens import AccessToken


def test_the_docs_try_the_api_out(open_page, fake, alice):
    page = open_page("/api/v1/docs/")
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(str(AccessToken.for_user(alice)))
    page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply credentials").click()
    page.locator(".btn-done").click()
    question = page.locator("#operations-predictions-predictions_create")
    question.locator(".opblock-summary").click()
    question.get_by_role("button", name="Try it out").click()
    question.get_by_role("button", name="Execute").click()
    answer = question.locator(".live-responses-table")
    answer.get_by_text('"hello"').wait_for()
    assert "201" in answer.inner_text()


@pytest.mark.parametrize("path", ["/admin/", "/admin/recognition/prediction/", "/admin/accounts/user/add/"])
def test_the_admin_breaks_no_rule(open_page, django_user_model, transactional_db, path):
    sam = django_user_model.objects.create_superuser("sam", "sam@example.org", "a loud pencil 48")
    page = open_page(path, user=sam)
    assert page.get_by_role("link", name="Pymano").is_visible()
