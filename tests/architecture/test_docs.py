"""Pages that must keep up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.settings import VARIABLES

TOP = Path(__file__).parents[2]
HEADINGS = [
    "Start here",
    "Map",
    "How to extend",
    "Boundaries and common confusion",
    "Tests to run",
]
ROOMS = [
    "engine",
    *(f"engine/{room}" for room in ("core", "customers", "tickets", "settlement", "stock")),
    *("engine/store", "engine/runtime", "nodes", "connectors", "api", "templates_library"),
    *("designer", "tests"),
]


@pytest.mark.parametrize("room", [each for each in ROOMS if (TOP / each / "README.md").exists()])
def test_a_rooms_page_has_the_five_headings(room: str) -> None:
    page = (TOP / room / "README.md").read_text()
    assert re.findall(r"^## (.+?)\s*$", page, re.MULTILINE) == HEADINGS


def test_every_setting_is_described() -> None:
    page = (TOP / "deploy" / "README.md").read_text()
    assert re.findall(r"^\| `(JIMU_\w+)` \|", page, re.MULTILINE) == list(VARIABLES)


def test_the_words_of_the_makefile_are_all_there() -> None:
    makefile = (TOP / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"setup", "run", "test", "check", "fix", "bench"} <= targets
