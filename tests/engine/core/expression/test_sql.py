"""One condition as SQL (SQLite, in memory) and as a function selects the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidExpression
from engine.core.expression import EvaluationError, compile_condition, to_sql

NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)
META = sa.MetaData()
PEOPLE = sa.Table(
    "people",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("age", sa.Float),
    sa.Column("spent", sa.Float),
    sa.Column("level", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("vip", sa.Boolean),
    sa.Column("seen_at", sa.DateTime),  # UTC, as SQLite keeps no zone
    sa.Column("tags", sa.JSON(none_as_null=True)),
)
SCHEMA: dict[str, Any] = {
    "properties": {
        "customer": {
            "properties": {
                "age": {"type": "number"},
                "spent": {"type": "number"},
                "level": {"type": "string"},
                "note": {"type": "string"},
                "vip": {"type": "boolean"},
                "seen_at": {"type": "string", "format": "date-time"},
                "tags": {"type": "array", "items": {"type": "string"}},
            }
        }
    }
}


COMPARE = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


class SqliteBuild:
    """What the store does for its databases, for one table."""

    def column(self, path: tuple[str, ...], kind: str | None) -> Any:
        if len(path) != 2 or path[1] not in PEOPLE.c:
            raise InvalidExpression(".".join(path))
        return PEOPLE.c[path[1]]

    def literal(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return sa.literal(float(value))
        if isinstance(value, datetime):
            return sa.literal(value.astimezone(UTC).replace(tzinfo=None))
        return sa.null() if value is None else sa.literal(value)

    def and_(self, parts: Sequence[Any]) -> Any:
        return sa.and_(*parts)

    def or_(self, parts: Sequence[Any]) -> Any:
        return sa.or_(*parts)

    def not_(self, part: Any) -> Any:
        return sa.not_(part)

    def coalesce_false(self, condition: Any) -> Any:
        return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean)

    def compare(self, op: str, left: Any, right: Any) -> Any:
        return COMPARE[op](left, right)

    def is_null(self, value: Any) -> Any:
        return value.is_(None)

    def in_(self, value: Any, options: Sequence[Any]) -> Any:
        return value.in_([self.literal(option) for option in options])

    def contains(self, whole: Any, part: Any) -> Any:
        return sa.func.instr(whole, part) > 0

    def starts_with(self, whole: Any, part: Any) -> Any:
        return sa.func.substr(whole, 1, sa.func.length(part)) == part

    def ends_with(self, whole: Any, part: Any) -> Any:
        length = sa.func.length(part)
        start = sa.func.length(whole) - length + 1
        return sa.and_(start > 0, sa.func.substr(whole, start) == part)

    def has(self, items: Any, member: Any) -> Any:
        each = sa.func.json_each(items).table_valued("value")
        return sa.exists(sa.select(1).select_from(each).where(each.c.value == member))

    def length(self, value: Any, kind: str) -> Any:
        return sa.func.json_array_length(value) if kind == "list" else sa.func.length(value)

    def arithmetic(self, op: str, left: Any, right: Any) -> Any:
        return left.op(op, return_type=sa.Float())(right)

    def null_if_zero(self, value: Any) -> Any:
        return sa.func.nullif(value, 0.0, type_=sa.Float)

    def coalesce(self, first: Any, second: Any) -> Any:
        return sa.func.coalesce(first, second, type_=first.type)

    def case(self, condition: Any, yes: Any, no: Any) -> Any:
        return sa.case((condition, yes), else_=no)


def people() -> Iterator[dict[str, Any]]:
    levels, notes = ["gold", "Gold", "vip", "", None], [None, "急件", "a%b_c", "gold", ""]
    tags: list[Any] = [None, [], ["vip"], ["vip", "新客"], ["v"]]
    for index in range(75):
        yield {
            "id": index,
            "age": None if index % 7 == 3 else Decimal(index % 9) / 2,
            "spent": None if index % 5 == 1 else Decimal(index * 3 % 20 - 4),
            "level": levels[index % 5],
            "note": notes[index // 5 % 5],
            "vip": [True, False, None][index % 3],
            "seen_at": None if index % 4 == 0 else NOW - timedelta(days=index),
            "tags": tags[index // 3 % 5],
        }


ROWS = list(people())


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        META.create_all(connection)
        stored = [
            {
                name: float(value)
                if isinstance(value, Decimal)
                else value.replace(tzinfo=None)
                if isinstance(value, datetime)
                else value
                for name, value in one.items()
            }
            for one in ROWS
        ]
        connection.execute(PEOPLE.insert(), stored)
        yield connection
    engine.dispose()


def same_rows(connection: sa.Connection, source: str) -> int:
    """Asserts that both ways select the same; how many rows that was."""
    where = to_sql(source, SqliteBuild(), schema=SCHEMA, now=NOW)
    selected = set(connection.execute(sa.select(PEOPLE.c.id).where(where)).scalars())
    compiled = compile_condition(source, schema=SCHEMA)
    expected, unsaid = set(), set()
    for one in ROWS:
        try:
            if compiled.evaluate({"customer": one}, NOW):
                expected.add(one["id"])
        except EvaluationError:  # arithmetic on null, division by zero
            unsaid.add(one["id"])
    assert selected - unsaid == expected - unsaid, source
    return len(selected)


@pytest.mark.parametrize(
    "source",
    [
        "customer.age > 2",
        "customer.age >= 2 and customer.spent < 5",
        "not customer.age > 2",
        "customer.age == 2",
        "customer.age != 2",
        "2 != customer.age",
        "customer.age == null",
        "customer.age != null",
        "customer.age == customer.spent",
        "customer.age != customer.spent",
        "customer.level == customer.note",
        "customer.level in ['gold', 'vip']",
        "customer.level not in ['gold', 'vip']",
        "customer.level in ['gold', null]",
        "customer.level in [null]",
        "customer.level not in []",
        "customer.level not in [null]",
        "customer.level in {'gold'}",
        "customer.age in [1, 2.5]",
        "'old' in customer.level",
        "'%' in customer.note",
        "'_' in customer.note or 'A' in customer.note",
        "'急' in customer.note",
        "customer.level in 'gold and vip'",
        "'vip' in customer.tags",
        "'v' not in customer.tags",
        "customer.tags.length >= 1",
        "customer.tags.is_empty",
        "not customer.note.is_empty",
        "customer.age.is_empty",
        "customer.note.length == 2",
        "customer.level.starts_with('g')",
        "not customer.level.starts_with('g')",
        "customer.level.ends_with('d')",
        "customer.note.ends_with('b_c')",
        "customer.level.starts_with('')",
        "customer.vip",
        "not customer.vip",
        "customer.vip == true",
        "customer.vip != true",
        "customer.vip == false",
        "customer.vip and customer.age > 1",
        "customer.level > 'a'",
        "customer.level <= 'vip'",
        "customer.seen_at > $now - t'P30D'",
        "customer.seen_at < d'2026-10-01'",
        "customer.seen_at == null or customer.seen_at >= d'2026-11-01T12:00:00+08:00'",
        "customer.spent + 1 > 3",
        "customer.spent * 2 - customer.age >= 4",
        "customer.spent / 2 > 3",
        "customer.spent / customer.age > 2",
        "-customer.spent > 1",
        "(customer.age ?? 0) < 2",
        "(customer.age ?? customer.spent ?? 1) == 1",
        "(customer.note ?? '急件') == '急件'",
        "customer.vip ? customer.age > 1 : customer.spent > 1",
        "(customer.vip ? customer.age : customer.spent) > 2",
        "(customer.age > 1) == customer.vip",
        "true",
        "1 > 2",
        "1 + 1 == 2 and customer.age > 1",
        "customer.age > [1, 2].length",
        "customer.age > $max([1, 2])",
        "customer.vip ?? false",
        "customer.vip ?? customer.age > 1",
        "not (customer.vip ?? true)",
        "'gold'.as_upper == 'GOLD' and customer.vip",
    ],
)
def test_same_rows(connection: sa.Connection, source: str) -> None:
    same_rows(connection, source)


NUMBER = st.sampled_from(
    ["customer.age", "customer.spent", "1", "2.5", "0", "(customer.age ?? 1)", "customer.age + 1",
     "customer.spent * 2", "-customer.age", "(customer.spent - customer.age)", "customer.spent / 2"]
)  # fmt: skip
TEXT = st.sampled_from(
    ["customer.level", "customer.note", "'gold'", "''", "'v'", "(customer.note ?? 'x')"]
)
SIGN = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LEAF = st.one_of(
    st.builds("{} {} {}".format, NUMBER, SIGN, NUMBER),
    st.builds("{} {} {}".format, TEXT, SIGN, TEXT),
    st.builds("{} {} {}".format, TEXT, st.sampled_from(["in", "not in"]), TEXT),
    st.builds("{} in [{}, {}]".format, TEXT, st.sampled_from(["'gold'", "null"]), st.just("'vip'")),
    st.builds("{} {} customer.tags".format, TEXT, st.sampled_from(["in", "not in"])),
    st.builds("({}).{}({})".format, TEXT, st.sampled_from(["starts_with", "ends_with"]), TEXT),
    st.builds("{} {} null".format, st.one_of(NUMBER, TEXT), st.sampled_from(["==", "!="])),
    st.builds("customer.{}.is_empty".format, st.sampled_from(["note", "tags", "age", "seen_at"])),
    st.builds("customer.seen_at {} $now - t'P{}D'".format, SIGN, st.integers(1, 60)),
    st.sampled_from(["customer.vip", "true", "false", "customer.vip != false"]),
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(({}) ? ({}) : ({}))".format, inner, inner, inner),
        st.builds("(({}) == ({}))".format, inner, inner),
    )


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(source=st.recursive(LEAF, combined, max_leaves=6))
def test_generated_conditions_select_the_same_rows(connection: sa.Connection, source: str) -> None:
    same_rows(connection, source)


@pytest.mark.parametrize(
    "source",
    [
        "customer.age",
        "customer.level and true",
        "customer.unknown == 1",
        "other == 1",
        "customer.level =~ 'g.*'",
        "customer.level.as_lower == 'gold'",
        "customer.seen_at.hour > 5",
        "customer.level[0] == 'g'",
        "[t for t in customer.tags] == []",
        "customer.tags == ['vip']",
        "customer.tags > customer.tags",
        "customer.age == 'x'",
        "customer.level > 5",
        "customer.level in [1, 2]",
        "customer.level + 'x' == 'y'",
        "customer.age // 2 == 1",
        "customer.seen_at + t'P1D' > $now",
        "'x' in customer",
        "$sum(customer.tags) > 1",
        "customer.level in [['a']]",
        "customer.age > 1 / 0",
        "customer.level.format('x') == 'y'",
        "customer.age > $now",
        "customer.note.starts_with(5)",
        "$any(customer.tags)",
        "$all(customer.tags) == true",
        "customer.age.is_nan",
        "customer.level =~~ 'x' and true",
        "customer.flags[0]",
        "customer&.vip.x",
        "$map($abs, customer.tags)",
        "$now > $now or customer['vip']['x']",
        "customer.level[0:1] == 'g'",
        "{customer.level} == {'a'}",
        "{'a': customer.level} == {}",
        "customer.age & 1 == 1",
        "customer.tags in customer.tags",
        "customer.level in [customer.note]",
    ],
)
def test_what_sql_cannot_say_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        to_sql(source, SqliteBuild(), schema=SCHEMA, now=NOW)
    assert caught.value.message["zh"]


def test_rows_and_nothing_are_conditions_too(connection: sa.Connection) -> None:
    rows = {"all": [{"field": "customer.age", "op": "between", "value": ["1", "3"]}]}
    for condition, text in ((rows, "customer.age >= 1 and customer.age <= 3"), (None, "true")):
        where = to_sql(condition, SqliteBuild(), schema=SCHEMA)
        found = connection.execute(sa.select(sa.func.count()).where(where).select_from(PEOPLE))
        assert found.scalar_one() == same_rows(connection, text)


def test_without_now_the_current_time_is_refused() -> None:
    with pytest.raises(InvalidExpression):
        to_sql("customer.seen_at < $now", SqliteBuild(), schema=SCHEMA)
