"""The ledger: entries that explain themselves, accounts with totals; freezing and releasing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown, Words
from api.settlement_names import Names, read_names, term_of
from api.settlement_reach import demand_named, demand_visible
from api.settlement_shapes import (
    Amount,
    CardKey,
    Currency,
    PartyId,
    PeriodKey,
    Why,
    shown_amount,
    words,
)
from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.text import Text, text
from engine.runtime.settling import adjustments
from engine.runtime.settling.books import read_entry
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.explaining import say_entry
from engine.settlement.account import read_state
from engine.settlement.entry import KIND_NAMES, STATE_NAMES, plan_key
from engine.store import settlement_accounts as store

resource = Resource("settlement-entries", text("结算明细", "The ledger of settlement"))

State = Literal["estimated", "pending", "frozen", "settled", "paid", "void"]


class EntriesQuery(PageQuery):
    """Which entries."""

    party: PartyId | None = Field(None, description="On either side")
    order: str | None = Field(None, max_length=200, description="douyin/flagship/69211")
    account: str | None = Field(None, max_length=400)
    card: CardKey | None = Field(None, description="By which rate card")
    period: PeriodKey | None = Field(None, description="In which it was posted")
    earned: PeriodKey | None = Field(None, description="In which it was earned")
    state: State | None = None


class AccountsQuery(PageQuery):
    """Whose accounts."""

    party: PartyId | None = None


class AccountPath(Model):
    """Which account: party|card.term|window|family."""

    account: str = Field(min_length=1, max_length=400, examples=["pty_1|creators.commission||k"])


class EntryShown(Shown):
    """One entry of the ledger with its explanation."""

    key: str
    account: str
    kind: str
    kind_name: Words
    order: str
    shop_name: str = Field(description="The order's shop as people call it; empty without one")
    line: str
    from_account: str
    to_account: str
    from_name: Words = Field(description="Who gives it")
    to_name: Words = Field(description="Who gets it")
    term: str
    term_name: str
    amount: Amount
    currency: Currency
    state: str
    state_name: Words
    earned_in: str = Field(description="Empty while it is not earned")
    posted_in: str
    posted_at: datetime
    sentences: list[Words] = Field(description="How it was worked out, 怎么算的")


class AccountShown(Shown):
    """An account and its totals."""

    key: str
    party: str
    party_name: str
    term: str
    term_name: str
    window: str
    currency: Currency
    amount: Amount = Field(description="What it has counted")
    count: int
    posted: Amount = Field(description="What its entries sum to")
    coefficients: dict[str, str] | None = Field(description="It was closed with; null: open")
    closed_in: str | None = Field(description="The period in which its window was closed")
    updated_at: datetime


class MoneyBody(Model):
    """Whose money: an order's, or single entries; and why."""

    party: PartyId
    order: str | None = Field(None, max_length=200, examples=["douyin/flagship/69211"])
    keys: list[str] = Field(default_factory=list, max_length=500)
    reason: Why


class Handed(Shown):
    """It was handed to the party's lane, which does it in its turn."""

    party: str


def show(row: Any, sentences: Iterable[Text], names: Names) -> EntryShown:
    term = term_of(row.account)
    kind = KIND_NAMES.get(row.kind, text(row.kind, row.kind))
    return EntryShown(
        key=row.key,
        account=row.account,
        kind=row.kind,
        kind_name=words(kind),
        order=row.order_key,
        shop_name=names.shop(row.order_key),
        line=row.line,
        from_account=row.from_account,
        to_account=row.to_account,
        from_name=words(names.side(row.from_account)),
        to_name=words(names.side(row.to_account)),
        term=term,
        term_name=names.term(term),
        amount=shown_amount(row.minor, row.currency),
        currency=row.currency,
        state=row.state,
        state_name=words(STATE_NAMES[row.state]),
        earned_in=row.earned_in,
        posted_in=row.posted_in,
        posted_at=row.posted_at,
        sentences=[words(one) for one in sentences],
    )


