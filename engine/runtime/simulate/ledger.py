"""Settlement in a scratch world, as it was before the first event.

1. Settings: parties, cards (past events are priced by the versions of then), periods, coefficients,
   locks. Budgets give back what they have let pass since.
2. Of the parties that events, flow and cards name: accounts with the totals of then. A total is
   taken back entry by entry; a part of an account that was opened later is not there.
3. Of the orders that events name: bookings with the refunds of then, their entries and roundings.
4. For flows that draw statements: the parties' entries, statements and money held back.

States of entries have no history of their own. They follow from when a line was earned and when its
statement was confirmed or paid, and from what people and budgets did to it (states.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.core.text import Text, text
from engine.runtime.settling.books import HeldBooking, budget_values, read_booking
from engine.runtime.settling.budget_rows import read_budget, read_budget_state
from engine.runtime.settling.cards import PublishedCard, load_cards, resolver_of
from engine.runtime.settling.refunding import typed
from engine.runtime.settling.roles import load_parties
from engine.runtime.simulate.named import Named
from engine.runtime.simulate.states import Answered, answers_of, states_then
from engine.settlement.account import (
    AMOUNT,
    MINOR,
    NUMBER,
    POSTED,
    TRUE_UP,
    AccountState,
    dump_state,
    read_state,
)
from engine.settlement.booking import Booking, refund_order
from engine.settlement.budget import EXCEEDED, WARNED, Budget, BudgetState, Waiting
from engine.settlement.entry import Figures, plan_key
from engine.settlement.money import exponent, to_minor
from engine.settlement.refunds import LineLeft, codes_of
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import settlement_bookings as booking_store
from engine.store.db import Connection
from engine.store.scratch import history
from engine.store.scratch import ledger as store

MOST_ENTRIES = 100_000  # of the parties a flow draws statements for


def fill_settings(
    conn: Connection, target: Connection, tenant: str, before: datetime, *, as_then: bool
) -> tuple[bool, list[Text]]:
    """Step 1: whether orders are settled at all in there, and what was not to be had, in words."""
    settles = store.copy_settings(conn, target, tenant, before, as_then=as_then)
    documents = history.budget_edits(conn, tenant, before) if as_then else {}
    answers, rows, demands, said = answers_of(conn, tenant), [], list[dict[str, Any]](), []
    for row, since, asked in store.budgets_then(conn, tenant, before):
        document, is_newer = documents.get(row.key, (row.document, False))
        if document is None:
            continue  # nobody had written it yet
        waited = [one for one in asked if _waited(one, answers.get((row.key, one.key)), before)]
        let_go = [one.amount for one in waited if one.outcome == "pass"]
        then = _budget_then(row, document, since + sum(let_go), waited)
        rows.append({**row._mapping, "document": document, **budget_values(then)})
        action = "asked" if document.get("action") == "ask" else "frozen"
        demands += [
            {**one._mapping, "outcome": action, "decided_by": None}
            if one.outcome not in ("frozen", "asked")
            else dict(one._mapping)
            for one in waited
        ]
        if is_newer and asked:
            name = str(document.get("name") or row.key)
            said.append(
                text(
                    f"预算「{name}」后来改过：用当时的上限；改动后自动放行的款项没有留下时间，"
                    "按已放行计算",
                    f"budget “{name}” was changed later: its limit is as of then; what the change "
                    "let pass by itself has no date and counts as passed",
                )
            )
    store.put_budgets(target, rows, demands)
    return settles, said


def _waited(demand: Any, answer: Answered | None, before: datetime) -> bool:
    """Whether a demand of before still waited then."""
    if demand.outcome in ("frozen", "asked"):
        return True
    return answer is not None and answer.at >= before


def _budget_then(
    row: Any, document: Mapping[str, Any], since: int, waited: Iterable[Any]
) -> BudgetState:
    now = read_budget_state(row)
    known = {one.key: one for one in now.waiting}
    waiting = tuple(
        known.get(one.key) or Waiting(one.key, one.amount, one.party or "", one.at)
        for one in waited
    )
    then = replace(now, used=now.used - since, waiting=waiting)
    return replace(then, told=_told(read_budget(row.key, document), then))


def _told(budget: Budget, state: BudgetState) -> frozenset[str]:
    found = set()
    if state.used * 100 >= budget.limit * budget.warn_at:
        found.add(WARNED)
    if state.waiting or state.used > budget.limit:
        found.add(EXCEEDED)
    return frozenset(found)


def fill_ledger(
    conn: Connection,
    target: Connection,
    tenant: str,
    named: Named,
    before: datetime,
    told: Callable[[], None],
) -> list[Text]:
    """Steps 2 to 4; what could not be had as it was, in words. `told` is called in between."""
    cards = load_cards(target, tenant)
    for card in cards:
        for _, _, version in card.versions:
            terms = resolver_of(target, tenant, version).card.terms
            named.parties |= {term.party.party for term in terms if term.party.party}
    known = load_parties(conn, tenant, named.pairs)
    named.parties |= {str(one["key"]) for one in known.values()}
    own = party_store.parties_by_id(conn, tenant, named.parties)
    named.parties |= {row.parent_id for row in own.values() if row.parent_id}

    told()
    entries = store.entries_then(conn, tenant, named.orders, before)
    told()
    bookings = _bookings(conn, tenant, named, cards, entries, before)
    told()
    named.parties |= {one.booking.account.partition("|")[0] for one in bookings}
    if named.statements:
        kept = {entry["key"] for entry in entries}
        found = store.entries_of_parties(conn, tenant, named.parties, before, MOST_ENTRIES)
        entries += [entry for entry in found if entry["key"] not in kept]
        store.copy_statements(conn, target, tenant, named.parties, before)
    unknown = states_then(conn, tenant, entries, before)
    _put_states(conn, tenant, entries, bookings, before)
    store.put_entries(target, entries)
    told()
    refunds = store.refunds_then(conn, tenant, named.orders, before)
    store.put_bookings(
        target,
        [one.row(tenant) for one in bookings],
        [{**row._mapping, "told_at": None} for row in refunds],
    )
    told()
    cells = _cells(conn, tenant, bookings)
    _put_accounts(conn, target, tenant, named.parties, cells, before)
    store.put_plans(conn, target, tenant, {plan_key(one.booking.sub) for one in bookings})
    if unknown:
        return [
            text(
                f"{unknown} 笔款项由流程节点或预算自动冻结、解冻，没有留下时间，状态按现在计算",
                f"{unknown} entries were frozen or released by steps of flows or by budgets, which "
                "keep no date: their states are as of today",
            )
        ]
    return []


# -- orders ----------------------------------------------------------------------------------------


def _bookings(
    conn: Connection,
    tenant: str,
    named: Named,
    cards: Iterable[PublishedCard],
    entries: Iterable[Mapping[str, Any]],
    before: datetime,
) -> list[HeldBooking]:
    """Lines that were booked by then, with what refunds had taken back by then."""
    posted = {
        (one["account"], one["sub"], one["order_key"], one["line"])
        for one in entries
        if one["kind"] in ("order", "moved")
    }
    back: dict[tuple[str, str, str, str], list[int]] = {}
    for entry in entries:
        if entry["kind"] == "refund":
            figures = Figures(*entry["figures"])
            slot = (entry["account"], entry["sub"], entry["order_key"], entry["line"])
            held_back = back.setdefault(slot, [0, 0])
            held_back[0] -= figures.base
            held_back[1] -= figures.units
    by_order: dict[str, list[HeldBooking]] = {}
    for row in booking_store.bookings_of(conn, tenant, named.orders):
        held = read_booking(row)
        one = held.booking
        late = (one.account, one.sub, one.order, one.line) not in posted
        if late and not (row.in_bulk and row.rate_at < before):
            continue
        _earned_then(conn, tenant, held, cards, before)
        by_order.setdefault(one.order, []).append(held)
    for order, held_ones in by_order.items():
        _given_back_then(conn, tenant, named.orders[order], held_ones, back, before)
    return [one for held_ones in by_order.values() for one in held_ones]


def _given_back_then(
    conn: Connection,
    tenant: str,
    name: tuple[str, str],
    held: list[HeldBooking],
    back: Mapping[tuple[str, str, str, str], list[int]],
    before: datetime,
) -> None:
    """What refunds had taken out of the lines of one order by then.

    Where that is what they have taken today, or nothing, there is no question. Else the refunds of
    then are applied again; a line of which more was posted back was closed with the order.
    """
    today = [one.booking for one in held]
    if any(one.takes_refunds for one in today) and all(
        back.get(_slot(one), [0, 0]) == [one.back_base, one.back_count] for one in today
    ):
        return
    then = [
        replace(one, back_paid=0, back_pieces=Decimal(0), back_base=0, back_count=0)
        for one in today
    ]
    left = _lines_left(conn, tenant, name)
    for row in store.refunds_then(conn, tenant, [today[0].order], before):
        if row.status == "applied":
            _, then = refund_order(then, typed(row.record), "", left=left or None)
    for held_one, one in zip(held, then, strict=True):
        base, count = back.get(_slot(one), [0, 0])
        if base > one.back_base:
            one = replace(one, back_paid=one.paid, back_pieces=one.pieces)
        held_one.booking = replace(one, back_base=base, back_count=count)


def _lines_left(conn: Connection, tenant: str, name: tuple[str, str]) -> list[LineLeft]:
    """The order's lines before any refund, also those that no account counts."""
    order = order_store.find_orders(conn, tenant, [name]).get(name)
    rows = order_store.lines_of(conn, tenant, [order.id]) if order is not None else []
    return [
        LineLeft(
            row.line,
            codes_of({**(row.fields or {}), "sku": row.sku}),
            to_minor(
                Decimal(row.amount).quantize(Decimal(1).scaleb(-exponent(row.currency))),
                row.currency,
            ),
            Decimal(row.quantity),
        )
        for row in rows
    ]


