"""What the terminal shows: sentences, problems, JSON; in the language of the terminal."""

from __future__ import annotations

import os
from typing import Any

import orjson
from rich.console import Console

from engine.core.errors import EngineError, Rejected
from engine.core.text import Locale, Text, say
from engine.store.db import dump_json

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def locale() -> Locale:
    """Chinese where the terminal says so, English otherwise."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh" if named.startswith("zh") else "en"


def tell(words: Text | str) -> None:
    out.print(say(words, locale()), markup=False)


def complain(error: EngineError) -> None:
    """The sentence, and a line for each problem with its path."""
    err.print(say(error.message, locale()), markup=False)
    if isinstance(error, Rejected):
        for problem in error.problems:
            err.print(f"  {problem.path or '/'}: {say(problem.message, locale())}", markup=False)


def print_json(value: Any) -> None:
    """JSON on standard output, for programs."""
    raw = orjson.dumps(orjson.loads(dump_json(value)), option=orjson.OPT_INDENT_2)
    print(raw.decode())
