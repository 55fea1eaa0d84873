"""The manifests as they stand in k8s/, without a cluster: what no schema and no scanner knows about them."""

import re

import pytest
import yaml

from pymano import database
from pymano.serving import client, keeper
from tests.deploy.manifests import (
    EVERY_POD,
    K8S,
    OVERLAYS,
    ROOT,
    Resource,
    containers,
    every_overlay,
    every_pod,
    files,
    pods,
    resources,
    selected,
)

SERVERS = [(overlay, name) for overlay, name in EVERY_POD if name in ("site", "torchserve", "database")]


def test_no_file_is_left_out():
    kustomizations = list(K8S.rglob("kustomization.yaml"))
    listed = {path for file in kustomizations for path in files(file.parent)}
    patches = {
        (file.parent / patch["path"]).resolve()
        for file in kustomizations
        for patch in yaml.safe_load(file.read_text()).get("patches", [])
    }
    others = {K8S / "checkov.yaml", K8S / "components/queue-latency/adapter.yaml"}
    lying = {path for path in K8S.rglob("*.yaml") if path.name != "kustomization.yaml"}
    assert lying == listed | patches | others


def test_each_file_holds_one_resource():
    for overlay in OVERLAYS:
        for path in files(K8S / "overlays" / overlay):
            assert len(list(yaml.safe_load_all(path.read_text()))) == 1


@every_overlay
def test_all_is_there(overlay):
    kinds = {(resource["kind"], resource["metadata"]["name"]) for resource in resources(overlay)}
    assert {
        ("Namespace", "pymano"),
        ("Deployment", "site"),
        ("Deployment", "models"),
        ("Deployment", "torchserve"),
        ("Job", "migrate"),
        ("CronJob", "housekeeping"),
        ("Ingress", "site"),
        ("NetworkPolicy", "default-deny"),
    } <= kinds
    assert (("StatefulSet", "database") in kinds) == (overlay == "dev")
    assert (("HorizontalPodAutoscaler", "torchserve") in kinds) == (overlay == "production")


# What containers may do.


