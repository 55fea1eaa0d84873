"""Checks k8s/: each overlay as it would be applied, against Kubernetes' own schemas and for weak settings.

`python -m local.manifests` works on a copy, with throwaway secrets. Its tools lie in .run/manifests, an
environment of their own; kubectl may be the machine's. Where there is none, it says that nothing was checked.
"""

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "k8s"
TOOLS = ROOT / ".run" / "manifests" / "bin"

OVERLAYS = ("dev", "production")
# The oldest Kubernetes that the manifests are for, and the newest whose schemas kubernetes-validate has.
OLDEST, NEWEST = "1.27", ""
# What no script can draw.
GIVEN = ("s3_access_key", "s3_secret_key")
# Production with everything that it may have beside.
OPTIONS = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: pymano
resources: [../production]
components: [../../components/mail, ../../components/pictures-volume, ../../components/queue-latency]
"""


class ManifestError(RuntimeError):
    """A check failed; the message is what its tool says."""


def tool(name: str) -> str | None:
    """Path of a tool: the pinned one, the machine's, or None."""
    return shutil.which(name, path=str(TOOLS)) or shutil.which(name)


@contextmanager
def copy() -> Iterator[Path]:
    """Give a copy of the manifests with throwaway secrets, none of them this installation's."""
    with tempfile.TemporaryDirectory(prefix="manifests-") as folder:
        manifests = Path(folder) / "k8s"
        shutil.copytree(MANIFESTS, manifests, ignore=shutil.ignore_patterns("secrets"))
        for overlay in OVERLAYS:
            _draw_secrets(manifests, overlay)
        options = manifests / "overlays" / "options"
        options.mkdir()
        (options / "kustomization.yaml").write_text(OPTIONS)
        yield manifests


def _draw_secrets(manifests: Path, overlay: str) -> None:
    folder = manifests / "overlays" / overlay / "secrets"
    folder.mkdir()
    for name in GIVEN:
        (folder / name).write_text(secrets.token_urlsafe(24))
    _run([str(manifests / "secrets.sh"), overlay])


def render(kubectl: str, overlay: Path) -> Path:
    """Write down, beside it, what would be applied."""
    rendered = overlay.with_suffix(".yaml")
    rendered.write_text(_run([kubectl, "kustomize", str(overlay)]))
    return rendered


def check(manifests: Path, rendered: Path) -> None:
    """Let each tool look at what would be applied; ManifestError where one objects."""
    validate = str(TOOLS / "kubernetes-validate")
    for version in (OLDEST, NEWEST):
        chosen = ["--kubernetes-version", version] if version else []
        _run([validate, "--strict", "--quiet", *chosen, str(rendered)])
    _run([str(TOOLS / "checkov"), "--config-file", str(manifests / "checkov.yaml"), "--file", str(rendered)])


def _run(command: Sequence[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ManifestError(f"{Path(command[0]).name}:\n{answer.stdout}{answer.stderr}")
    return answer.stdout


def main() -> int:
    """Check all overlays: 0, or 1 where one does not hold, with the reason."""
    kubectl = tool("kubectl")
    if kubectl is None:
        print("k8s/ is not checked: there is no kubectl to render it with.")  # noqa: T201
        return 0
    with copy() as manifests:
        for name in (*OVERLAYS, "options"):
            try:
                check(manifests, render(kubectl, manifests / "overlays" / name))
            except ManifestError as error:
                print(f"k8s/overlays/{name} does not hold: {error}", file=sys.stderr)  # noqa: T201
                return 1
            print(f"k8s/overlays/{name} holds")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
