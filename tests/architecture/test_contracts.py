"""Who may import whom: the real tree keeps the contracts, and each is proved to bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
# Every room and module that the contracts name.
ROOMS = {
    "engine": ["cli", "worker", "scheduler", "settings", "keys", "embedded"],
    "engine/core": ["flow", "node"],
    "engine/customers": [],
    "engine/tickets": ["sla"],
    "engine/settlement": [],
    "engine/stock": [],
    "engine/store": ["db"],
    "engine/runtime": ["inbox", "outbox", "queue", "runner"],
    "engine/runtime/settling": ["handlers", "orders"],
    "nodes": [],
    "nodes/branch": ["node"],
    "nodes/wait": ["node"],
    "connectors": [],
    "connectors/http": ["connector"],
    "connectors/wecom": ["connector"],
    "api": ["app"],
}

# (what it is, the file that is edited, the line added): each breaks at least one contract.
EDITS = [
    ("core -> store", "engine/core/flow.py", "import engine.store"),
    ("node -> sqlalchemy", "nodes/branch/node.py", "import sqlalchemy"),
    ("node -> another node", "nodes/branch/node.py", "import nodes.wait.node"),
    ("node -> settings", "nodes/branch/node.py", "import engine.settings"),
    ("worker -> rq", "engine/worker.py", "import rq"),
    ("api -> sqlalchemy", "api/app.py", "import sqlalchemy"),
    ("runtime -> flask", "engine/runtime/inbox.py", "import flask"),
    ("api -> worker", "api/app.py", "import engine.worker"),
    ("connector -> node", "connectors/http/connector.py", "import nodes.wait.node"),
    ("tickets -> settlement", "engine/tickets/sla.py", "import engine.settlement"),
    ("runtime -> httpx", "engine/runtime/outbox.py", "import httpx"),
    ("runtime -> redis, not in queue", "engine/runtime/inbox.py", "import redis"),
    ("settings -> store", "engine/settings.py", "import engine.store"),
    ("a circle of files", "engine/core/flow.py", "import engine.core.node"),
    ("a circle of folders", "engine/runtime/settling/orders.py", "import engine.runtime.runner"),
    (
        "a circle of types alone",
        "engine/core/flow.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import engine.core.node",
    ),
]
ALLOWED = [
    ("engine/runtime/queue.py", "import rq, redis"),
    ("engine/runtime/inbox.py", "import engine.store, engine.tickets, nodes, connectors"),
    ("engine/core/node.py", "import engine.core.flow"),
    ("engine/runtime/runner.py", "import engine.runtime.settling.handlers"),
    ("engine/store/db.py", "import sqlalchemy, engine.core"),
    ("connectors/http/connector.py", "import httpx"),
    ("api/app.py", "import flask, engine.runtime.inbox, engine.settings"),
    ("engine/cli.py", "import api.app, engine.worker, engine.scheduler, engine.embedded"),
]


# Checks many folders in one process: starting import-linter takes longer than running it. Each
# folder gets a fork of its own, in which the folder comes first on the path.
CHECKER = """
import os, sys
from importlinter.cli import lint_imports
config, folders = sys.argv[1], sys.argv[2:]
for folder in folders:
    if os.fork() == 0:
        os.chdir(folder)
        sys.path.insert(0, folder)
        print(folder, lint_imports(config_filename=config, no_cache=True), flush=True)
        os._exit(0)
    os.wait()
"""


def verdicts(*folders: Path) -> tuple[dict[str, int], str]:
    """Exit code by folder (0 kept, 1 broken), and all that import-linter printed."""
    done = subprocess.run(
        [sys.executable, "-c", CHECKER, str(TOP / "pyproject.toml"), *map(str, folders)],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    shown = done.stdout + done.stderr
    lines = [line.rsplit(" ", 1) for line in done.stdout.splitlines() if line.startswith("/")]
    return {folder: int(code) for folder, code in lines}, shown


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house in which every room exists and every allowed import is made."""
    top = tmp_path_factory.mktemp("house")
    for room, modules in ROOMS.items():
        (top / room).mkdir()
        for module in ["__init__", *modules]:
            (top / room / f"{module}.py").touch()
    for file, line in ALLOWED:
        (top / file).write_text(f"{line}\n")
    return top


def test_the_project_keeps_its_contracts() -> None:
    found, shown = verdicts(TOP)
    assert found == {str(TOP): 0}, shown


def test_each_forbidden_import_breaks_a_contract_and_no_allowed_one_does(
    skeleton: Path, tmp_path: Path
) -> None:
    houses = {}
    for number, (name, file, line) in enumerate(EDITS):
        house = shutil.copytree(skeleton, tmp_path / str(number))
        with open(house / file, "a") as opened:
            opened.write(f"{line}\n")
        houses[str(house)] = name
    found, shown = verdicts(skeleton, *map(Path, houses))
    assert found.pop(str(skeleton)) == 0, shown
    assert {houses[folder]: code for folder, code in found.items()} == {
        name: 1 for name, _, _ in EDITS
    }, shown
