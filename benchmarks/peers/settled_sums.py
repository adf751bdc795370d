"""A month's graduated tiers on the same booked lines, by a database alone and by a data frame.

Each line earns the rounded f(total after) less the rounded f(total before) of its partner: the same
cents as ours. Nothing else is done: no card is looked at, nothing is explained, no account is kept,
no line is guarded against being settled twice.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence

import psycopg

Tiers = Sequence[tuple[int, int]]  # (from so many cents on, percent)
_FAR = 10**15

_ROWS = "SELECT account, order_key, line, base FROM settlement_bookings"
_STORE = """
CREATE TABLE earned (account text, order_key text, line text, base bigint, earned bigint,
                     PRIMARY KEY (order_key, line, account));
INSERT INTO earned
SELECT account, order_key, line, base, cents - lag(cents, 1, 0) OVER run
FROM (SELECT *, ({worth} + 50) / 100 AS cents
      FROM (SELECT *, sum(base) OVER (PARTITION BY account ORDER BY order_key)::bigint AS total
            FROM ({rows}) AS booked) AS summed) AS paid
WINDOW run AS (PARTITION BY account ORDER BY order_key);
"""


def by_window(url: str, tiers: Tiers, cents: int) -> float:
    """Seconds of PostgreSQL: window functions, and the rows stored under a key; then they are
    dropped. RuntimeError when they do not sum to `cents`.
    """
    worth = " + ".join(
        f"greatest(least(total, {end}) - {start}, 0) * {rate}" for start, end, rate in _spans(tiers)
    )
    with psycopg.connect(url) as conn:
        began = time.perf_counter()
        conn.execute(_STORE.format(worth=worth, rows=_ROWS).encode())
        conn.commit()
        took = time.perf_counter() - began
        (found,) = conn.execute("SELECT sum(earned)::bigint FROM earned").fetchone() or (0,)
        conn.execute("DROP TABLE earned")
    _demand(found, cents)
    return took


def by_polars(url: str, tiers: Tiers, cents: int) -> float:
    """Seconds of polars in this process, rows in memory before and after; nothing is stored."""
    polars = importlib.import_module("polars")

    with psycopg.connect(url) as conn:
        rows = conn.execute(_ROWS.encode()).fetchall()
    frame = polars.DataFrame(rows, schema=["account", "order", "line", "base"], orient="row")
    del rows
    began = time.perf_counter()
    total = polars.col("base").cum_sum().over("account")
    worth = polars.lit(0)
    for start, end, rate in _spans(tiers):
        worth = worth + (polars.col("total").clip(upper_bound=end) - start).clip(0) * rate
    paid = (
        frame.sort("account", "order")
        .with_columns(total.alias("total"))
        .with_columns(((worth + 50) // 100).alias("cents"))
        .with_columns(
            (
                polars.col("cents") - polars.col("cents").shift(1, fill_value=0).over("account")
            ).alias("earned")
        )
    )
    took = time.perf_counter() - began
    _demand(int(paid["earned"].sum()), cents)
    return took


def _spans(tiers: Tiers) -> list[tuple[int, int, int]]:
    """(from, to, percent)."""
    ends = [start for start, _ in tiers[1:]] + [_FAR]
    return [(start, end, rate) for (start, rate), end in zip(tiers, ends, strict=True)]


def _demand(found: int, cents: int) -> None:
    if found != cents:
        raise RuntimeError(f"{found} cents instead of {cents}")
