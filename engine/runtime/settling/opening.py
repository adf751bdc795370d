"""Opening balances: totals of running windows, open holds and unpaid statements of the old system.

A preview shows every bad line and the control sums; only a sound one is applied, all at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.ids import derived_id, new_id
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.settling.books import HeldAccount, account_row, entry_row
from engine.runtime.settling.cards import load_cards, plan_documents, resolver_of
from engine.runtime.settling.periods_of import days_named
from engine.runtime.settling.roles import party_of
from engine.runtime.world import World
from engine.settlement.entry import Entry
from engine.settlement.in_force import moment_of
from engine.settlement.opening import OpeningTotal, Preview, open_with, read_opening
from engine.settlement.outcome import Owed
from engine.settlement.resolve import Resolver
from engine.settlement.sale import NO_TAGS, Sale
from engine.store import parties as party_store
from engine.store import rate_cards as card_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_statements as statement_store
from engine.store.db import Connection

MOST_ROWS = 100_000


def preview_opening(
    world: World,
    tenant: str,
    card: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    control: Mapping[str, Any] | None = None,
) -> Preview:
    """What an import would do; nothing is changed. `card` is a published one."""
    with world.db.reading() as conn:
        return _read(conn, tenant, _resolver(conn, tenant, card), rows, control)


def apply_opening(
    world: World,
    who: Principal,
    card: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    control: Mapping[str, Any] | None = None,
) -> Preview:
    """Imports all of it or nothing: InvalidInput for unsound rows, Conflict for an account or a
    statement that is there already.
    """
    now, tenant = world.now(), who.tenant
    with world.db.begin() as conn:
        resolver = _resolver(conn, tenant, card)
        found = _read(conn, tenant, resolver, rows, control)
        if not found.is_sound:
            message = text("期初数据有误，没有导入", "the opening rows are not right")
            raise InvalidInput(message, found.problems)
        known = party_store.parties_by_id(conn, tenant, {one.party for one in found.totals})
        accounts: dict[str, HeldAccount] = {}
        entries: list[Entry] = []
        for index, total in enumerate(found.totals):
            owed = _owed(resolver, total, party_of(known[total.party]), index)
            key = derived_id("ent", owed.account, "opening")
            posted, state = open_with(
                owed.account, owed.plan, owed.sub, total, key, owed.other, _period(total.window)
            )
            state.version = 1
            accounts[owed.account] = HeldAccount(state, 0, resolver.card.currency)
            entries += posted
        documents = plan_documents(resolver, resolver.plans.keys())
        card_store.store_plans(
            conn,
            [{"tenant": tenant, "key": key, "document": one} for key, one in documents.items()],
        )
        if account_store.load_accounts(conn, tenant, accounts):
            raise Conflict(
                text("这些累计已经有订单入账，不能再导入期初", "some accounts are in use already")
            )
        rows_ = [account_row(tenant, key, one, now) for key, one in sorted(accounts.items())]
        account_store.save_accounts(conn, tenant, rows_, dict.fromkeys(accounts, 0))
        account_store.store_entries(conn, [entry_row(tenant, one, now) for one in entries])
        _keep_balances(conn, tenant, who, found, now)
        said = {name: len(getattr(found, name)) for name in ("totals", "holds", "balances")}
        who.note(conn, now, "settlement.opening", f"rate_card:{card}", said)
    return found


def _read(
    conn: Connection,
    tenant: str,
    resolver: Resolver,
    rows: Sequence[Mapping[str, Any]],
    control: Mapping[str, Any] | None,
) -> Preview:
    if len(rows) > MOST_ROWS:
        message = text(f"一次最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows at once")
        raise InvalidInput(message, [Problem("/rows", message, "too_many")])
    return read_opening(
        rows,
        resolver.card.currency,
        parties=party_store.all_party_ids(conn, tenant),
        terms=frozenset(term.key for term in resolver.card.terms),
        control=control,
    )


def _resolver(conn: Connection, tenant: str, card: str) -> Resolver:
    for one in load_cards(conn, tenant):
        if one.key == card:
            return resolver_of(conn, tenant, one.versions[0][2])
    raise NotFound(text(f"没有已发布的计费规则 {card}", f"no published rate card {card}"))


def _owed(resolver: Resolver, total: OpeningTotal, party: Mapping[str, Any], index: int) -> Owed:
    """The account a total belongs to, as an order of that window would find it."""
    days = days_named(total.window)
    if days is None:
        message = text("累计周期写法不对", "the window is not written as one")
        raise InvalidInput(message, [Problem(f"/rows/{index}/window", message, "window")])
    at = moment_of(days.first, resolver.zone)
    roles: dict[str, Any] = {
        term.party.role: party for term in resolver.card.terms if term.party.role
    }
    facts = dict.fromkeys(
        ("platform", "shop", "channel", "store", "campaign", "member_level", "service_type",
         "variant", "product", "category")
    )  # fmt: skip
    sale = Sale(
        "", "", resolver.card.currency, 0, 0, 0, Decimal(1), (), (), at, at, at, at,
        {**facts, "customer_tag": NO_TAGS},
        {"order": {}, "line": {}, "customer": {}, "product": {}, "parties": roles}, roles,
    )  # fmt: skip
    for one in resolver.resolve(sale):
        if isinstance(one, Owed) and one.term.key == total.term:
            return one
    message = text(
        f"「{total.term}」没有适用于所有订单的费率，期初累计不知道记到哪一档",
        f"{total.term!r} has no rate for any order: the totals have no account",
    )
    raise InvalidInput(message, [Problem(f"/rows/{index}/term", message, "missing_rate")])


def _period(window: str) -> str:
    """The settlement period an opening difference is posted in: the window's own."""
    return window


def _keep_balances(conn: Connection, tenant: str, who: Principal, found: Preview, now: Any) -> None:
    statement_store.store_holds(
        conn,
        [
            {
                "tenant": tenant,
                "party": one.party,
                "currency": one.currency,
                "period": one.period,
                "minor": one.minor,
                "taken": 0,
                "due_on": one.due_on.isoformat(),
                "released_in": None,
            }
            for one in found.holds
        ],
    )
    for one in found.balances:
        if statement_store.statement_of(conn, tenant, one.party, one.currency, one.period):
            message = text(f"{one.period} 已有对账单", f"there is a statement of {one.period}")
            raise Conflict(message)
        zero = dict.fromkeys(("held", "released", "payable", "frozen", "entries"), 0)
        row = {
            **zero,
            "id": new_id("stm", now),
            "tenant": tenant,
            "party": one.party,
            "currency": one.currency,
            "period": one.period,
            "state": "confirmed",
            "opening": one.minor,
            "net": one.minor,
            "carried": one.minor,
            "sums": [],
            "corrections": [],
            "maker": who.id,
            "made_at": now,
        }
        statement_store.insert_statement(conn, row)
