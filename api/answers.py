"""Answers: models and plain values as JSON, with status, ETag and Location."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import Response
from pydantic import BaseModel


def answer(
    value: Any = None,
    status: int = 200,
    *,
    etag: str | None = None,
    location: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A value as JSON; None with 204 is no content."""
    body = b"" if status == 204 else dump(value)
    response = Response(body, status=status, mimetype="application/json")
    if status == 204:
        del response.headers["Content-Type"]
    if etag is not None:
        response.headers["ETag"] = etag
    if location is not None:
        response.headers["Location"] = location
    response.headers.extend(headers or {})
    return response


def page(rows: Iterable[Any], show: Callable[[Any], Any], next_cursor: str | None) -> Response:
    """A page of a list: `{"items": [...], "next": cursor or null}`."""
    return answer({"items": [show(row) for row in rows], "next": next_cursor})


def dump(value: Any) -> bytes:
    """JSON of a value: times as RFC 3339 with Z, Decimal as text, models as they are shown."""
    return orjson.dumps(
        value,
        default=_plain,
        option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not shown as JSON")


def utc(value: datetime | None) -> datetime | None:
    """A stored time in UTC, as it is shown."""
    return None if value is None else value.astimezone(UTC)
