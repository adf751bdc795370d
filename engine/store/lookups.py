"""Rows found by the two texts that name them within their tenant, many at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Result, Table, select, text
from sqlalchemy.engine import Connection

from engine.store.among import among_pairs


def by_pairs(
    conn: Connection,
    tenant: str,
    table: Table,
    key: tuple[str, str],
    pairs: Iterable[tuple[str, str]],
    names: tuple[str, ...],
) -> Result[Any]:
    """The columns `names` of the rows whose `key` is one of the pairs.

    Tenant and key are unique together. PostgreSQL looks into their index once for each pair: given
    the pairs as a list, it reads all of a table that has grown since its statistics were made.
    """
    wanted = list(set(pairs))
    if conn.dialect.name == "postgresql":
        asked = {"tenant": tenant, "pairs": orjson.dumps(wanted).decode()}
        return conn.execute(_one_by_one(table, key, names), asked)
    first, second = (table.c[name] for name in key)
    columns = [table.c[name] for name in names]
    return conn.execute(
        select(*columns).where(table.c.tenant == tenant, among_pairs(first, second, wanted))
    )


@lru_cache(maxsize=100)
def _one_by_one(table: Table, key: tuple[str, str], names: tuple[str, ...]) -> Any:
    first, second = key
    return text(
        f"SELECT {', '.join(f'found.{name}' for name in names)} "
        "FROM json_array_elements(CAST(:pairs AS json)) AS pair "
        f"CROSS JOIN LATERAL (SELECT {', '.join(names)} FROM {table.name} "
        f"WHERE tenant = :tenant AND {first} = pair->>0 AND {second} = pair->>1 LIMIT 1) AS found"
    ).columns(**{name: table.c[name].type for name in names})
