"""Finds a Node for the designer and runs its scripts: `python deploy/node.py build`.

`build` makes designer/dist if its sources changed, `check` runs the designer's own checks and
tests, `fix` mends what its linter can. The machine's Node is used; without one a wheel brings it
into `.venv`.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
DESIGNER = TOP / "designer"
MODULES = DESIGNER / "node_modules"
# Its tools run on these: 20.19, 22.13, and all from 24 on.
OLDEST = {20: 19, 22: 13}
ALL_FROM = 24
# Made, not written: they never make a new build necessary.
MADE = {"node_modules", "dist", ".vite", "coverage"}


def main(arguments: list[str]) -> None:
    if not (DESIGNER / "package.json").exists():
        return
    if arguments not in (["build"], ["check"], ["fix"]):
        raise SystemExit("node.py: say `build`, `check` or `fix`.")
    node = find_node() or install_node()
    if node is None:
        raise SystemExit(
            "There is no Node 20.19 or newer, and no ready-built one for this machine. "
            "Install Node from your system's packages and try again."
        )
    install_modules(node)
    if arguments != ["build"]:
        npm(node, "run", *arguments)
    elif not is_stamped(DESIGNER / "dist" / ".stamp", sources()):
        print("designer: building", flush=True)
        npm(node, "run", "build")
        stamp(DESIGNER / "dist" / ".stamp", sources())


def find_node() -> Path | None:
    """The folder of a `node` that is new enough and has `npm` beside it: PATH first, then .venv."""
    for place in (os.environ.get("PATH"), str(TOP / ".venv" / "bin")):
        node, npm_found = shutil.which("node", path=place), shutil.which("npm", path=place)
        if node and npm_found and _is_new_enough(node):
            return Path(node).parent
    return None


def install_node() -> Path | None:
    print("designer: this machine has no Node; fetching one into .venv (60 MB)", flush=True)
    lock = str(TOP / "requirements-node.lock")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock),
        ],
        check=False,
    )
    return find_node()


def install_modules(node: Path) -> None:
    lock = _hash([DESIGNER / "package-lock.json"])
    if not is_stamped(MODULES / ".stamp", lock):
        print("designer: installing its packages", flush=True)
        npm(node, "ci", "--no-audit", "--no-fund", "--loglevel", "error")
        stamp(MODULES / ".stamp", lock)


def npm(node: Path, *arguments: str) -> None:
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [shutil.which("npm", path=path) or "npm", *arguments],
        cwd=DESIGNER,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"designer: `npm {' '.join(arguments)}` failed; its words stand above.")


def sources() -> str:
    """Changes whenever a file of the designer does."""
    files: list[Path] = []
    for folder, inside, names in os.walk(DESIGNER):
        inside[:] = set(inside) - MADE  # in place: os.walk then never enters them
        files += (Path(folder, name) for name in names)
    return _hash(sorted(files))


def is_stamped(path: Path, value: str) -> bool:
    return path.exists() and path.read_text() == value


def stamp(path: Path, value: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(value)


def _hash(files: list[Path]) -> str:
    found = hashlib.sha256()
    for each in files:
        content = each.read_bytes() if each.exists() else b""
        found.update(f"{each.relative_to(TOP)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def _is_new_enough(node: str) -> bool:
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    found = re.match(r"v(\d+)\.(\d+)\.", shown.stdout)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return major >= ALL_FROM or minor >= OLDEST.get(major, 1000)


if __name__ == "__main__":
    main(sys.argv[1:])
