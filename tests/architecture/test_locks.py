"""The lock files: complete, hashed, without addresses, and one the start of the next."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[2]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
NEEDED = {
    "requirements.lock": PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"],
    "requirements-test.lock": EXTRAS["test"],
    "requirements-bench.lock": EXTRAS["bench"],
    "requirements-node.lock": EXTRAS["node"],
}
LINE = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def locked(name: str) -> dict[str, set[str]]:
    """package -> its versions; several where they differ by Python or system."""
    found: dict[str, set[str]] = {}
    for line in (TOP / name).read_text().splitlines():
        if not line.startswith(" "):
            requirement = Requirement(line.removesuffix("\\").strip())
            version = str(requirement.specifier).removeprefix("==")
            found.setdefault(canonicalize_name(requirement.name), set()).add(version)
    return found


@pytest.mark.parametrize("name", NEEDED)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    lines = (TOP / name).read_text().splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith(" "):
            assert LINE.fullmatch(line), line
        else:
            assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==[^ ]+ (; .+ )?\\$", line), line
            assert LINE.fullmatch(following), line


@pytest.mark.parametrize("name", NEEDED)
def test_a_lock_names_no_address(name: str) -> None:
    text = (TOP / name).read_text()
    assert "://" not in text
    assert "index" not in re.findall(r"^--?[a-z-]+", text, re.MULTILINE)


@pytest.mark.parametrize("name", NEEDED)
def test_a_lock_holds_what_pyproject_asks_for(name: str) -> None:
    versions = locked(name)
    for each in map(Requirement, NEEDED[name]):
        found = versions.get(canonicalize_name(each.name), set())
        assert found, f"{name} lacks {each}: run `make lock`"
        assert all(each.specifier.contains(one, prereleases=True) for one in found), each


def test_each_set_is_the_start_of_the_next() -> None:
    run, test, bench = (locked(name) for name in list(NEEDED)[:3])
    assert run.items() <= test.items() <= bench.items()