def _slot(one: Booking) -> tuple[str, str, str, str]:
    return one.account, one.sub, one.order, one.line


def _earned_then(
    conn: Connection,
    tenant: str,
    held: HeldBooking,
    cards: Iterable[PublishedCard],
    before: datetime,
) -> None:
    """A line that was earned later was 预估; when that would be was known once it was delivered."""
    at = held.booking.earned_at
    held.beside["due_asked_at"] = None
    if at is None or at < before:
        return
    held.beside["state"] = "estimated"
    card = next((one for one in cards if one.key == held.beside["card"]), None)
    version = card.id_of(int(held.booking.version)) if card is not None else None
    terms = resolver_of(conn, tenant, version).card.terms if version is not None else ()
    term = next((one for one in terms if one.key == held.booking.term), None)
    days = term.moment.days if term is not None and term.moment.when == "after_sales" else 0
    if at - timedelta(days=days) >= before:
        held.booking = replace(held.booking, earned_at=None)


def _put_states(
    conn: Connection,
    tenant: str,
    entries: Iterable[dict[str, Any]],
    bookings: Iterable[HeldBooking],
    before: datetime,
) -> None:
    """States as they follow from times: not yet earned, not yet confirmed, not yet paid."""
    estimated = {
        (one.booking.account, one.booking.order, one.booking.line)
        for one in bookings
        if not one.is_earned
    }
    moved = store.statements_moved(conn, tenant, before)
    for entry in entries:
        slot = (entry["account"], entry["order_key"], entry["line"])
        if slot in estimated and entry["state"] != "void":
            entry |= {"state": "estimated", "earned_in": "", "posted_in": ""}
        elif entry["state"] in ("settled", "paid"):
            for party in (entry["to_account"], entry["from_account"]):
                then = moved.get((party, entry["currency"], entry["posted_in"]))
                if then is not None:
                    entry["state"] = then


