"""What starts a flow: an event, a time, or somebody who calls it; what NodeType.start gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Count:
    """Fires only at the n-th matching event within `within`.

    `key` is the counting key as an expression ("" is the run's owner). With `distinct` (an
    expression) different values are counted; with `distinct_days` different calendar days of the
    zone, and with `consecutive` only days without a gap up to today.
    """

    n: int
    within: timedelta | None = None
    key: str = ""
    distinct: str = ""
    distinct_days: bool = False
    consecutive: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """And no event of this type since, within the time before the firing event."""

    type: str
    within: timedelta | None = None
    condition: str | Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Listen:
    """A trigger on events: type (or "prefix.*"), condition, count, absence."""

    type: str
    condition: str | Mapping[str, Any] | None = None
    count: Count | None = None
    absent: Absent | None = None
    connection: str | None = None  # only events that came in by this connection


@dataclass(frozen=True, slots=True)
class Schedule:
    """A trigger on time: cron text in a zone, optionally one run per customer of an audience."""

    cron: str
    zone: str = "Asia/Shanghai"
    missed: Literal["none", "last", "all"] = "last"
    up_to: int = 1
    audience: str | Mapping[str, Any] | None = None  # condition on `customer`; None: one run
    limit: int = 100_000


@dataclass(frozen=True, slots=True)
class Entrance:
    """A trigger by hand, by form or by webhook: the runtime makes the event when somebody calls."""

    kind: Literal["manual", "form", "webhook"]
    schema: Mapping[str, Any] | None = None  # JSON Schema of what is handed in
    public: bool = False
    secret: str = ""


Start = Listen | Schedule | Entrance
