"""Statements as people read, release, confirm and dispute them.

A partner reads and answers only what belongs to the parties their user is bound to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from engine.core.text import Text, text
from engine.runtime.announce import announce
from engine.runtime.principal import SYSTEM, Principal, refuse_own
from engine.runtime.settling.books import bare, read_entry
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.explaining import say_entry
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.settling.stating import draw, is_current
from engine.runtime.world import World
from engine.settlement.entry import plan_key
from engine.settlement.money import to_major
from engine.settlement.reprice import Move, Priced, reprice
from engine.settlement.statement import LISTED
from engine.store import flows as flow_store
from engine.store import parties as party_store
from engine.store import settlement_bookings as booking_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_periods as period_store
from engine.store import settlement_statements as store
from engine.store.db import Connection

_NEXT = {
    "draft": ("released",),
    "released": ("confirmed", "disputed"),
    "disputed": ("released", "confirmed"),
    "confirmed": ("paid",),
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of a statement with the sentences that explain it."""

    entry: Any
    sentences: tuple[Text, ...]


def make_statement(
    world: World, who: Principal, party: str, period: str, *, currency: str = "CNY"
) -> Any:
    """Draws the statement of a party and period, or draws it anew while it is a draft."""
    demand_period(period)
    now = world.now()
    with world.db.begin() as conn:
        if party_store.find_party(conn, who.tenant, party) is None:
            raise NotFound(text(f"没有合作方 {party}", f"there is no party {party}"))
        row = draw(conn, who.tenant, party, period, currency, maker=who.id, now=now)
        said = {"party": party, "period": period, "net": row.net}
        who.note(conn, now, "settlement.statement", f"statement:{row.id}", said)
        return row


