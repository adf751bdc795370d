"""A file of orders -> canonical events, row by row, in bounded memory.

What is kept: at most OPEN orders whose rows are still coming, and one number for each order that is
done (some 70 bytes), so that a row which comes too late is an error and never a silent loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from connectors.csv_file.cells import BadCell, Convert, converter, read_id
from connectors.csv_file.gathering import Draft, build, steps
from connectors.csv_file.mapping import OrderMapping, kind_of
from connectors.csv_file.table import Table, open_table
from engine.core.event import Event
from engine.core.records.checking import find_problems
from engine.core.records.envelope import OrderData
from engine.core.records.record import write_amount
from engine.core.text import Text, text

OPEN = 1_000  # orders gathered at once: rows of one order may lie this many orders apart
MAX_ORDERS = 2_000_000
MAX_ROWS = 2_000  # of one order


@dataclass(frozen=True, slots=True)
class LineError:
    """A row that was not taken, and with it its order. `line` counts from 1, the header included.

    `record` is the row as it stands in the file, for the review list.
    """

    line: int
    reason: Text
    column: str = ""
    order: str = ""
    record: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Sums:
    """Control sums, right at the end of reading: every row is in a taken order or refused."""

    rows: int = 0
    refused_rows: int = 0
    orders: int = 0
    refused_orders: int = 0
    lines: int = 0
    events: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)  # by currency, of the orders taken
    first_at: str = ""  # of the orders' created_at
    last_at: str = ""

    def take(self, order: Mapping[str, Any]) -> None:
        """Counts one order that was taken."""
        self.orders += 1
        self.lines += len(order.get("lines") or ())
        currency, at = order.get("currency", "CNY"), order["created_at"]
        self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + Decimal(order["amount"])
        self.first_at = min(self.first_at or at, at)
        self.last_at = max(self.last_at, at)

    def as_json(self) -> dict[str, Any]:
        """The sums as JSON values."""
        amounts = {currency: format(amount, "f") for currency, amount in self.amounts.items()}
        return {**self.__dict__, "amounts": amounts}


@dataclass(frozen=True, slots=True)
class _Plan:
    """The mapping bound to the columns of one file."""

    names: Sequence[str]
    id_at: int
    of_order: tuple[tuple[int, str, Convert, bool], ...]  # position, field, reader, is summed
    of_line: tuple[tuple[int, str, Convert], ...]


def read_orders(
    stream: IO[bytes],
    mapping: OrderMapping,
    *,
    sums: Sums | None = None,
    source: str = "csv_file",
    connection: str | None = None,
) -> Iterator[Event | LineError]:
    """Every order of a file as its events, and every row that could not be taken as a LineError.

    1. Find the encoding, the delimiter and the row with the column names.
    2. Gather the rows of each order; they may lie up to OPEN orders apart.
    3. A bad row refuses its order whole (half an order would be false money) and nothing else.
    4. When an order is complete: work out what is missing, check it, give its events.

    An event's id is platform:shop:order:status, so the same file again changes nothing. `sums` is
    filled on the way. InvalidInput comes before the first row only: the file is no table, or
    columns of the mapping are not in it.
    """
    sums = sums if sums is not None else Sums()
    table = open_table(stream, mapping)
    plan = _plan(table, mapping)
    drafts: dict[str, Draft] = {}
    done: set[int] = set()
    for line, row, fault in table.rows():
        sums.rows += 1
        order_id = ""
        try:
            if fault is not None:
                raise fault
            order_id = _order_id(plan, row)
            draft = drafts.get(order_id)
            if draft is None:
                if hash(order_id) in done:
                    raise BadCell(
                        f"订单 {order_id} 的各行相距太远，请按订单号排序后再导入",
                        f"the rows of order {order_id} lie too far apart: sort by order number",
                    )
                if len(done) >= MAX_ORDERS:
                    raise BadCell(
                        "文件里的订单太多，请拆分", "too many orders in one file: split it"
                    )
                draft = drafts[order_id] = Draft(order_id, line, row)
            draft.rows += 1
            _take(plan, draft, row)
        except BadCell as found:
            if order_id in drafts:
                drafts[order_id].is_bad = True
            else:
                sums.refused_rows += 1
            yield LineError(line, found.reason, found.column, order_id, _raw(plan, row))
        if len(drafts) > OPEN:
            oldest = next(iter(drafts))
            done.add(hash(oldest))
            yield from _finish(plan, drafts.pop(oldest), mapping, sums, source, connection)
    for draft in drafts.values():
        yield from _finish(plan, draft, mapping, sums, source, connection)


def _plan(table: Table, mapping: OrderMapping) -> _Plan:
    of_order: list[tuple[int, str, Convert, bool]] = []
    of_line: list[tuple[int, str, Convert]] = []
    id_at = 0
    for column in mapping.columns:
        at, read = table.position(column.column), converter(kind_of(column.to), mapping)
        if column.to == "external_id":
            id_at = at
        elif column.to.startswith("line."):
            of_line.append((at, column.to.removeprefix("line."), read))
        else:
            of_order.append((at, column.to, read, column.join == "sum"))
    return _Plan(table.names, id_at, tuple(of_order), tuple(of_line))


def _order_id(plan: _Plan, row: Sequence[str]) -> str:
    name = plan.names[plan.id_at]
    if len(row) > len(plan.names) and any(row[len(plan.names) :]):
        raise BadCell("这一行的列数比表头多", "the row has more cells than there are columns")
    joined = "".join(row)
    if not joined.isascii() and "\ufffd" in joined:
        raise BadCell(
            "有无法识别的字符，请检查文件编码", "has unreadable characters: check the encoding"
        )
    try:
        found = read_id(row[plan.id_at]) if plan.id_at < len(row) else None
        if found is None:
            raise BadCell(f"“{name}”为空", f"{name} is empty")
        if len(found) > 128:
            raise BadCell(f"“{name}”超过 128 个字符", f"{name} has more than 128 characters")
    except BadCell as fault:
        fault.column = name
        raise
    return found


def _take(plan: _Plan, draft: Draft, row: Sequence[str]) -> None:
    """Adds one row to its order; BadCell with the column's name."""
    if draft.rows > MAX_ROWS:
        raise BadCell(f"一个订单最多 {MAX_ROWS} 行", f"an order has at most {MAX_ROWS} rows")
    width, values = len(row), draft.values
    own: dict[str, Decimal] = {}  # amounts of this row alone
    at = 0
    try:
        for at, to, read, is_summed in plan.of_order:
            if at < width and row[at] and (is_summed or to not in values):
                value = read(row[at])
                if value is None:
                    continue
                if is_summed:
                    own[to] = Decimal(value)
                    draft.totals[to] = draft.totals.get(to, Decimal(0)) + own[to]
                else:
                    values[to] = value
        line: dict[str, Any] = {}
        for at, to, read in plan.of_line:
            if at < width and row[at]:
                value = read(row[at])
                if value is not None:
                    line[to] = value
        if line:
            if "amount" in own and "amount" not in line:
                paid = own["amount"] - own.get("freight_amount", Decimal(0))
                line["amount"] = write_amount(paid)
            draft.lines.append(line)
    except BadCell as fault:
        fault.column = plan.names[at]
        raise


