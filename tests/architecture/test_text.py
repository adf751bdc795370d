"""What is written into the project: no addresses of registries, one reader of the environment."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
# Written in parts, so that this file does not name what it looks for.
REGISTRY = re.compile(
    r"\b(pypi|pythonhosted|npmjs|npmmirror|yarnpkg)\.(org|com)\b"
    r"|\b(mirrors?|pypi|npm|registry)\.[a-z0-9-]+\.(com|cn|org|net|edu\.cn)\b"
)
DOWNLOAD = re.compile(r"https?://[^\s\"')]+\.(whl|tgz|tar\.gz|zip)\b")
SHIPPED = ("engine", "nodes", "connectors", "api")


@cache
def tracked() -> list[Path]:
    """Every file of the project: those git knows or would add, else all but what is made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        names = {each.decode() for each in listed.stdout.split(b"\0") if each}
        return sorted(path for name in names if (path := TOP / name).is_file())
    made = {".git", ".venv", "node_modules", "dist", "var", "__pycache__"}
    return sorted(
        path
        for path in TOP.rglob("*")
        if path.is_file() and not made & set(path.relative_to(TOP).parts)
    )


def texts() -> list[tuple[str, str]]:
    """(name, content) of every file that is text."""
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((str(path.relative_to(TOP)), content.decode("utf-8", "replace")))
    return found


@pytest.mark.parametrize("pattern", [REGISTRY, DOWNLOAD], ids=["registry", "download"])
def test_no_file_names_where_packages_come_from(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {hit[0]}"
        for name, content in texts()
        for number, line in enumerate(content.splitlines(), 1)
        for hit in pattern.finditer(line)
    ]
    assert found == []


def test_only_settings_reads_the_environment() -> None:
    found = [
        f"{path.relative_to(TOP)}:{node.lineno}"
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(TOP).parts[0] in SHIPPED
        if not path.name.startswith("test_") and path != TOP / "engine" / "settings.py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if reads_environment(node)
    ]
    assert found == []


def reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(each.name in ("environ", "environb", "getenv") for each in names)
    return False


def test_no_two_folders_of_tests_shadow_each_other() -> None:
    """Every folder with tests is a package, so that many may hold a `test_node.py`."""
    missing = {
        str(path.parent.relative_to(TOP))
        for path in tracked()
        if re.fullmatch(r"test_\w+\.py", path.name)
        if not (path.parent / "__init__.py").exists()
    }
    assert missing == set()
