"""The check of k8s/, with tools that say what they are told to."""

import stat

import pytest
import yaml

from local import manifests


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """No tools, the pinned ones or the machine's, but those that are added: a name, and a line of shell."""
    monkeypatch.setattr(manifests, "TOOLS", tmp_path)
    monkeypatch.setattr(manifests, "tool", lambda name: _in(tmp_path, name))

    def add(name, line):
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\n{line}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)

    return add


def _in(folder, name):
    return str(folder / name) if (folder / name).exists() else None


def test_a_pinned_tool_goes_before_the_machines(tmp_path, monkeypatch):
    pinned, machine = tmp_path / "pinned", tmp_path / "machine"
    for folder in (pinned, machine):
        folder.mkdir()
        (folder / "kubectl").touch(mode=0o755)
    monkeypatch.setattr(manifests, "TOOLS", pinned)
    monkeypatch.setenv("PATH", str(machine))
    assert manifests.tool("kubectl") == str(pinned / "kubectl")
    (pinned / "kubectl").unlink()
    assert manifests.tool("kubectl") == str(machine / "kubectl")
    assert manifests.tool("kustomize") is None


def test_without_a_kubectl_it_says_that_nothing_was_checked(tools, capsys):
    assert manifests.main() == 0
    assert capsys.readouterr().out == "k8s/ is not checked: there is no kubectl to render it with.\n"


def test_each_overlay_is_checked_with_each_tool(tools, tmp_path, capsys):
    tools("kubectl", 'echo "kind: $2"')
    tools("kubernetes-validate", f'echo "validate $*" >> {tmp_path}/asked')
    tools("checkov", f'echo "checkov $*" >> {tmp_path}/asked')
    assert manifests.main() == 0
    names = ("dev", "production", "options")
    assert capsys.readouterr().out.splitlines() == [f"k8s/overlays/{name} holds" for name in names]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 3 * len(names)
    assert sum("--strict" in line and "1.27" in line for line in asked) == len(names)


def test_what_a_tool_objects_to_is_told(tools, capsys):
    tools("kubectl", "true")
    tools("kubernetes-validate", "true")
    tools("checkov", "echo 'CKV_K8S_20: containers should not run with allowPrivilegeEscalation'; exit 1")
    assert manifests.main() == 1
    assert "k8s/overlays/dev does not hold: checkov:\nCKV_K8S_20" in capsys.readouterr().err


def test_what_cannot_be_rendered_does_not_hold(tools, capsys):
    tools("kubectl", "echo 'error: no such file' >&2; exit 1")
    assert manifests.main() == 1
    assert "kubectl:\nerror: no such file" in capsys.readouterr().err


def test_secrets_are_drawn_for_the_copy_alone():
    before = set(manifests.MANIFESTS.rglob("*"))
    with manifests.copy() as one, manifests.copy() as other:
        keys = [(copy / "overlays/dev/secrets/secret_key").read_text() for copy in (one, other)]
        assert keys[0] != keys[1]
        for copy in (one, other):
            wanted = yaml.safe_load((copy / "overlays/production/kustomization.yaml").read_text())
            for generator in wanted["secretGenerator"]:
                files = [file.rpartition("=")[2] for file in generator["files"]]
                assert all((copy / "overlays/production" / file).is_file() for file in files)
    assert set(manifests.MANIFESTS.rglob("*")) == before
    assert not one.exists()
