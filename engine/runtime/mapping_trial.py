"""A mapping tried on a real record before anything is received by it."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import ValidationError

from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import LineError, read_orders
from connectors.csv_file.suggest import suggest_mapping
from connectors.csv_file.table import find_delimiter, find_encoding, read_names
from connectors.webhook.mapping import JsonMapping, Unmapped, records_of, translate
from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.core.flow import problems_of
from engine.core.text import Text, text
from engine.runtime.world import World

MOST = 5  # records shown
MOST_ROWS = 200  # rows of a sample that are looked at
MOST_REFUSED = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or record that would not be taken."""

    line: int
    column: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Trial:
    """What is in a sample and what becomes of it. Without a mapping nothing is taken."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    suggested: Mapping[str, Any] | None = None
    taken: tuple[Event, ...] = ()
    refused: tuple[Refused, ...] = field(default=())


def try_orders(raw: bytes, given: Mapping[str, Any] | None) -> Trial:
    """The head of a file of orders: its columns, its first rows, a suggestion, the first orders.

    InvalidInput with paths under /mapping where the mapping itself is wrong. A last row that was
    cut off in the middle is left out.
    """
    names = read_names(io.BytesIO(raw))
    suggested = None
    with contextlib.suppress(
        InvalidInput
    ):  # no column looks like an order number: a person chooses
        suggested = suggest_mapping(names).model_dump(mode="json")
    columns, rows = tuple(names), tuple(_rows(raw, names))
    if given is None:
        return Trial(columns, rows, suggested)
    mapping = _read(OrderMapping, given)
    taken: list[Event] = []
    refused: list[Refused] = []
    for found in islice(read_orders(io.BytesIO(raw), mapping), MOST_ROWS):
        if isinstance(found, LineError):
            refused.append(Refused(found.line, found.column, found.reason))
        else:
            taken.append(found)
    return Trial(columns, rows, suggested, tuple(taken[:MOST]), tuple(refused[:MOST_REFUSED]))


def _rows(raw: bytes, names: list[str]) -> list[tuple[str, ...]]:
    """The first rows below the names, as they stand in the file."""
    start = raw.decode(find_encoding(raw), "replace")
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=find_delimiter(start))
    found: list[tuple[str, ...]] = []
    is_below = False
    try:
        for row in islice(reader, MOST_ROWS):
            cells = tuple(cell.strip(" \t\r\n\ufeff\u3000") for cell in row)
            if is_below and any(cells):
                found.append(cells)
            is_below = is_below or list(cells) == names
            if len(found) == MOST:
                break
    except csv.Error:
        pass
    return found


def try_json(world: World, body: Any, given: Mapping[str, Any]) -> Trial:
    """What a body of plain JSON becomes by a mapping, record by record."""
    mapping = _read(JsonMapping, given)
    taken: list[Event] = []
    refused: list[Refused] = []
    for place, record in enumerate(records_of(body, mapping)[:MOST_ROWS], 1):
        try:
            taken.append(translate(record, mapping, "/mapping", world.now()))
        except Unmapped as fault:
            refused.append(Refused(place, "", fault.reason))
        except InvalidInput as fault:
            first = next(iter(fault.problems), None)
            where = first.path if first else ""
            refused.append(Refused(place, where, first.message if first else fault.message))
    return Trial(taken=tuple(taken[:MOST]), refused=tuple(refused[:MOST_REFUSED]))


def _read(model: Any, given: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(
            text("字段对照有误", "the mapping is not valid"), problems_of(error, "/mapping")
        ) from None