def _finish(
    plan: _Plan,
    draft: Draft,
    mapping: OrderMapping,
    sums: Sums,
    source: str,
    connection: str | None,
) -> Iterator[Event | LineError]:
    reason: Text | None = None
    if not draft.is_bad:
        try:
            order = build(draft, mapping)
            problems = find_problems(OrderData, {"order": order})
            if problems:
                at, said = problems[0].path.removeprefix("/order/"), problems[0].message
                reason = text(f"{at}：{said['zh']}", f"{at}: {said['en']}")
        except BadCell as fault:
            reason = fault.reason
    if draft.is_bad or reason is not None:
        sums.refused_orders += 1
        sums.refused_rows += draft.rows
        if reason is not None:
            yield LineError(draft.line, reason, "", draft.id, _raw(plan, draft.first))
        return
    sums.take(order)
    for status, at_, then in steps(order, mapping):
        sums.events += 1
        yield Event(
            id=_event_id(then),
            source=source,
            type=f"order.{status}",
            time=at_,
            data={"order": then},
            subject=draft.id,
            connection=connection,
        )


def _event_id(order: Mapping[str, Any]) -> str:
    return f"{order['platform']}:{order['shop']}:{order['external_id']}:{order['status']}"


def _raw(plan: _Plan, row: Sequence[str]) -> dict[str, str]:
    return dict(zip(plan.names, row, strict=False))
