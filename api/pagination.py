"""Lists in pages: a cursor says where the next one begins.

A cursor is opaque: the sort values of the last row, in base64. It is bound to its list and filters
by a short digest, so that a cursor of another list is refused instead of giving nonsense.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import orjson
from flask import request
from pydantic import BaseModel, Field

from api.resource import Model
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text

T = TypeVar("T")


class PageQuery(Model):
    """Base of every list's query."""

    limit: int = Field(50, ge=1, le=200, description="How many at most")
    cursor: str | None = Field(
        None, max_length=1000, description="`next` of the page before, as it was"
    )


class Page(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(description="Cursor of the next page; null on the last")


def start(query: PageQuery, *kinds: type) -> tuple[Any, ...] | None:
    """The sort values after which the page begins, None for the first page.

    `kinds` are the types they must have. InvalidInput for a cursor that is none of this list's.
    """
    if query.cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
        digest, values = orjson.loads(raw)
        fits = (
            digest == _digest()
            and len(values) == len(kinds)
            and all(type(one) is kind for one, kind in zip(values, kinds, strict=True))
            and not any(isinstance(one, str) and "\0" in one for one in values)
            and not any(type(one) is int and abs(one) >= 2**63 for one in values)
        )
    except (ValueError, TypeError, binascii.Error):
        fits = False
    if not fits:
        raise InvalidInput(
            text("游标无效，请从第一页开始", "the cursor is not valid: begin with the first page"),
            [Problem("/query/cursor", text("无效", "is not valid"), "cursor")],
        )
    return tuple(values)


def split(
    rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]
) -> tuple[Sequence[T], str | None]:
    """One page of rows that were read with `limit + 1`, and the cursor of the next.

    `key` gives a row's sort values: text or whole numbers.
    """
    if len(rows) <= limit:
        return rows, None
    kept = rows[:limit]
    raw = orjson.dumps([_digest(), list(key(kept[-1]))])
    return kept, base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _digest() -> str:
    """Which list this is: its address and filters, without limit and cursor."""
    filters = sorted(
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in ("cursor", "limit")
    )
    said = repr((request.path, filters)).encode()
    return hashlib.blake2b(said, digest_size=6).hexdigest()
