"""What lies in k8s/, as Python sees it: resources of an overlay, their pods, settings and secrets."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
OVERLAYS = ["dev", "production"]

Resource = dict[str, Any]
COMPONENT = "app.kubernetes.io/component"


def kustomization(folder: Path) -> Resource:
    return yaml.safe_load((folder / "kustomization.yaml").read_text())


def files(folder: Path) -> Iterator[Path]:
    """Files of resources, those of bases and components included."""
    said = kustomization(folder)
    for name in said.get("resources", []) + said.get("components", []):
        path = (folder / name).resolve()
        if path.is_dir():
            yield from files(path)
        else:
            yield path


@cache
def resources(overlay: str, kind: str = "") -> list[Resource]:
    found = [yaml.safe_load(path.read_text()) for path in files(K8S / "overlays" / overlay)]
    return [resource for resource in found if kind in ("", resource["kind"])]


def pod_template(resource: Resource) -> Resource | None:
    match resource["kind"]:
        case "Deployment" | "StatefulSet" | "Job":
            return resource["spec"]["template"]
        case "CronJob":
            return resource["spec"]["jobTemplate"]["spec"]["template"]
    return None


@cache
def pods(overlay: str) -> dict[str, Resource]:
    """Templates of pods by the part of the product that they are."""
    templates = filter(None, map(pod_template, resources(overlay)))
    return {template["metadata"]["labels"][COMPONENT]: template for template in templates}


def containers(template: Resource) -> list[Resource]:
    return template["spec"].get("initContainers", []) + template["spec"]["containers"]


def env_file(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def settings_of(overlay: str) -> dict[str, str]:
    return env_file(K8S / "base/site/site.env") | env_file(K8S / "overlays" / overlay / "site.env")


def selects(selector: Resource, labels: dict[str, str]) -> bool:
    """Whether a label selector, of equal labels and of `In`, takes these labels."""
    equal = selector.get("matchLabels", {}).items() <= labels.items()
    among = [labels.get(term["key"]) in term["values"] for term in selector.get("matchExpressions", [])]
    assert all(term["operator"] == "In" for term in selector.get("matchExpressions", []))
    return equal and all(among)


def selected(overlay: str, selector: Resource) -> set[str]:
    return {
        name for name, template in pods(overlay).items() if selects(selector, template["metadata"]["labels"])
    }


def generated_secrets(overlay: str) -> dict[str, dict[str, str]]:
    """Secrets that an overlay makes: name -> key -> file."""
    found = {}
    for generator in kustomization(K8S / "overlays" / overlay)["secretGenerator"]:
        assert generator.keys() <= {"name", "type", "files"}, "values do not stand in the repository"
        named = [file if "=" in file else f"{Path(file).name}={file}" for file in generator["files"]]
        found[generator["name"]] = dict(file.split("=") for file in named)
    return found


EVERY_POD = [(overlay, name) for overlay in OVERLAYS for name in pods(overlay)]
every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
every_pod = pytest.mark.parametrize(("overlay", "name"), EVERY_POD)
