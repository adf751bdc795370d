"""Node and Chromium are found where they are, and never where they are too old."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy import chromium, node


def program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(node, "TOP", tmp_path)
    monkeypatch.setattr(node, "DESIGNER", tmp_path / "designer")
    monkeypatch.setattr(node, "MODULES", tmp_path / "designer" / "node_modules")
    monkeypatch.setattr(chromium, "NAMES", ("chromium", "google-chrome"))
    return tmp_path


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ("v20.19.5", True),
        ("v20.18.1", False),
        ("v22.12.0", False),
        ("v23.4.0", False),
        ("v24.0.0", True),
        ("v18.20.4", False),
        ("", False),
    ],
)
def test_node_must_be_new_enough(machine: Path, says: str, found: bool) -> None:
    program(machine / "bin", "node", says)
    program(machine / "bin", "npm", "10")
    assert (node.find_node() is not None) is found


def test_node_without_npm_is_no_use(machine: Path) -> None:
    program(machine / "bin", "node", "v22.1.0")
    assert node.find_node() is None


def test_the_wheels_node_is_second_choice(machine: Path) -> None:
    program(machine / ".venv" / "bin", "node", "v22.20.0")
    program(machine / ".venv" / "bin", "npm", "10")
    assert node.find_node() == machine / ".venv" / "bin"
    program(machine / "bin", "node", "v24.0.0")
    program(machine / "bin", "npm", "11")
    assert node.find_node() == machine / "bin"


def test_without_a_designer_nothing_is_asked_of_the_machine(machine: Path) -> None:
    node.main(["build"])
    node.main(["check"])


def test_the_designer_is_built_again_only_when_a_source_changed(machine: Path) -> None:
    program(machine / "bin", "node", "v20.19.0")
    npm = program(machine / "bin", "npm", "")
    npm.write_text('#!/bin/sh\necho "$1 $2" >>"$0.calls"\n/bin/mkdir -p node_modules dist\n')
    designer = machine / "designer"
    (designer / "src").mkdir(parents=True)
    (designer / "package.json").write_text("{}")
    (designer / "package-lock.json").write_text("{}")

    def calls() -> list[str]:
        log = machine / "bin" / "npm.calls"
        found = log.read_text().splitlines() if log.exists() else []
        log.write_text("")
        return found

    node.main(["build"])
    assert calls() == ["ci --no-audit", "run build"]
    node.main(["build"])
    assert calls() == []
    (designer / "src" / "App.tsx").write_text("//")
    node.main(["build"])
    assert calls() == ["run build"]
    (designer / "package-lock.json").write_text("{ }")
    node.main(["check"])
    assert calls() == ["ci --no-audit", "run check"]


def test_chromium_is_found_by_any_of_its_names(machine: Path) -> None:
    assert chromium.find() is None
    found = program(machine / "bin", "google-chrome", "")
    assert chromium.find() == str(found)


def test_no_chromium_and_no_right_to_install_is_a_sentence(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="need Chromium"):
        chromium.main()
