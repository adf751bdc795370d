"""A platform's bill against what we expect: the orders' money and the fees they told.

Ours are the orders of the platform that were paid in the period, and their fees; theirs are the
typed lines of the file. Both sides are summed per order and fee (engine/settlement/reconcile.py).
An order whose own money the bill confirms is settled by the platform: what is earned by that
(平台已结算) gets its date here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.expression import CHINA
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal, refuse_own
from engine.runtime.settling.orders import SETTLED, lane_owner
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.settling.sending import send
from engine.runtime.world import World
from engine.settlement.in_force import moment_of
from engine.settlement.money import exponent, to_minor
from engine.settlement.reconcile import (
    BillMapping,
    Figure,
    Reconciled,
    read_bill,
    reconcile,
)
from engine.settlement.windows import local_day
from engine.store import orders as order_store
from engine.store import reconciliations as store
from engine.store.db import Connection

MOST_ROWS = 500_000
How = Literal["accepted", "claimed", "carried"]
GOODS = "goods"  # an order's own money; everything else on a bill is a fee


def preview_bill(
    rows: Sequence[Mapping[str, Any]], mapping: Mapping[str, Any], currency: str = "CNY"
) -> tuple[list[Figure], list[Problem]]:
    """The typed lines of a file, and what is wrong with the others."""
    return read_bill(rows, read_mapping(mapping), currency)


def read_mapping(mapping: Mapping[str, Any]) -> BillMapping:
    """{"order", "fee", "amount", "day": columns, "fees": {their word: our fee}, "ref", "sign"}."""
    problems = [
        Problem(f"/mapping/{name}", text("请指明是哪一列", "name the column"), "missing")
        for name in ("order", "fee", "amount", "day")
        if not isinstance(mapping.get(name), str) or not mapping[name]
    ]
    fees = mapping.get("fees")
    if not isinstance(fees, Mapping) or not fees:
        message = text("请对应费用名称", "say what their fees mean")
        problems.append(Problem("/mapping/fees", message, "missing"))
    sign = mapping.get("sign", 1)
    if sign not in (1, -1):
        problems.append(Problem("/mapping/sign", text("只能是 1 或 -1", "1 or -1"), "sign"))
    if problems:
        raise InvalidInput(text("账单的列没有对应好", "the mapping is not right"), problems)
    assert isinstance(fees, Mapping)
    return BillMapping(
        mapping["order"],
        mapping["fee"],
        mapping["amount"],
        mapping["day"],
        {str(word): str(fee) for word, fee in fees.items()},
        str(mapping.get("ref") or ""),
        int(sign),
    )


def reconcile_bill(
    world: World,
    who: Principal,
    *,
    platform: str,
    period: str,
    rows: Sequence[Mapping[str, Any]],
    mapping: Mapping[str, Any],
    tolerance: str = "0",
    currency: str = "CNY",
) -> Any:
    """Holds a bill against our orders and keeps the result; its row."""
    days, now = demand_period(period), world.now()
    if len(rows) > MOST_ROWS:
        message = text(f"一次最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows at once")
        raise InvalidInput(message, [Problem("/rows", message, "too_many")])
    theirs, problems = preview_bill(rows, mapping, currency)
    allowed = to_minor(tolerance, currency, "/tolerance")
    since, until = moment_of(days.first, CHINA), moment_of(days.last, CHINA, is_end=True)
    with world.db.begin() as conn:
        ours, subsidies, refunds = _ours(conn, who.tenant, platform, since, until, currency)
        found = reconcile(
            ours,
            theirs,
            today=local_day(now, CHINA),
            tolerance=allowed,
            subsidies=subsidies,
            refunds=refunds,
            ends=days.last,
        )
        id_ = new_id("rec", now)
        row = {
            "id": id_,
            "tenant": who.tenant,
            "platform": platform,
            "period": period,
            "currency": currency,
            "tolerance": allowed,
            "ours": found.ours,
            "theirs": found.theirs,
            "counts": _counts(found),
            "problems": [one.as_json() for one in problems[:1_000]],
            "made_by": who.id,
            "made_at": now,
        }
        store.insert_reconciliation(conn, row, _lines(found, id_, who.tenant))
        settle_orders(world, conn, who.tenant, platform, _settled_days(found, theirs))
        said = {"platform": platform, "period": period, **_counts(found)}
        who.note(conn, now, "settlement.reconcile", f"reconciliation:{id_}", said)
        made = store.find_reconciliation(conn, who.tenant, id_)
    world.queue.wake("lanes")
    return made


def list_reconciliations(world: World, tenant: str, *, limit: int = 50) -> list[Any]:
    """Newest first."""
    with world.db.reading() as conn:
        return store.list_reconciliations(conn, tenant, limit)


def read_reconciliation(world: World, tenant: str, id_: str) -> Any:
    """The row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _demand(conn, tenant, id_)


def reconciliation_lines(
    world: World, tenant: str, id_: str, *, result: str | None = None, after: int = -1,
    limit: int = 200,
) -> list[Any]:  # fmt: skip
    """By number, after the line `after`; one result only where asked."""
    with world.db.reading() as conn:
        _demand(conn, tenant, id_)
        return store.list_lines(conn, tenant, id_, result=result, after=after, limit=limit)


