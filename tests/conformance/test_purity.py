"""The guard itself: it must stop what it says it stops, or the suite proves nothing."""

from __future__ import annotations

import os
import random
import secrets
import socket
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.purity import Impure, faults_of, no_io


@pytest.mark.parametrize(
    "reach",
    [
        lambda: Path(__file__).read_text("utf-8"),
        lambda: os.open(__file__, os.O_RDONLY),
        lambda: os.listdir("."),
        lambda: socket.socket(),
        lambda: socket.getaddrinfo("localhost", 80),
        lambda: subprocess.run(["true"], check=False),
        lambda: time.time(),
        lambda: time.sleep(0),
        lambda: random.random(),
        lambda: random.choice([1, 2]),
        lambda: uuid.uuid4(),
        lambda: secrets.token_hex(),
    ],
)
def test_the_outside_world_is_out_of_reach(reach: Callable[[], Any]) -> None:
    with no_io(), pytest.raises(Impure):
        reach()


def test_everything_works_again_afterwards() -> None:
    with no_io():
        pass
    assert time.time() > 0
    assert random.random() < 1
    assert Path(__file__).read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "is_pure"),
    [
        ("from engine.core.node import Done", True),
        ("from engine.settlement.money import Money", True),
        ("from nodes.mine.words import WORDS", True),
        ("import json", True),
        ("from nodes.another.node import NODE", False),
        ("from nodes.mine_too.node import NODE", False),
        ("import engine.settings", False),
        ("from engine.store.db import connect", False),
        ("import httpx", False),
        ("import random", False),
        ("from . import words", False),
        ("from datetime import datetime; datetime.now()", False),
        ("open('x')", False),
    ],
)
def test_a_source_is_read_for_what_it_could_reach(line: str, is_pure: bool, tmp_path: Path) -> None:
    source = tmp_path / "node.py"
    source.write_text(line, "utf-8")
    assert (faults_of(source, "mine") == []) is is_pure
