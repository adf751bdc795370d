"""Finds a Chromium for the browser tests, or asks the system's package manager for one.

`python deploy/chromium.py` prints where it is; tests call `find()`. Chinese fonts come with it,
since without them every character is a box.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# package manager -> the commands that install Chromium and fonts
INSTALLERS = {
    "apt-get": (
        ("apt-get", "update", "-qq"),
        (
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "fonts-noto-cjk",
        ),
    ),
    "dnf": (("dnf", "install", "-y", "-q", "chromium", "google-noto-sans-cjk-fonts"),),
    "apk": (("apk", "add", "-q", "chromium", "font-noto-cjk"),),
    "pacman": (("pacman", "-Sy", "--noconfirm", "--quiet", "chromium", "noto-fonts-cjk"),),
}


def find() -> str | None:
    """The program's path; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Asks the package manager, if this user may; otherwise does nothing."""
    manager = next(filter(shutil.which, INSTALLERS), None)
    if manager is None or os.geteuid() != 0:
        return
    print(f"browser tests: installing Chromium with {manager}", file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in INSTALLERS[manager]:
        # A failed update is no reason to stop: the lists at hand may do.
        subprocess.run(command, env=env, stdout=sys.stderr, check=False)


def main() -> None:
    if find() is None:
        install()
    found = find()
    if found is None:
        raise SystemExit(
            "The browser tests need Chromium, and this machine has none. Install it from your "
            "system's packages, on Debian and Ubuntu: apt-get install chromium fonts-noto-cjk"
        )
    print(found)


if __name__ == "__main__":
    main()
