import os
import stat

import pytest

from local import environment

SECRETS = {"SECRET_KEY", "METRICS_TOKEN", "DEMO_ADMIN_PASSWORD", "DEMO_BOB_PASSWORD", "DEMO_SOPHIE_PASSWORD"}


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env.local"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_saved_is_loaded(file):
    environment.save({"SECRET_KEY": "a=b#c", "EMPTY": ""}, file)
    assert environment.load(file) == {"SECRET_KEY": "a=b#c", "EMPTY": ""}


def test_no_file_holds_nothing(file):
    assert environment.load(file) == {}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"SECRET_KEY=\0\n"])
def test_a_damaged_file_is_said_in_one_line(file, content):
    file.write_bytes(content)
    with pytest.raises(environment.UnreadableError, match=r"\A\.env\.local is damaged\. Remove it.*\Z"):
        environment.load(file)


def test_a_folder_in_its_place_is_said_too(file):
    file.mkdir()
    with pytest.raises(environment.UnreadableError, match="damaged"):
        environment.load(file)


def test_comments_and_other_lines_are_passed_over(file):
    file.write_text("# A=1\n\nnonsense\n B = 2 \n")
    assert environment.load(file) == {"B": "2"}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_may_read_it_whatever_the_umask(file, mask):
    before = os.umask(mask)
    try:
        environment.save({"SECRET_KEY": "x"}, file)
    finally:
        os.umask(before)
    assert mode(file) == 0o600


def test_it_is_the_owners_alone_before_a_secret_is_in_it(file, monkeypatch):
    seen = []

    def watch(descriptor, *arguments, **options):
        seen.append((stat.S_IMODE(os.fstat(descriptor).st_mode), os.fstat(descriptor).st_size))
        return original(descriptor, *arguments, **options)

    original = os.fdopen
    monkeypatch.setattr(os, "fdopen", watch)
    environment.save({"SECRET_KEY": "x"}, file)
    assert seen == [(0o600, 0)]


def test_a_file_that_others_could_read_is_closed_to_them(file):
    file.write_text("SECRET_KEY=old\n")
    file.chmod(0o644)
    environment.save(environment.load(file), file)
    assert mode(file) == 0o600
    assert environment.load(file) == {"SECRET_KEY": "old"}


def test_what_an_interrupted_save_left_is_no_hindrance(file):
    file.with_name(".env.local.part").write_text("half")
    environment.save({"A": "1"}, file)
    assert [path.name for path in file.parent.iterdir()] == [".env.local"]


def test_secrets_are_drawn_once_and_kept(file):
    first = environment.complete(environment.load(file))
    environment.save(first, file)
    assert set(first) == SECRETS
    assert environment.complete(environment.load(file)) == first


def test_secrets_differ_from_machine_to_machine():
    one, two = environment.complete({}), environment.complete({})
    assert all(one[name] != two[name] for name in SECRETS)
    assert len({*one.values()}) == len(one)
    assert all(len(value) >= 12 for value in one.values())


def test_a_missing_or_empty_secret_is_drawn_and_others_are_kept():
    completed = environment.complete({"SECRET_KEY": "", "DEMO_BOB_PASSWORD": "mine", "DEBUG": "on"})
    assert completed["SECRET_KEY"]
    assert completed["DEMO_BOB_PASSWORD"] == "mine"
    assert completed["DEBUG"] == "on"
