"""The compose files, without an engine: what services may do, what is published, where secrets lie."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "compose"
DOCKERFILES = [ROOT / "site/Dockerfile", ROOT / "torchserve/Dockerfile", *COMPOSE.glob("*/Dockerfile")]

STACK: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
TASKS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
SERVERS = sorted(SERVICES.keys() - TASKS)


def networks(service: str) -> set[str]:
    return set(SERVICES[service].get("networks", []))


def dockerfile(service: str) -> str:
    build = SERVICES[service].get("build")
    return (ROOT / build["dockerfile"]).read_text() if build else ""


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_each_log_is_rotated(name):
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_says_how_it_is_and_comes_back(name):
    assert "HEALTHCHECK" in dockerfile(name) or "healthcheck" in SERVICES[name]
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["stop_grace_period"]


def test_what_runs_once_is_known():
    assert {"migrate", "static", "tests"} == TASKS


@pytest.mark.parametrize("name", SERVICES)
def test_what_must_be_there_first_is_waited_for(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in TASKS else "service_healthy"
        # The pages are there without the recogniser, and say so; the loop waits for it by itself.
        patient = other == "torchserve" and name in ("site", "models")
        assert how["condition"] == ("service_started" if patient else wanted)


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_only_neighbours_share_a_network():
    pairs = {
        frozenset((one, other))
        for one in SERVICES
        for other in SERVICES
        if one != other and networks(one) & networks(other)
    }
    assert pairs == {
        frozenset(pair)
        for pair in (
            ("tests", "proxy"),
            ("proxy", "site"),
            ("site", "torchserve"),
            ("site", "database"),
            ("models", "torchserve"),
            ("models", "database"),
            ("models", "site"),
            ("models", "migrate"),
            ("migrate", "database"),
            ("migrate", "site"),
        )
    }


def test_only_the_proxys_network_leads_out():
    inner = {name for name, network in STACK["networks"].items() if network and network.get("internal")}
    assert networks("proxy") - inner == {"edge"}
    assert all(networks(name) <= inner for name in SERVICES.keys() - {"proxy", "tests"})


def test_every_secret_is_a_file_that_git_ignores():
    for secret in STACK["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    assert "/secrets/" in (COMPOSE / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_environment(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("SECRET|PASSWORD|TOKEN|KEY", variable):
            assert variable.endswith("_FILE")
            assert Path(value).parent == Path("/run/secrets")
            assert Path(value).name in SERVICES[name]["secrets"]


@pytest.mark.parametrize("name", SERVICES)
def test_each_image_has_a_fixed_tag(name):
    image = SERVICES[name]["image"]
    assert re.fullmatch(r"pymano-\w+:\$\{PYMANO_VERSION:-[\d.]+\}|mysql:[\d.]+", image)


def test_mariadb_takes_the_place_of_mysql():
    other = yaml.safe_load((COMPOSE / "mariadb.yaml").read_text())
    assert other["services"].keys() == {"database"}
    assert other["services"]["database"]["image"].startswith("mariadb:")
    assert "mariadb:/var/lib/mysql" in other["services"]["database"]["volumes"]


def test_mail_opens_a_way_out_for_the_site_alone():
    added = yaml.safe_load((COMPOSE / "mail.yaml").read_text())["services"]
    assert added.keys() == {"site"}
    assert added["site"]["networks"] == ["outgoing"]
    assert added["site"]["environment"]["EMAIL_HOST_PASSWORD_FILE"] == "/run/secrets/email_password"


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_each_image_builds_on_a_fixed_base_as_an_ordinary_user(file):
    lines = file.read_text().splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}
    assert bases == {"python:3.11-slim-bookworm"}
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    # The tests' container writes its report into a folder of whoever runs it.
    assert users == ([] if file.parent.name == "tests" else ["10001:10001"])
    assert not lines[0].startswith("# syntax")


def test_the_proxy_takes_a_little_more_than_the_site():
    from pymano.api.limits import JSON

    found = re.search(r"client_max_body_size (\d+)m;", (COMPOSE / "proxy/nginx.conf").read_text())
    assert found
    assert JSON < int(found[1]) * 1024 * 1024 < 1.25 * JSON


def test_the_proxy_waits_longer_than_gunicorn():
    nginx = (COMPOSE / "proxy/nginx.conf").read_text()
    gunicorn = (ROOT / "site/gunicorn.conf.py").read_text()
    waits = re.search(r"proxy_read_timeout (\d+)s;", nginx)
    gives_up = re.search(r"^timeout = .*?(\d+)$", gunicorn, re.MULTILINE)
    assert waits
    assert gives_up
    assert int(waits[1]) > int(gives_up[1])


@pytest.fixture
def secrets_of(tmp_path):
    """Run the command that draws secrets, in a folder of its own; give the folder with the secrets."""
    script = tmp_path / "secrets.sh"
    script.write_bytes((COMPOSE / "secrets.sh").read_bytes())

    def draw(*names: str) -> Path:
        subprocess.run(["bash", script, *names], check=True, capture_output=True)
        return tmp_path / "secrets"

    return draw


def test_the_secrets_are_those_that_the_stack_wants(secrets_of):
    wanted = {Path(secret["file"]).name for secret in STACK["secrets"].values()}
    assert {file.name for file in secrets_of().iterdir()} == wanted


def test_secrets_are_drawn_once_and_differ(secrets_of):
    first = {file.name: file.read_bytes() for file in secrets_of().iterdir()}
    assert len(set(first.values())) == len(first)
    assert {file.name: file.read_bytes() for file in secrets_of().iterdir()} == first
    assert len(first["secret_key"]) >= 50


def test_nobody_else_reads_secrets(secrets_of):
    folder = secrets_of()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in {*folder.iterdir()} - {folder / "tls_certificate"}:
        # Who is not root cannot give files to a container's user: the closed folder has to do.
        assert file.stat().st_mode & stat.S_IRWXO == (0 if os.geteuid() == 0 else stat.S_IROTH)


def test_the_certificate_is_for_the_names_that_were_given(secrets_of):
    certificate = secrets_of("pymano.example.org", "192.0.2.7") / "tls_certificate"
    shown = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-ext", "subjectAltName"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "DNS:pymano.example.org, IP Address:192.0.2.7" in shown