def resolve_difference(
    world: World, who: Principal, id_: str, line: int, *, how: How, note: str
) -> None:
    """Says what becomes of a difference: accepted (by another person than made it), claimed from
    the platform, or carried to the next bill.
    """
    if how not in ("accepted", "claimed", "carried") or not note.strip():
        message = text("请选择处理方式并写明原因", "say what becomes of it, and why")
        raise InvalidInput(message, [Problem("/note", message, "missing")])
    now = world.now()
    with world.db.begin() as conn:
        row = _demand(conn, who.tenant, id_)
        if how == "accepted":
            refuse_own(who, row.made_by)
        found = store.list_lines(conn, who.tenant, id_, after=line - 1, limit=1)
        if not found or found[0].line != line:
            raise NotFound(text("没有这一行", "there is no such line"))
        if found[0].status not in ("open", "carried"):
            raise Conflict(text("这一行已经处理过", "this line has been dealt with"))
        values = {"status": how, "note": note.strip(), "owner_user": who.id, "resolved_at": now}
        store.update_line(conn, who.tenant, id_, line, values)
        if how == "accepted" and found[0].fee == GOODS and found[0].result == "differing":
            day = moment_of(local_day(now, CHINA), CHINA)
            settle_orders(world, conn, who.tenant, row.platform, {found[0].order_key: day})
        said = {"line": line, "how": how, "note": note.strip()}
        who.note(conn, now, "settlement.reconcile", f"reconciliation:{id_}", said)
    world.queue.wake("lanes")


def settle_orders(
    world: World, conn: Connection, tenant: str, platform: str, days: Mapping[str, datetime]
) -> None:
    """The platform has settled these orders ({number: moment}): what is earned by that is told to
    the lane of each; the caller wakes them after its commit.
    """
    for row in order_store.note_settled(conn, tenant, platform, days):
        order = f"{platform}/{row.shop or ''}/{row.external_id}"
        send(
            world, conn, tenant, lane_owner(order), SETTLED, {"order": order}, f"{SETTLED}/{order}"
        )


def _settled_days(found: Reconciled, theirs: Sequence[Figure]) -> dict[str, datetime]:
    """Orders whose own money the bill has as we expect it, with the day of its last line. Where it
    differs, the order counts as settled once somebody has accepted the difference.
    """
    agreed = {one.order for one in found.matches if one.fee == GOODS and one.result == "matched"}
    days: dict[str, date] = {}
    for one in theirs:
        if one.fee == GOODS and one.order in agreed:
            days[one.order] = max(one.day, days.get(one.order, one.day))
    return {order: moment_of(day, CHINA) for order, day in days.items()}


def _ours(
    conn: Connection, tenant: str, platform: str, since: Any, until: Any, currency: str
) -> tuple[list[Figure], dict[str, int], dict[str, int]]:
    """Expected figures, platform subsidies and refunds by order."""
    figures: list[Figure] = []
    subsidies: dict[str, int] = {}
    refunds: dict[str, int] = {}
    for row in order_store.money_between(conn, tenant, platform, since, until, currency):
        day = local_day(row.paid_at, CHINA)
        if row.kind == "order":
            figures.append(Figure(row.number, GOODS, _minor(row.amount, currency), day, row.id))
        elif row.kind == "fee":
            figures.append(Figure(row.number, row.type, _minor(row.amount, currency), day, row.id))
        elif row.type in ("platform_coupon", "platform_subsidy"):
            held = subsidies.get(row.number, 0)
            subsidies[row.number] = held + _minor(row.amount, currency)
    for number, amount in order_store.refunds_of_platform(conn, tenant, platform):
        refunds[number] = refunds.get(number, 0) + _minor(Decimal(amount), currency)
    return figures, subsidies, refunds


def _minor(amount: Decimal | None, currency: str) -> int:
    unit = Decimal(1).scaleb(-exponent(currency))
    return to_minor((amount or Decimal(0)).quantize(unit), currency)


def _counts(found: Reconciled) -> dict[str, int]:
    return {
        "matched": found.count("matched"),
        "differing": found.count("differing"),
        "missing_ours": found.count("missing_ours"),
        "missing_theirs": found.count("missing_theirs"),
    }


def _lines(found: Reconciled, id_: str, tenant: str) -> list[dict[str, Any]]:
    return [
        {
            "reconciliation_id": id_,
            "line": index,
            "tenant": tenant,
            "order_key": one.order,
            "fee": one.fee,
            "result": one.result,
            "ours": one.ours,
            "theirs": one.theirs,
            "reason": one.reason,
            "age": one.age,
            "our_refs": list(one.our_refs),
            "their_refs": list(one.their_refs),
            "status": "matched" if one.result == "matched" else "open",
            "note": "",
        }
        for index, one in enumerate(found.matches)
    ]


def _demand(conn: Connection, tenant: str, id_: str) -> Any:
    row = store.find_reconciliation(conn, tenant, id_)
    if row is None:
        raise NotFound(text("没有这次对账", "there is no such reconciliation"))
    return row
