"""manage.py export_corrections, and the list of what was exported."""

import json

import pytest
from django.core.management import CommandError, call_command

from pymano.teaching.models import TrainingExport


@pytest.fixture
def run(capsys):
    def run(*arguments):
        call_command(*map(str, arguments))
        return capsys.readouterr().out

    return run


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "export"


def test_it_says_what_it_wrote(run, writers, corrected, folder):
    for writer in writers[:2]:
        corrected(writer)
    said = run("export_corrections", folder)
    assert said.splitlines() == [
        f"Export {TrainingExport.objects.get().pk}, in {folder}:",
        "to train on, readings: 1 (1 of ink, 0 of pictures), writers: 1",
        "held out to compare with, readings: 1 (1 of ink, 0 of pictures), writers: 1",
    ]
    with pytest.raises(CommandError, match="is there already"):
        run("export_corrections", folder)


def test_it_says_when_there_is_nothing(run, db, folder):
    with pytest.raises(CommandError, match="Nobody who agrees has corrected or confirmed a reading"):
        run("export_corrections", folder)


def test_it_says_when_it_cannot_write(run, teaching, corrected, tmp_path):
    corrected(teaching)
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="Nothing was exported"):
        run("export_corrections", tmp_path / "file" / "export")
    assert not TrainingExport.objects.exists()


def test_the_list_names_versions_that_learnt_from_what_is_withdrawn(
    run, teaching, corrected, folder, settings, tmp_path
):
    settings.MODEL_STORE = tmp_path / "store"
    settings.MODEL_STORE.mkdir()
    (settings.MODEL_STORE / "SHA256SUMS").write_text(f"{'0' * 64}  crnn-1.2.mar\n{'1' * 64}  crnn-1.3.mar\n")
    made = corrected(teaching)
    run("export_corrections", folder)
    export = json.loads((folder / "manifest.json").read_text())["export"]
    (settings.MODEL_STORE / "crnn-1.2.json").write_text(json.dumps({"exports": []}))
    (settings.MODEL_STORE / "crnn-1.3.json").write_text(json.dumps({"exports": [export]}))
    made.set_withdrawn(True)
    head, row = run("training_exports").splitlines()
    assert head.split("\t") == ["export", "made", "readings", "deleted since", "withdrawn since", "versions"]
    assert row.split("\t")[0::2] == [export, "1", "1"]
    assert row.split("\t")[3::2] == ["0", "1.3"]
