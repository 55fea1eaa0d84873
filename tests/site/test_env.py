import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from pymano import env


def test_a_value_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("THING", "here")
    assert env.text("THING", "default") == "here"


def test_or_from_a_file_that_the_environment_names(monkeypatch, tmp_path):
    (tmp_path / "thing").write_text("from a file\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "thing"))
    assert env.text("THING", "default") == "from a file"


def test_or_is_the_default(monkeypatch):
    assert env.text("THING", "default") == "default"


def test_a_file_that_is_not_there_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("THING_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE"):
        env.text("THING", "default")


@pytest.mark.parametrize("content", [b"\xff", b"a\0b"])
def test_a_file_that_is_not_text_stops_the_start(monkeypatch, tmp_path, content):
    (tmp_path / "thing").write_bytes(content)
    monkeypatch.setenv("THING_FILE", str(tmp_path / "thing"))
    with pytest.raises(ImproperlyConfigured, match=r"THING_FILE.* is not text"):
        env.text("THING", "default")


def test_a_file_of_settings_that_is_not_text_stops_the_start(tmp_path):
    (tmp_path / ".env.local").write_bytes(b"SECRET_KEY=\0\n")
    with pytest.raises(ImproperlyConfigured, match="is not text"):
        env.load(tmp_path / ".env.local")


@pytest.mark.parametrize("value", [None, ""])
def test_a_secret_has_no_default_and_is_never_empty(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("THING", value)
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.secret("THING")


@pytest.mark.parametrize(
    ("word", "meaning"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("", False)]
)
def test_a_flag_is_on_or_off(monkeypatch, word, meaning):
    monkeypatch.setenv("THING", word)
    assert env.flag("THING") is meaning


@pytest.mark.parametrize(
    "ask",
    [
        env.flag,
        lambda name: env.number(name, 1),
        lambda name: env.choice(name, "a", "b"),
        lambda name: env.rate(name, "5/s"),
    ],
)
def test_a_word_that_means_nothing_stops_the_start(monkeypatch, ask):
    monkeypatch.setenv("THING", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="THING"):
        ask("THING")


def test_numbers_choices_and_names(monkeypatch):
    monkeypatch.setenv("NUMBER", "7")
    monkeypatch.setenv("RATE", "5/hour")
    monkeypatch.setenv("NAMES", "a, b,,c ")
    assert (env.number("NUMBER", 1), env.number("THING", 1)) == (7, 1)
    assert (env.rate("RATE", "1/s"), env.rate("THING", "1/s")) == ("5/hour", "1/s")
    assert env.choice("THING", "open", "closed") == "open"
    assert env.names("NAMES") == ["a", "b", "c"]


def test_a_file_of_settings_does_not_override_what_is_there(monkeypatch, tmp_path):
    monkeypatch.setenv("THERE", "already")
    monkeypatch.delenv("NEW", raising=False)
    file = tmp_path / ".env.local"
    file.write_text("# a comment\nTHERE=new\nNEW=a=b c\n\nnonsense\n")
    env.load(file)
    assert (os.environ["THERE"], os.environ.pop("NEW")) == ("already", "a=b c")


def test_no_file_of_settings_is_no_error(tmp_path):
    env.load(tmp_path / ".env.local")