def names_of(rows: Iterable[Any]) -> Names:
    """Names of both sides of entries, of their terms, and of their orders' shops."""
    entries = list(rows)
    sides = {side for row in entries for side in (row.from_account, row.to_account)}
    return read_names(sides, with_terms=True, orders=(row.order_key for row in entries))


def show_account(row: Any, names: Names) -> AccountShown:
    state = read_state(row.state)
    plain = {
        name: getattr(row, name)
        for name in ("key", "party", "term", "currency", "closed_in", "updated_at")
    }
    return AccountShown(
        **plain,
        party_name=names.party(row.party),
        term_name=names.term(row.term),
        window=row.counted_over,
        amount=shown_amount(state.amount, row.currency),
        count=state.number,
        posted=shown_amount(state.minor, row.currency),
        coefficients=state.coefficients,
    )


@resource.get("/settlement/entries", act="settlement.read", answers={200: Page[EntryShown]})
def list_settlement_entries(query: EntriesQuery) -> Response:
    """Entries, the newest first, each with the sentences that explain it."""
    demand_named(query.party)
    (before,) = start(query, str) or (None,)
    rows = adjustments.list_entries(
        world(),
        tenant(),
        party=query.party,
        order=query.order,
        account=query.account,
        card=query.card,
        period=query.period,
        earned=query.earned,
        state=query.state,
        before=before,
        limit=query.limit + 1,
    )
    kept, following = split(rows, query.limit, lambda row: [row.key])
    with world().db.reading() as conn:
        plans = load_plans(conn, tenant(), {plan_key(row.sub) for row in kept if row.sub})
    names = names_of(kept)
    return page(kept, lambda row: show(row, say_entry(read_entry(row), plans), names), following)


@resource.get("/settlement/accounts", act="settlement.read", answers={200: Page[AccountShown]})
def list_settlement_accounts(query: AccountsQuery) -> Response:
    """Accounts with their totals, by key."""
    demand_named(query.party)
    (after,) = start(query, str) or ("",)
    rows = adjustments.list_accounts(
        world(), tenant(), party=query.party, limit=query.limit + 1, after=after
    )
    kept, following = split(rows, query.limit, lambda row: [row.key])
    names = read_names((row.party for row in kept), with_terms=True)
    return page(kept, lambda row: show_account(row, names), following)


@resource.get(
    "/settlement/accounts/<path:account>", act="settlement.read", answers={200: AccountShown}
)
def read_settlement_account(path: AccountPath) -> Response:
    """One account."""
    with world().db.reading() as conn:
        row = store.load_accounts(conn, tenant(), [path.account]).get(path.account)
    if row is None:
        raise NotFound(text("没有这个账户", "there is no such account"))
    demand_visible(row.party)
    return answer(show_account(row, read_names([row.party], with_terms=True)))


@resource.post("/settlement/entries/freeze", act="settlement.publish", answers={202: Handed})
def freeze_entries(body: MoneyBody) -> Response:
    """Holds money back: frozen entries are in no sum until they are released."""
    return _move(body, "freeze")


@resource.post("/settlement/entries/release", act="settlement.publish", answers={202: Handed})
def release_entries(body: MoneyBody) -> Response:
    """Lets frozen money go (解冻)."""
    return _move(body, "release")


@resource.post("/settlement/entries/void", act="settlement.publish", answers={202: Handed})
def void_entries(body: MoneyBody) -> Response:
    """Declares money void that was not settled yet."""
    return _move(body, "void")


def _move(body: MoneyBody, act: str) -> Response:
    if (body.order is None) == (not body.keys):
        message = text("请填订单号或明细，二者选一", "name an order or entries, one of the two")
        raise InvalidInput(message, [Problem("/order", message, "one_of")])
    demand_visible(body.party)
    adjustments.move_entries(
        world(),
        caller(),
        body.party,
        act,
        order=body.order,
        keys=body.keys,
        reason=body.reason,
    )
    return answer({"party": body.party}, 202)
