"""Opening balances: totals of running windows, open holds and unpaid statements of the old system.

A preview shows every bad line and the control sums; only a sound one is applied, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
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
from engine.settlement.opening import (
    OpeningTotal,
    Preview,
    hold_period,
    open_with,
    read_opening,
)
from engine.settlement.outcome import Owed
from engine.settlement.resolve import Resolver
from engine.settlement.sale import NO_TAGS, Sale
from engine.store import parties as party_store
from engine.store import rate_cards as card_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_statements as statement_store
from engine.store.db import Connection

MOST_ROWS = 100_000
_IN_USE = "in_use"


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
        return _prepared(conn, world.now(), tenant, _resolver(conn, tenant, card), rows, control)[0]


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
        found, accounts, entries = _prepared(conn, now, tenant, resolver, rows, control)
        if not found.is_sound:
            message = text("期初数据有误，没有导入", "the opening rows are not right")
            if all(problem.code == _IN_USE for problem in found.problems):
                raise Conflict(message, found.problems)
            raise InvalidInput(message, found.problems)
        documents = plan_documents(resolver, resolver.plans.keys())
        card_store.store_plans(
            conn,
            [{"tenant": tenant, "key": key, "document": one} for key, one in documents.items()],
        )
        rows_ = [account_row(tenant, key, one, now) for key, one in sorted(accounts.items())]
        account_store.save_accounts(conn, tenant, rows_, dict.fromkeys(accounts, 0))
        entry_store.store_entries(conn, [entry_row(tenant, one, now) for one in entries])
        _keep_balances(conn, tenant, who, found, now)
        said = {name: len(getattr(found, name)) for name in ("totals", "holds", "balances")}
        who.note(conn, now, "settlement.opening", f"rate_card:{card}", said)
    return found


def _prepared(
    conn: Connection,
    now: datetime,
    tenant: str,
    resolver: Resolver,
    rows: Sequence[Mapping[str, Any]],
    control: Mapping[str, Any] | None,
) -> tuple[Preview, dict[str, HeldAccount], list[Entry]]:
    """What the rows say, and the accounts and entries they open: everything that may be wrong with
    them is a problem, also what stands in the books already.
    """
    found = _read(conn, tenant, resolver, rows, control)
    known = party_store.parties_by_id(conn, tenant, {one.party for one in found.totals})
    accounts: dict[str, HeldAccount] = {}
    entries: list[Entry] = []
    paths: dict[str, str] = {}
    problems = [*found.problems]
    for total in found.totals:
        try:
            owed = _owed(resolver, total, party_of(known[total.party]))
        except InvalidInput as fault:
            problems += fault.problems
            continue
        if owed.account in accounts:
            message = text("与前面的行是同一个累计", "another row above has the same totals")
            problems.append(Problem(f"{total.at}/window", message, "duplicate"))
            continue
        key = derived_id("ent", owed.account, "opening", at=now)
        posted, state = open_with(
            owed.account, owed.plan, owed.sub, total, key, owed.other, _period(total.window)
        )
        state.version = 1
        accounts[owed.account] = HeldAccount(state, 0, resolver.card.currency)
        paths[owed.account] = total.at
        entries += posted
    for account in account_store.load_accounts(conn, tenant, accounts):
        message = text("这个累计已经有订单入账，不能再导入期初", "these totals are in use already")
        problems.append(Problem(paths[account], message, _IN_USE))
    problems += _balances_there(conn, tenant, found)
    return replace(found, problems=tuple(problems)), accounts, entries


def _balances_there(conn: Connection, tenant: str, found: Preview) -> Iterator[Problem]:
    """Statements and retention money that would be written over."""
    for one in found.balances:
        if statement_store.statement_of(
            conn, tenant, one.party, one.currency, one.period, lock=False
        ):
            message = text(f"{one.period} 已有对账单", f"there is a statement of {one.period}")
            yield Problem(one.at, message, _IN_USE)
    for party, currency in {(one.party, one.currency) for one in found.holds}:
        there = {row.period for row in statement_store.holds_of(conn, tenant, party, currency)}
        for due in sorted(one.due_on for one in found.holds if one.party == party):
            if hold_period(due) in there:
                message = text(
                    f"到期日 {due} 的预留金已导入过",
                    f"what is held until {due} is imported already",
                )
                yield Problem("/rows", message, _IN_USE)


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


def _owed(resolver: Resolver, total: OpeningTotal, party: Mapping[str, Any]) -> Owed:
    """The account a total belongs to, as an order of that window would find it."""
    days = days_named(total.window)
    if days is None:
        message = text("累计周期写法不对", "the window is not written as one")
        raise InvalidInput(message, [Problem(f"{total.at}/window", message, "window")])
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
    raise InvalidInput(message, [Problem(f"{total.at}/term", message, "missing_rate")])


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
