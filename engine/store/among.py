"""`column IN (…)` with the list as one parameter, whatever its length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Dialect, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal


class _List(TypeDecorator[Any]):
    """A list as one parameter of JSON text: the driver would write an array item by item."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return orjson.dumps(list(value)).decode()


class InList(ColumnElement[bool]):
    """`column` is one of a list that travels as one parameter, whatever its length."""

    inherit_cache = True
    type = Boolean()
    # Else SQLite is asked for `... IN (...) = 1`, for which it uses no index.
    _is_implicitly_boolean = True
    _traverse_internals = [  # noqa: RUF012
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: ColumnElement[Any]) -> None:
        self.column = column
        self.values = values


@compiles(InList)
def _compile_in_list(element: InList, compiler: Any, **kw: Any) -> str:
    left = compiler.process(element.column, **kw)
    right = compiler.process(element.values, **kw)
    if compiler.dialect.name == "postgresql":
        kind = "bigint[]" if isinstance(element.column.type, Integer) else "text[]"
        items = f"ARRAY(SELECT json_array_elements_text(CAST({right} AS json)))"
        return f"{left} = ANY(CAST({items} AS {kind}))"
    return f"{left} IN (SELECT value FROM json_each({right}))"


def among(column: ColumnElement[Any], values: Iterable[Any]) -> InList:
    """`column` is one of `values`."""
    return InList(column, bindparam(None, list(values), type_=_List()))


def belongs_to(column: ColumnElement[str], tenant: str) -> ColumnElement[bool]:
    """The row is this tenant's; checked of rows that ids have found, never a way to find them.

    PostgreSQL uses no index for IS NOT DISTINCT FROM. With `=`, statistics that lag behind make it
    think that the tenant has few rows, and it reads them all for a list of ids.
    """
    return column.is_not_distinct_from(tenant)


def among_named(column: ColumnElement[Any], name: str) -> InList:
    """The same with the list as the parameter `name`, for a statement that is built once."""
    return InList(column, bindparam(name, type_=_List()))


class _Pairs(TypeDecorator[Any]):
    """A list of pairs as one parameter of JSON text; for SQLite by their first: it takes two texts
    out of each pair of a list at three times the price."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return orjson.dumps(list(value)).decode()
        found: dict[str, list[str]] = {}
        for first, second in value:
            found.setdefault(first, []).append(second)
        return orjson.dumps(found).decode()


class InPairs(ColumnElement[bool]):
    """Two text columns are one of a list of pairs that travels as one parameter."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True
    _traverse_internals = [  # noqa: RUF012
        ("first", InternalTraversal.dp_clauseelement),
        ("second", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(
        self, first: ColumnElement[str], second: ColumnElement[str], values: ColumnElement[Any]
    ) -> None:
        self.first = first
        self.second = second
        self.values = values


@compiles(InPairs)
def _compile_in_pairs(element: InPairs, compiler: Any, **kw: Any) -> str:
    first, second, right = (
        compiler.process(part, **kw) for part in (element.first, element.second, element.values)
    )
    if compiler.dialect.name == "postgresql":
        items = f"SELECT p->>0, p->>1 FROM json_array_elements(CAST({right} AS json)) AS p"
    else:
        items = f"SELECT a.key, b.value FROM json_each({right}) AS a, json_each(a.value) AS b"
    return f"({first}, {second}) IN ({items})"


def among_pairs(
    first: ColumnElement[str], second: ColumnElement[str], pairs: Iterable[tuple[str, str]]
) -> InPairs:
    """(`first`, `second`) is one of `pairs`. With two lists an index would be read far too wide."""
    return InPairs(first, second, bindparam(None, list(pairs), type_=_Pairs()))


def among_pairs_named(first: ColumnElement[str], second: ColumnElement[str], name: str) -> InPairs:
    """The same with the pairs as the parameter `name`, for a statement that is built once."""
    return InPairs(first, second, bindparam(name, type_=_Pairs()))


# Pairs as rows of two texts, for PostgreSQL; what `pairs_given` makes are its parameters.
PAIRS_GIVEN = (
    "ROWS FROM (json_array_elements_text(CAST(:firsts AS json)), "
    "json_array_elements_text(CAST(:seconds AS json)))"
)


def pairs_given(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters of PAIRS_GIVEN: a list for each side, which is read once.

    Of a list of pairs each would be read twice, once for each of its texts.
    """
    found = list(pairs)
    return {
        "firsts": orjson.dumps([first for first, _ in found]).decode(),
        "seconds": orjson.dumps([second for _, second in found]).decode(),
    }
