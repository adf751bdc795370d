"""What the terminal shows: sentences, tables, problems, JSON; in the language of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from engine.core.errors import EngineError, Problem, Rejected
from engine.core.text import Locale, Text, say, text
from engine.settings import terminal_locale
from engine.store.db import dump_json

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, for programs")]


def locale() -> Locale:
    return terminal_locale()


def tell(words: Text | str) -> None:
    out.print(say(words, locale()), markup=False, soft_wrap=True)


def tell_aside(words: Text | str) -> None:
    """On standard error: for people, where standard output is for a program."""
    err.print(say(words, locale()), markup=False, soft_wrap=True)


def complain(error: EngineError) -> None:
    """The sentence, and a line for each problem with its path."""
    err.print(say(error.message, locale()), markup=False, soft_wrap=True)
    if isinstance(error, Rejected):
        for problem in error.problems:
            said = say(problem.message, locale())
            err.print(f"  {problem.path or '/'}: {said}", markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """JSON on standard output, for programs."""
    raw = orjson.dumps(orjson.loads(dump_json(value)), option=orjson.OPT_INDENT_2)
    print(raw.decode())


def show_table(columns: Sequence[Text], rows: Iterable[Sequence[Any]]) -> None:
    """A table; what a cell holds is shown as it is, never read as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        # The first names the thing: it is copied, so it never breaks over two lines.
        table.add_column(say(column, locale()), overflow="fold", no_wrap=not number)
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    out.print(table)


def show_problems(problems: Sequence[Problem], names: dict[str, str]) -> None:
    """Problems of a flow with the names of their nodes, each sentence in both languages."""
    first = locale()
    second: Locale = "en" if first == "zh" else "zh"
    table = Table(show_lines=True)
    for title in (text("级别", "Level"), text("节点", "Node"), text("位置", "Path")):
        table.add_column(say(title, first), overflow="fold")
    table.add_column(say(text("问题", "Problem"), first), overflow="fold", ratio=1)
    for problem in problems:
        is_error = problem.level == "error"
        level = text("错误", "error") if is_error else text("提醒", "warning")
        node = problem.node or ""
        table.add_row(
            f"[{'red' if is_error else 'yellow'}]{say(level, first)}[/]",
            escape(names.get(node, node)),
            escape(problem.path or "/"),
            f"{escape(problem.message[first])}\n[dim]{escape(problem.message[second])}[/]",
        )
    out.print(table)


def progress(as_json: bool = False) -> Progress:
    """A progress bar on standard error; nothing where a program reads or nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=as_json or not err.is_terminal,
    )