def list_statements(
    world: World,
    who: Principal,
    *,
    party: str | None = None,
    period: str | None = None,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first; of a partner only their own, and no drafts."""
    with world.db.reading() as conn:
        own = _own_parties(conn, who)
        parties = None if party is None else [party]
        if own is not None:
            parties = [one for one in (parties or sorted(own)) if one in own]
        rows = store.list_statements(
            conn,
            who.tenant,
            parties=parties,
            period=period,
            state=state,
            before=before,
            limit=limit,
        )
    return [row for row in rows if own is None or row.state != "draft"]


def read_statement(world: World, who: Principal, id_: str) -> Any:
    """The statement's row; NotFound for one that is not there, or is not the partner's."""
    with world.db.reading() as conn:
        row = _visible(conn, who, store.find_statement(conn, who.tenant, id_))
    return row


def statement_lines(
    world: World, who: Principal, id_: str, *, before: str | None = None, limit: int = 200
) -> list[StatementLine]:
    """Its entries, newest first, each with why it has its amount."""
    with world.db.reading() as conn:
        row = _visible(conn, who, store.find_statement(conn, who.tenant, id_))
        found = entry_store.list_entries(
            conn, who.tenant, party=row.party, period=row.period, before=before, limit=limit
        )
        own = [one for one in found if one.currency == row.currency and one.state in LISTED]
        plans = load_plans(conn, who.tenant, {plan_key(one.sub) for one in own if one.sub})
    return [StatementLine(one, say_entry(read_entry(one), plans)) for one in own]


def repriced_lines(world: World, who: Principal, id_: str) -> list[Priced]:
    """The orders of a statement's accounts in order of payment: what each is worth when tiers fill
    in that order. They sum to what was posted.
    """
    with world.db.reading() as conn:
        row = _visible(conn, who, store.find_statement(conn, who.tenant, id_))
        entries = entry_store.list_entries(
            conn, who.tenant, party=row.party, period=row.period, limit=None
        )
        parts = sorted({(one.account, one.sub) for one in entries if one.sub})
        plans = load_plans(conn, who.tenant, {plan_key(sub) for _, sub in parts})
        found: list[Priced] = []
        for account, sub in parts:
            moves = [
                Move(one.order_key, one.line, one.base - one.back_base,
                     one.count - one.back_count, one.paid_at or one.rate_at)
                for one in booking_store.bookings_in(conn, who.tenant, account)
                if one.sub == sub
            ]  # fmt: skip
            found += reprice(plans[plan_key(sub)], moves)[0]
    return found


def release_statement(world: World, who: Principal, id_: str) -> Any:
    """Numbers and sends a reviewed statement; not by whoever made it.

    Conflict while its period still takes money in, which no statement would ever list, and where
    entries have changed since it was drawn.
    """
    now = world.now()
    with world.db.begin() as conn:
        flow_store.lock_tenant(conn, who.tenant)  # one number after the other
        row = _moved(conn, who, id_, "released")
        if who.id != SYSTEM:
            refuse_own(who, row.maker)
        if row.state == "draft":
            _demand_final(conn, row)
        number = row.number
        if number is None:
            like = f"{row.period}-"
            number = f"{like}{store.count_numbered(conn, who.tenant, like) + 1:05d}"
        values = {
            "state": "released",
            "number": number,
            "released_by": who.id,
            "released_at": now,
        }
        store.update_statement(conn, who.tenant, id_, values)
        said = {"number": number, "maker": row.maker}
        who.note(conn, now, "settlement.statement", f"statement:{id_}", {"released": said})
        row = store.find_statement(conn, who.tenant, id_)
    _tell(world, "settlement.statement_released", row)
    return row


def confirm_statement(world: World, who: Principal, id_: str, *, note: str = "") -> Any:
    """The party (or finance for it) agrees: its entries are settled."""
    row = _answer(world, who, id_, "confirmed", note)
    _tell(world, "settlement.statement_confirmed", row)
    return row


def dispute_statement(world: World, who: Principal, id_: str, *, reason: str) -> Any:
    """The party disagrees and says why; the event opens a ticket where a flow does that."""
    if not reason.strip():
        message = text("请填写异议原因", "say what is wrong")
        raise InvalidInput(message, [Problem("/reason", message, "missing")])
    row = _answer(world, who, id_, "disputed", reason.strip())
    _tell(world, "settlement.statement_disputed", row)
    return row


def mark_paid(world: World, who: Principal, id_: str, *, note: str = "") -> Any:
    """The money has gone out; not by whoever released the statement."""
    now = world.now()
    with world.db.begin() as conn:
        row = _moved(conn, who, id_, "paid")
        if who.id != SYSTEM:
            refuse_own(who, row.released_by)
        store.update_statement(
            conn, who.tenant, id_, {"state": "paid", "paid_by": who.id, "paid_at": now}
        )
        entry_store.settle_entries(conn, who.tenant, row.party, row.period, "settled", "paid")
        who.note(conn, now, "settlement.statement", f"statement:{id_}", {"paid": note})
        return store.find_statement(conn, who.tenant, id_)


def parties_of_user(world: World, who: Principal) -> frozenset[str]:
    """The parties a partner's user is bound to."""
    with world.db.reading() as conn:
        rows = party_store.list_parties(conn, who.tenant, user=who.id, limit=1_000)
    return frozenset(row.id for row in rows)


def _answer(world: World, who: Principal, id_: str, to: str, said: str) -> Any:
    now = world.now()
    with world.db.begin() as conn:
        row = _moved(conn, who, id_, to)
        values = {"state": to, "answered_by": who.id, "answered_at": now, "answer": said}
        store.update_statement(conn, who.tenant, id_, values)
        if to == "confirmed":
            entry_store.settle_entries(
                conn, who.tenant, row.party, row.period, "pending", "settled"
            )
        who.note(conn, now, "settlement.statement", f"statement:{id_}", {to: said})
        return store.find_statement(conn, who.tenant, id_)


def _demand_final(conn: Connection, row: Any) -> None:
    key = bare(row.period)
    period = period_store.find_period(conn, row.tenant, key)
    if period is None or period.status != "locked":
        message = text(
            f"结算周期 {key} 还没有关账，关账后才能发布对账单",
            f"the period {key} is not closed yet: its statements are released afterwards",
        )
        raise Conflict(message, [Problem("/period", message, "period_open")])
    if not is_current(conn, row):
        message = text(
            "对账单生成后账目又有变动，请重新生成",
            "entries have changed since the statement was made: make it anew",
        )
        raise Conflict(message, [Problem("/entries", message, "statement_outdated")])


def _moved(conn: Connection, who: Principal, id_: str, to: str) -> Any:
    """The row, held, if it may come to that state; NotFound or Conflict otherwise."""
    row = _visible(conn, who, store.lock_statement(conn, who.tenant, id_))
    if to not in _NEXT.get(row.state, ()):
        message = text(
            f"对账单现在是「{row.state}」，不能变为「{to}」",
            f"the statement is {row.state} and cannot become {to}",
        )
        raise Conflict(message, [Problem("/state", message, "statement_state")])
    return row


def _visible(conn: Connection, who: Principal, row: Any) -> Any:
    """The row; NotFound for none, and for one that is not the partner's or not released."""
    own = _own_parties(conn, who)
    hidden = row is not None and own is not None and (row.party not in own or row.state == "draft")
    if row is None or hidden:
        raise NotFound(text("没有这份对账单", "there is no such statement"))
    return row


def _own_parties(conn: Connection, who: Principal) -> frozenset[str] | None:
    """None for those who see all; a partner's own parties."""
    if who.may("settlement.read"):
        return None
    if not who.may("settlement.own"):
        raise Forbidden(text("没有权限查看对账单", "you may not see statements"))
    rows = party_store.list_parties(conn, who.tenant, user=who.id, limit=1_000)
    return frozenset(row.id for row in rows)


def _tell(world: World, type_: str, row: Any) -> None:
    notice: Mapping[str, Any] = {
        "id": row.id,
        "name": row.number,
        "party": row.party,
        "period": row.period,
        "currency": row.currency,
        "amount": str(to_major(row.net, row.currency)),
        **({"reason": row.answer} if row.answer else {}),
    }
    name = f"{row.id}/{row.state}/{(row.answered_at or row.released_at).isoformat()}"
    announce(world, row.tenant, type_, name, row.id, {"settlement": notice})
