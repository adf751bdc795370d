"""Makes the lock files anew: `python deploy/lock.py`, or `make lock`; `make lock UPGRADE=1`.

Each names every package for all platforms, with the hashes of its ready-built files, and no
address: where packages come from is the installing machine's affair. uv does the solving; it is
installed into a throwaway environment and told what pip is configured to use.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
RUN = "requirements.lock"
TEST = "requirements-test.lock"
# name of the lock, its extras, the lock whose versions it must keep
SETS = (
    (RUN, (), None),
    (TEST, ("test",), RUN),
    ("requirements-bench.lock", ("test", "bench"), TEST),
)
NODE = "requirements-node.lock"
# pip's setting -> uv's. Extra indexes and folders are left out on purpose: they often hold the
# files of one platform only, and their hashes alone would lock all others out.
OPTIONS = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


def main() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    # What builds the editable install is locked too, so that setup downloads nothing unchecked.
    build = [*project["build-system"]["requires"], "editables>=0.5"]
    node = project["project"]["optional-dependencies"]["node"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "-q", "uv"], check=True)
        uv = f"{folder}/bin/uv"
        for lock, extras, kept in SETS:
            options = [part for extra in extras for part in ("--extra", extra)]
            options += ["--constraint", kept] if kept else []
            compile_lock(uv, lock, build, "pyproject.toml", *options)
        compile_lock(uv, NODE, node)


def compile_lock(uv: str, lock: str, requirements: list[str], *options: str) -> None:
    """Writes one lock; versions stay as they are unless UPGRADE is set or they no longer fit."""
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    subprocess.run(
        [
            *(uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--only-binary", ":all:"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *(*upgrade, "--output-file", lock, *options, "-"),
        ],
        cwd=TOP,
        env=uv_environment(),
        input="\n".join(requirements),
        text=True,
        check=True,
    )
    written = (TOP / lock).read_text()
    if "://" in written:
        raise SystemExit(f"{lock} names an address; it must not.")
    print(f"{lock}: {sum(line[:1].isalnum() for line in written.splitlines())} packages")


def uv_environment() -> dict[str, str]:
    """This environment, with pip's configuration said in uv's words where uv has none."""
    shown = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = dict(os.environ)
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        option = OPTIONS.get(name.rpartition(".")[2])
        if option:
            found.setdefault(option, value.strip("'\""))
    return found


if __name__ == "__main__":
    main()