@every_pod
def test_each_pod_is_confined(overlay, name):
    spec = pods(overlay)[name]["spec"]
    context = spec["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == context["runAsGroup"] == (999 if name == "database" else 10001)
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in containers(pods(overlay)[name]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"].keys() == {"requests", "limits"}
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}


@every_pod
def test_each_pod_has_an_account_that_may_do_nothing(overlay, name):
    accounts = {account["metadata"]["name"]: account for account in resources(overlay, "ServiceAccount")}
    account = accounts[pods(overlay)[name]["spec"]["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False


@every_pod
def test_no_service_becomes_a_setting(overlay, name):
    # A Service named "database" would set DATABASE_PORT to tcp://….
    assert pods(overlay)[name]["spec"]["enableServiceLinks"] is False


@every_pod
def test_every_container_can_write_below_tmp(overlay, name):
    spec = pods(overlay)[name]["spec"]
    scratch = {volume["name"] for volume in spec["volumes"] if "emptyDir" in volume}
    for container in containers(pods(overlay)[name]):
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert mounts["/tmp"] in scratch
    assert all(volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"] if "emptyDir" in volume)


# How they live and end.


@pytest.mark.parametrize(("overlay", "name"), SERVERS)
def test_each_server_says_how_it_is(overlay, name):
    [container] = pods(overlay)[name]["spec"]["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["timeoutSeconds"] > 1
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 120
    liveness = container["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 60


def test_the_loops_life_is_that_it_goes_round():
    [models] = pods("production")["models"]["spec"]["containers"]
    file = models["command"][models["command"].index("--alive") + 1]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert models[probe]["exec"]["command"] == ["sh", "-c", f"find {file} -mmin -3 | grep -q ."]
    grace = pods("production")["models"]["spec"]["terminationGracePeriodSeconds"]
    assert keeper.SECONDS < grace < 180


def test_the_sites_life_does_not_hang_on_others():
    [site] = pods("production")["site"]["spec"]["containers"]
    assert site["livenessProbe"]["httpGet"]["path"] == site["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert site["readinessProbe"]["httpGet"]["path"] == "/readyz"
    # Another time-out of the probe would take a site for dead that knows that its database is away.
    waits = database.CONNECT_SECONDS + sum(client.STATE_SECONDS)
    assert site["readinessProbe"]["timeoutSeconds"] > waits


def test_torchserve_is_ready_with_a_worker_and_lives_without():
    [torchserve] = pods("production")["torchserve"]["spec"]["containers"]
    ready = torchserve["readinessProbe"]["exec"]["command"]
    assert ready == torchserve["startupProbe"]["exec"]["command"] == ["python", "/opt/pymano/ready.py"]
    assert torchserve["livenessProbe"]["httpGet"] == {"path": "/ping", "port": "inference"}
    image = (ROOT / "torchserve/Dockerfile").read_text()
    assert "ready.py /opt/pymano/" in image


def seconds_before_the_end(template: Resource) -> int:
    [container] = template["spec"]["containers"]
    command, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep"
    return int(seconds)


def test_the_site_finishes_what_it_began():
    template = pods("production")["site"]
    gunicorn = (ROOT / "site/gunicorn.conf.py").read_text()
    graceful = int(re.findall(r"^timeout = graceful_timeout = (\d+)$", gunicorn, re.MULTILINE)[0])
    grace = template["spec"]["terminationGracePeriodSeconds"]
    assert grace > seconds_before_the_end(template) + graceful


def test_no_reading_is_broken_off():
    template = pods("production")["torchserve"]
    # Those that were asked for before everybody knew that this replica leaves.
    assert seconds_before_the_end(template) >= client.READ_SECONDS + 5
    assert template["spec"]["terminationGracePeriodSeconds"] > seconds_before_the_end(template) + 5


@every_overlay
def test_no_replica_goes_before_another_has_come(overlay):
    for deployment in resources(overlay, "Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        # Applying this again would undo what the autoscaler has decided.
        assert "replicas" not in deployment["spec"]


def test_the_job_of_an_upgrade_goes_by_itself():
    [job] = resources("production", "Job")
    assert job["spec"]["ttlSecondsAfterFinished"] <= 3600
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == ["python", "manage.py", "prepare"]


@every_overlay
def test_commands_are_those_of_the_site(overlay):
    from django.core.management import get_commands

    said = {
        container["command"][2]
        for template in pods(overlay).values()
        for container in containers(template)
        if container.get("command", [])[:2] == ["python", "manage.py"]
    }
    nightly = {"delete_old_readings", "delete_lost_pictures", "clearsessions", "flushexpiredtokens"}
    assert said == {"await_database", "prepare", "reconcile_models"} | nightly
    assert said <= get_commands().keys()


# What finds what.


@every_overlay
def test_each_service_finds_its_pods_and_their_ports(overlay):
    for service in resources(overlay, "Service"):
        [name] = selected(overlay, {"matchLabels": service["spec"]["selector"]})
        [container] = pods(overlay)[name]["spec"]["containers"]
        named = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= named.keys()


@every_overlay
def test_each_controller_finds_its_own_pods(overlay):
    for resource in resources(overlay):
        if resource["kind"] in ("Deployment", "StatefulSet"):
            labels = resource["spec"]["template"]["metadata"]["labels"]
            assert resource["spec"]["selector"]["matchLabels"] == labels
            for constraint in resource["spec"]["template"]["spec"].get("topologySpreadConstraints", []):
                assert constraint["labelSelector"] == resource["spec"]["selector"]


def test_what_scales_and_what_protects_is_there():
    deployments = {resource["metadata"]["name"] for resource in resources("production", "Deployment")}
    deployments -= {"models"}  # one of it is enough, and may be away for a while
    scaled = resources("production", "HorizontalPodAutoscaler")
    assert {autoscaler["spec"]["scaleTargetRef"]["name"] for autoscaler in scaled} == deployments
    assert all(autoscaler["spec"]["minReplicas"] >= 2 for autoscaler in scaled)
    protected = resources("production", "PodDisruptionBudget")
    assert [selected("production", budget["spec"]["selector"]) for budget in protected] == [
        {"site"},
        {"torchserve"},
    ]


@every_overlay
def test_the_ingress_leads_to_the_site(overlay):
    [ingress] = resources(overlay, "Ingress")
    [rule] = ingress["spec"]["rules"]
    [path] = rule["http"]["paths"]
    [service] = [one for one in resources(overlay, "Service") if one["metadata"]["name"] == "site"]
    assert path["backend"]["service"]["name"] == "site"
    assert path["backend"]["service"]["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}
    assert ingress["spec"]["tls"][0]["secretName"] == "tls"


def test_the_ingress_takes_a_little_more_than_the_site():
    from pymano.api.limits import JSON

    [ingress] = resources("dev", "Ingress")
    size = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert JSON < int(size.removesuffix("m")) * 1024 * 1024 < 1.25 * JSON
