"""What can be said about an expression before it runs, for the screens and for publishing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from engine.core.errors import InvalidExpression, InvalidInput, Problem
from engine.core.expression.kinds import Walk
from engine.core.expression.literals import CHINA
from engine.core.expression.parse import parse
from engine.core.expression.rules import rows_to_text
from engine.core.expression.schema import Schema, place


def check(
    source: str | Mapping[str, Any], schema: Schema | None = None, *, zone: tzinfo = CHINA
) -> list[Problem]:
    """The faults of an expression text or of condition rows, none when it can run.

    Names the schema does not know, kinds that do not go together (text against number), and
    whatever keeps the text from being read at all. Never raises for bad input.
    """
    try:
        if isinstance(source, Mapping):
            source = rows_to_text(source, schema)
        node = parse(source, zone)
    except InvalidExpression as error:
        return [Problem("", error.message, error.code)]
    except InvalidInput as error:
        return list(error.problems) or [Problem("", error.message, error.code)]
    walk = Walk(place(schema))
    walk.kind(node)
    return walk.problems
