"""Settings and secrets in k8s/, and the command that draws secrets."""

import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.manifests import (
    K8S,
    OVERLAYS,
    ROOT,
    containers,
    env_file,
    every_overlay,
    every_pod,
    generated_secrets,
    kustomization,
    pods,
    resources,
    settings_of,
)

SITE = ROOT / "site"


def known_settings() -> set[str]:
    """What the site reads from its environment, by its own code."""
    sources = [*SITE.glob("pymano/**/*.py"), SITE / "gunicorn.conf.py"]
    calls = r"env\.(?:text|secret|flag|number|choice|rate|names)\(\s*\"([A-Z0-9_]+)\""
    return {name for path in sources for name in re.findall(calls, path.read_text())}


@every_overlay
def test_settings_are_those_that_the_site_knows(overlay):
    names = {name.removesuffix("_FILE") for name in settings_of(overlay)}
    assert names <= known_settings()


def test_torchserves_settings_are_those_that_it_knows():
    names = env_file(K8S / "base/torchserve/torchserve.env").keys()
    assert "MODEL_ARCHIVE" in (ROOT / "torchserve/serve.py").read_text()
    assert names == {"MODEL_ARCHIVE", "TS_DEFAULT_WORKERS_PER_MODEL"}


@every_overlay
def test_the_site_finds_its_neighbours_by_their_services(overlay):
    services = {service["metadata"]["name"]: service for service in resources(overlay, "Service")}
    settings = settings_of(overlay)
    for name in ("TORCHSERVE_INFERENCE_URL", "TORCHSERVE_MANAGEMENT_URL"):
        host, port = settings[name].removeprefix("http://").split(":")
        assert int(port) in {one["port"] for one in services[host]["spec"]["ports"]}
    assert settings["TORCHSERVE_KEEP_ALIVE"] == "off"
    if overlay == "dev":
        assert settings["DATABASE_HOST"] in services


@every_overlay
def test_secrets_are_files_that_git_ignores(overlay):
    for keys in generated_secrets(overlay).values():
        assert all(Path(file).parent == Path("secrets") for file in keys.values())
    assert "/overlays/*/secrets/" in (K8S / ".gitignore").read_text().splitlines()


@every_pod
def test_every_secret_that_is_named_is_mounted(overlay, name):
    made = generated_secrets(overlay)
    template = pods(overlay)[name]
    secrets = {
        volume["name"]: made[volume["secret"]["secretName"]]
        for volume in template["spec"]["volumes"]
        if "secret" in volume
    }
    for container in containers(template):
        paths = {
            f"{mount['mountPath']}/{key}"
            for mount in container["volumeMounts"]
            for key in secrets.get(mount["name"], {})
        }
        variables = {one["name"]: one["value"] for one in container.get("env", [])}
        if {"configMapRef": {"name": "site"}} in container.get("envFrom", []):
            variables |= settings_of(overlay)
        assert {value for variable, value in variables.items() if variable.endswith("_FILE")} <= paths
        secret_like = [one for one in variables if re.search("SECRET|PASSWORD|TOKEN|KEY$", one)]
        assert all(one.endswith("_FILE") for one in secret_like)


def test_the_administrators_password_is_for_one_job_alone():
    for name, template in pods("production").items():
        mounted = {volume.get("secret", {}).get("secretName") for volume in template["spec"]["volumes"]}
        assert ("administrator" in mounted) == (name == "migrate")


@every_overlay
def test_each_image_has_a_fixed_tag(overlay):
    tags = {image["name"]: image["newTag"] for image in kustomization(K8S / "overlays" / overlay)["images"]}
    used = {one["image"] for template in pods(overlay).values() for one in containers(template)}
    assert used == tags.keys()
    assert all(re.fullmatch(r"\d+\.\d+(\.\d+)?", tag) for tag in tags.values())


def test_the_ingress_is_for_the_sites_first_name():
    for overlay in OVERLAYS:
        [replacement] = kustomization(K8S / "overlays" / overlay)["replacements"]
        assert replacement["source"]["fieldPath"] == "data.ALLOWED_HOSTS"
        assert "ALLOWED_HOSTS" in settings_of(overlay)


@pytest.fixture
def draw(tmp_path):
    """Run it on a copy; give the folder with the overlay's secrets, and what it answered."""
    for overlay in OVERLAYS:
        folder = tmp_path / "overlays" / overlay
        folder.mkdir(parents=True)
        for name in ("kustomization.yaml", "site.env"):
            (folder / name).write_bytes((K8S / "overlays" / overlay / name).read_bytes())
    script = tmp_path / "secrets.sh"
    script.write_bytes((K8S / "secrets.sh").read_bytes())

    def run(*words: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
        answer = subprocess.run(["bash", script, *words], capture_output=True, text=True, check=False)
        return tmp_path / "overlays" / (words or ("dev",))[0] / "secrets", answer

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_it_draws_what_the_overlay_wants_once(draw):
    folder, answer = draw("dev")
    assert answer.returncode == 0
    wanted = {Path(file).name for keys in generated_secrets("dev").values() for file in keys.values()}
    drawn = contents(folder)
    assert drawn.keys() == wanted
    assert len({*drawn.values()}) == len(drawn)
    assert len(drawn["secret_key"]) >= 50
    assert draw("dev")[1].stdout == ""
    assert contents(folder) == drawn


def test_it_says_what_it_cannot_draw(draw):
    folder, answer = draw("production")
    assert answer.returncode == 1
    assert answer.stderr.count("secrets/s3_") == 2
    for name in ("s3_access_key", "s3_secret_key"):
        (folder / name).write_text("from elsewhere")
    assert draw("production")[1].returncode == 0
    wanted = {Path(file).name for keys in generated_secrets("production").values() for file in keys.values()}
    assert contents(folder).keys() == wanted


def test_nobody_else_reads_them(draw):
    folder, _ = draw("dev")
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (folder, *folder.iterdir()))


@pytest.mark.parametrize("words", [(), ("elsewhere",)])
def test_it_wants_to_know_for_which_overlay(draw, words):
    _, answer = draw(*words)
    assert answer.returncode == 1
    assert "overlay" in answer.stderr


def test_its_certificate_is_for_the_sites_name(draw):
    folder, _ = draw("dev")
    shown = subprocess.run(
        ["openssl", "x509", "-in", folder / "tls.crt", "-noout", "-ext", "subjectAltName"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "DNS:pymano.localhost" in shown