# -- accounts --------------------------------------------------------------------------------------


def _cells(
    conn: Connection, tenant: str, bookings: Iterable[HeldBooking]
) -> dict[tuple[str, str], list[int]]:
    """What single lines or orders of the chosen events are rounded to today."""
    names = set()
    for held in bookings:
        one = held.booking
        names |= {
            (one.account, f"{one.sub}|{one.order}"),
            (one.account, f"{one.sub}|{one.order}|{one.line}"),
        }
    return store.cells_named(conn, tenant, names) if names else {}


def _put_accounts(
    conn: Connection,
    target: Connection,
    tenant: str,
    parties: Iterable[str],
    cells: dict[tuple[str, str], list[int]],
    before: datetime,
) -> None:
    rows = {row.key: dict(row._mapping) for row in store.accounts_of_parties(conn, tenant, parties)}
    states = {key: read_state(row["state"]) for key, row in rows.items()}
    touched: dict[str, set[str]] = {}
    for entry in store.later_entries(conn, tenant, rows, before):
        touched.setdefault(entry.account, set()).add(entry.sub)
        _take_off(states[entry.account], entry)
        for name in (entry.order_key, f"{entry.order_key}|{entry.line}"):
            cell = cells.get((entry.account, f"{entry.sub}|{name}"))
            if cell is not None:
                cell[0] -= Figures(*entry.figures).fine
                cell[1] -= entry.minor
    for key, subs in touched.items():
        state = states[key]
        for sub in subs & state.subs.keys():
            if not any(state.subs[sub]) and not store.had_entry(conn, tenant, key, sub, before):
                del state.subs[sub]
    kept = []
    for key, row in rows.items():
        state = states[key]
        if key in touched and not state.subs:
            continue  # nobody had anything in it yet
        if key in touched and not any(sub[TRUE_UP] for sub in state.subs.values()):
            state.coefficients, state.part, row["closed_in"] = None, (1, 1), None
        kept.append({**row, "state": dump_state(state)})
    plans = {plan_key(sub) for state in states.values() for sub in state.subs if sub}
    store.put_accounts(conn, target, tenant, kept, plans)
    store.put_cells(target, tenant, cells)


def _take_off(state: AccountState, entry: Any) -> None:
    """One later entry out of a total."""
    sub = state.subs.get(entry.sub)
    if sub is None:
        return
    figures = Figures(*entry.figures)
    sub[AMOUNT] -= figures.base
    sub[NUMBER] -= figures.units if entry.sub else 1
    sub[POSTED] -= figures.fine
    sub[MINOR] -= entry.minor
    if entry.kind == "true_up":
        sub[TRUE_UP] -= figures.fine
