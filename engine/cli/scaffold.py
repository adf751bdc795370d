"""`jimu new-node` and `jimu new-connector`: a folder to begin with, copied from a neighbour."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.screen import tell
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.text import text

TOP = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_CODE = {".py", ".json", ".toml"}

Name = Annotated[str, typer.Argument(help="Lower case with underscores; it never changes again")]
Into = Annotated[Path, typer.Option(help="The project's folder", hidden=True)]


def add(app: typer.Typer) -> None:
    app.command("new-node")(new_node)
    app.command("new-connector")(new_connector)


def new_node(
    name: Name,
    like: Annotated[str, typer.Option(help="The node to begin from")] = "set_fields",
    into: Into = TOP,
) -> None:
    """A new node: a whole folder that passes the conformance tests, its texts still to write."""
    folder = copy(into, "nodes", name, like)
    tell(
        text(
            f"已创建 {folder}。先改 node.py 里的名称与说明、README.md 和 cases.json，再运行：\n"
            f"  python -m pytest tests/conformance nodes/{name}",
            f"{folder} is there. Write the texts of node.py, README.md and cases.json, then run:\n"
            f"  python -m pytest tests/conformance nodes/{name}",
        )
    )


def new_connector(
    name: Name,
    like: Annotated[str, typer.Option(help="The connector to begin from")] = "http",
    into: Into = TOP,
) -> None:
    """A new connector: a whole folder that passes the conformance tests, its texts to write."""
    folder = copy(into, "connectors", name, like)
    tell(
        text(
            f"已创建 {folder}。先改 connector.py、forms.py 和 README.md,"
            f"把真实往来录进 recordings/,再运行：\n"
            f"  python -m pytest tests/conformance connectors/{name}",
            f"{folder} is there. Write connector.py, forms.py and README.md, put real exchanges "
            f"into recordings/, then run:\n"
            f"  python -m pytest tests/conformance connectors/{name}",
        )
    )


def copy(top: Path, room: str, name: str, like: str) -> Path:
    """Copies `<room>/<like>` to `<room>/<name>`, with its own name wherever code says it.

    A folder is complete in itself and registers by being there, so nothing else is edited.
    """
    source, target = top / room / like, top / room / name
    # The folder is a package: code imports it by its name.
    if keyword.iskeyword(name):
        message = text(
            f"{name} 是 Python 的保留字，不能作名称",
            f"{name} is a word of Python's own: choose another",
        )
        raise InvalidInput(message, [Problem("/name", message)])
    if not _NAME.fullmatch(name):
        message = text(
            "名称应为小写字母、数字和下划线，以字母开头",
            "a name is lower-case letters, digits and underscores and begins with a letter",
        )
        raise InvalidInput(message, [Problem("/name", message)])
    if not source.is_dir() or not (source / "__init__.py").exists():
        raise NotFound(text(f"没有 {room}/{like}", f"there is no {room}/{like}"))
    if target.exists():
        raise Conflict(text(f"{target} 已存在", f"{target} is there already"))
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for file in target.rglob("*"):
        if file.suffix in _CODE:
            written = file.read_text(encoding="utf-8")
            own = written.replace(f"{room}.{like}.", f"{room}.{name}.")
            own = own.replace(f"from {room}.{like} ", f"from {room}.{name} ")
            file.write_text(own, encoding="utf-8")
    return target
