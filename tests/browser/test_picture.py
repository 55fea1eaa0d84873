"""A picture in place of ink: chosen, taken, dropped, pasted."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import Open
from tests.browser.hands import write
from tests.browser.parts import button, says, text_of
from tests.fake_torchserve import FakeTorchServe
from tests.handwriting import ink

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
File = dict[str, Any]


def photograph(size: tuple[int, int] = (1200, 400), *, kind: str = "JPEG", turned: bool = False) -> File:
    """A word on paper; `turned` as phones store it: on its side, with a note in the EXIF data."""
    scale = size[0] / 400
    picture = Image.new("RGB", size, "#e9e4d4")
    pen = ImageDraw.Draw(picture)
    for stroke in ink("hello", left=60 * scale, baseline=size[1] * 0.75, size=scale * 0.75):
        pen.line([(x, y) for x, y, *_ in stroke], fill="#26262e", width=int(4 * scale), joint="curve")
    exif = Image.Exif()
    if turned:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    data = BytesIO()
    picture.save(data, kind, exif=exif, quality=95)
    return {"name": f"word.{kind.lower()}", "mimeType": f"image/{kind.lower()}", "buffer": data.getvalue()}


def white_on_nothing(size: tuple[int, int]) -> File:
    """A broad stroke without paper."""
    picture = Image.new("RGBA", size)
    ImageDraw.Draw(picture).line([(size[0] / 4, size[1] / 2), (size[0] * 3 / 4, size[1] / 2)], "white", 200)
    data = BytesIO()
    picture.save(data, "PNG")
    return {"name": "stroke.png", "mimeType": "image/png", "buffer": data.getvalue()}


def on_disk(folder: Path) -> Path:
    file = folder / "word.jpeg"
    file.write_bytes(photograph()["buffer"])
    return file


def change(file: Path) -> None:
    file.write_bytes(b"another")
    os.utime(file, (0, 0))  # browsers look at the whole seconds


@pytest.fixture
def sent(fake: FakeTorchServe) -> Callable[[], tuple[str, Image.Image]]:
    """The picture that the recogniser was sent last, and the type that it was said to be."""

    def sent() -> tuple[str, Image.Image]:
        content_type, body = fake.asked[-1]
        return content_type, Image.open(BytesIO(body))

    return sent


def test_a_photograph_taken_with_the_phone_is_read(
    open_page: Open, alice: Any, fake: FakeTorchServe, sent: Any
) -> None:
    page = open_page("/picture/", user=alice, **PHONE)
    expect(page.locator("#capture")).to_have_attribute("capture", "environment")
    expect(page.get_by_text("Take a photograph")).to_be_visible()
    page.locator("#capture").set_input_files(photograph())
    expect(text_of(page)).to_have_text("hello")
    expect(page.locator("#preview")).to_be_visible()
    content_type, picture = sent()
    assert (content_type, picture.size) == ("image/jpeg", (1200, 400))
    prediction = Prediction.objects.get()
    assert prediction.strokes is None
    assert prediction.picture.size > 0


def test_a_chosen_picture_is_corrected_like_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    page.locator("#choose").set_input_files(photograph(kind="PNG"))
    button(page, "hallo").click()
    expect(says(page)).to_have_text("Corrected by you. It was read as “hello”.")
    assert Prediction.objects.get().correction == "hallo"


def test_a_dropped_picture_is_read(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    give(page, "drop", photograph(kind="PNG"))
    expect(text_of(page)).to_have_text("hello")


def test_a_pasted_picture_is_read(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    give(page, "paste", photograph(kind="PNG"))
    expect(text_of(page)).to_have_text("hello")


def test_pasted_text_is_no_picture(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    give(page, "paste", None)
    expect(says(page)).to_have_text("There is no picture to paste. Copy one first.")


def test_a_large_photograph_is_sent_smaller_and_upright(
    open_page: Open, alice: Any, fake: FakeTorchServe, sent: Any
) -> None:
    page = open_page("/picture/", user=alice)
    file = photograph((4000, 1600), turned=True)
    file["buffer"] += b"\0" * 1_500_000  # as much as a real one has in it
    page.locator("#choose").set_input_files(file)
    expect(text_of(page)).to_have_text("hello", timeout=20_000)
    _, picture = sent()
    assert picture.size == (2500, 1000)
    assert picture.getexif().get(0x0112, 1) == 1


def test_a_small_photograph_is_sent_as_it_is(
    open_page: Open, alice: Any, fake: FakeTorchServe, sent: Any
) -> None:
    page = open_page("/picture/", user=alice)
    page.locator("#choose").set_input_files(photograph(turned=True))
    expect(text_of(page)).to_have_text("hello")
    _, picture = sent()
    assert picture.getexif()[0x0112] == 6


def test_a_large_transparent_picture_is_sent_smaller_and_transparent(
    open_page: Open, alice: Any, fake: FakeTorchServe, sent: Any
) -> None:
    page = open_page("/picture/", user=alice)
    file = white_on_nothing((3000, 1200))
    file["buffer"] += b"\0" * 1_500_000
    page.locator("#choose").set_input_files(file)
    expect(text_of(page)).to_have_text("hello")
    content_type, picture = sent()
    assert (content_type, picture.size) == ("image/webp", (2500, 1000))
    assert picture.getpixel((0, 0))[3] == 0
    assert min(picture.getpixel((1250, 500))) > 250


def test_a_picture_that_the_browser_alone_can_open_is_sent_as_one_that_the_server_can(
    open_page: Open, alice: Any, fake: FakeTorchServe, sent: Any
) -> None:
    page = open_page("/picture/", user=alice)
    page.locator("#choose").set_input_files(photograph(kind="AVIF"))
    expect(text_of(page)).to_have_text("hello")
    content_type, picture = sent()
    assert (content_type, picture.size) == ("image/jpeg", (1200, 400))


def test_a_picture_is_read_as_it_was_when_it_was_chosen(
    open_page: Open, alice: Any, fake: FakeTorchServe, tmp_path: Path
) -> None:
    page = open_page("/picture/", user=alice)
    fake.mood = "busy"
    page.locator("#choose").set_input_files(file := on_disk(tmp_path))
    expect(says(page)).to_contain_text("busy")
    change(file)
    fake.mood = "ready"
    expect(text_of(page)).to_have_text("hello", timeout=20_000)
    assert fake.asked[-1][1] == photograph()["buffer"]


def test_a_file_that_is_gone_when_it_is_to_be_read_is_chosen_again(
    open_page: Open, alice: Any, fake: FakeTorchServe, tmp_path: Path
) -> None:
    page = open_page("/picture/", user=alice)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), {type: 'file', id: 'x'}))"
    )
    page.locator("#x").set_input_files(file := on_disk(tmp_path))
    file.unlink()
    page.evaluate(
        """() => {
            const [file] = document.getElementById("x").files;
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(file);
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }"""
    )
    expect(says(page)).to_have_text(
        "This file cannot be read. It may have moved or changed: choose it again."
    )
    assert fake.asked == []


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}, "I cannot open this."),
        ({"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}, "I cannot open this."),
        (
            {"name": "a.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic"},
            "I cannot open this.",
        ),
        ({"name": "a.png", "mimeType": "image/png", "buffer": b""}, "This picture is damaged or cut short."),
        (
            {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n\0"},
            "This picture is damaged",
        ),
        ({"name": "a.bmp", "mimeType": "image/bmp", "buffer": b"BM" + b"\0" * 11_000_000}, "too large"),
    ],
    ids=["pdf", "svg", "heic", "empty", "truncated", "large"],
)
def test_what_cannot_be_read_is_said_plainly(
    open_page: Open, alice: Any, fake: FakeTorchServe, file: File, words: str
) -> None:
    page = open_page("/picture/", user=alice)
    page.locator("#choose").set_input_files(file)
    expect(says(page)).to_contain_text(words)
    expect(page.get_by_text("This browser cannot show it.")).to_be_visible()
    assert fake.asked == []
    assert not Prediction.objects.exists()


def test_a_picture_without_writing_is_said_to_be(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    fake.mood = "blank"
    page = open_page("/picture/", user=alice)
    page.locator("#choose").set_input_files(photograph())
    expect(says(page)).to_have_text("I found no writing in this picture. Try a closer, brighter one.")


def test_a_picture_waits_for_the_recogniser(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    fake.mood = "busy"
    page.locator("#choose").set_input_files(photograph())
    expect(says(page)).to_have_text("The reader is busy. Your picture is read in a moment.")
    fake.mood = "ready"
    expect(text_of(page)).to_have_text("hello", timeout=20_000)
    assert Prediction.objects.count() == 1


def test_a_picture_that_cannot_be_kept_just_now_is_tried_again(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page("/picture/", user=alice)
    page.route(
        "**/api/v1/predictions/", lambda route: route.fulfill(status=503, json={"code": "storage_away"})
    )
    page.locator("#choose").set_input_files(photograph())
    expect(says(page)).to_have_text(
        "The site cannot keep pictures just now. Yours is tried again in a moment."
    )
    page.unroute("**/api/v1/predictions/")
    expect(text_of(page)).to_have_text("hello", timeout=20_000)


def test_the_same_picture_can_be_chosen_twice(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page("/picture/", user=alice)
    for count in (1, 2):
        with page.expect_response("**/api/v1/predictions/"):
            page.locator("#choose").set_input_files(photograph())
        expect(text_of(page)).to_have_text("hello")
        assert Prediction.objects.count() == count


def give(page: Any, kind: str, file: File | None) -> None:
    """Drop or paste a file (or a text), as far as a page can tell."""
    page.evaluate(
        """([kind, bytes, name, type]) => {
            const data = new DataTransfer();
            if (bytes) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
            else data.setData("text/plain", "hello");
            const event = kind === "drop"
                ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.getElementById("main").dispatchEvent(event);
        }""",
        [kind, list(file["buffer"]), file["name"], file["mimeType"]] if file else [kind, None, "", ""],
    )


def test_a_refusal_of_two_lines_moves_nothing_on_a_phone(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page("/picture/", user=alice, **PHONE)
    page.locator("#choose").set_input_files(photograph())
    expect(text_of(page)).to_have_text("hello")
    before = page.locator("#frame").bounding_box()
    page.locator("#choose").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%"})
    expect(says(page)).to_contain_text("cannot open")
    assert page.locator("#frame").bounding_box() == before


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_on_the_sheet_is_shown_the_way(
    open_page: Open, alice: Any, fake: FakeTorchServe, event: str
) -> None:
    page = open_page("/", user=alice)
    give(page, event, photograph(kind="PNG"))
    expect(page.locator("#remark")).to_have_text("Pictures are read on the Picture page.")
    write(page, "l")
    expect(page.locator("#remark")).to_be_empty()
