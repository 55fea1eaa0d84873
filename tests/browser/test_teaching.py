"""The staff's list of training exports in a browser."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from pymano.teaching import export
from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_looks import everywhere, look, options
from tests.handwriting import ink


@everywhere
def test_staff_see_which_exports_had_what_was_withdrawn_since(
    open_page: Open, alice: Any, tmp_path: Path, window: tuple[int, int]
) -> None:
    alice.agree_to_teach(True)
    facts = {"confidence": 0.93, "model_name": "crnn", "model_version": "1.0", "duration_ms": 40}
    first, second, _ = (
        Prediction.objects.create(
            owner=alice, text="hello", correction="hello", strokes=ink("hello"), **facts
        )
        for _ in range(3)
    )
    made = export.write(tmp_path / "export").export
    first.set_withdrawn(True)
    second.delete()
    sam = get_user_model().objects.create_superuser("sam", "sam@example.org", PASSWORD)
    page = open_page("/admin/", user=sam, **options(window))
    page.get_by_role("link", name="Training exports").first.click()
    row = page.locator("#result_list tbody tr")
    for name, count in (("readings", "3"), ("deleted_since", "1"), ("withdrawn_since", "1")):
        expect(row.locator(f".field-{name}")).to_have_text(count)
    look(page, "admin-exports", window)
    row.get_by_role("link").click()
    expect(page.get_by_text(made.sha256)).to_be_visible()
    look(page, "admin-export", window)
