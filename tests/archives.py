"""Small archives that the real TorchServe takes, whole or broken, and the model store that they lie in."""

import hashlib
import json
import zipfile
from pathlib import Path

READS = '''
"""Reads hello in everything."""


class Handler:
    def initialize(self, context):
        self.version = context.manifest["model"]["modelVersion"]

    def handle(self, data, context):
        reading = {
            "text": "hello",
            "confidence": 0.9,
            "alternatives": [],
            "characters": [],
            "model": {"name": "crnn", "version": self.version},
        }
        return [reading for _ in data]
'''
CANNOT_START = "import a_module_that_nobody_has\n"
CONFIG = "batchSize: 1\nmaxRetryTimeoutInSec: 300\nresponseTimeout: 15\nstartupTimeout: 60\n"


def write(folder: Path, version: str, *, handler: str = READS, named: str = "") -> Path:
    """Write crnn-VERSION.mar; `named` is the version in its name where that is to be another."""
    path = folder / f"crnn-{named or version}.mar"
    model = {
        "modelName": "crnn",
        "handler": "handler.py",
        "modelVersion": version,
        "configFile": "model-config.yaml",
    }
    with zipfile.ZipFile(path, "w") as archive:
        manifest = {"runtime": "python", "model": model, "archiverVersion": "0.12.0"}
        archive.writestr("MAR-INF/MANIFEST.json", json.dumps(manifest))
        archive.writestr("model-config.yaml", CONFIG)
        archive.writestr("handler.py", handler)
    return path


def approve(folder: Path, *names: str) -> None:
    """List files of the folder in its SHA256SUMS, the newest last."""
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in hashes.items()))


def fill(folder: Path, *versions: str) -> Path:
    """Make a store that has these versions, the newest last."""
    folder.mkdir(exist_ok=True)
    approve(folder, *(write(folder, version).name for version in versions))
    return folder
