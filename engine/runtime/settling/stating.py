"""A party's statement of one period, drawn from the ledger: by hand, by a flow, at the close.

It is a draft until somebody else releases it, and may be drawn anew until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.core.errors import EngineError
from engine.core.ids import new_id
from engine.core.node import Answer
from engine.runtime.desk import Applied, Desk
from engine.runtime.in_hand import Need
from engine.runtime.settling.books import books_of, read_entry
from engine.runtime.settling.periods_of import days_named
from engine.settlement.entry import Entry
from engine.settlement.money import read_number, to_major, to_minor
from engine.settlement.retention import Hold, Retention
from engine.settlement.statement import Statement, make_statement
from engine.store import parties as party_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_statements as statement_store
from engine.store.db import Connection


def draw(
    conn: Connection,
    tenant: str,
    party: str,
    period: str,
    currency: str,
    *,
    maker: str,
    now: datetime,
    more: Iterable[Entry] = (),
) -> Any:
    """Draws (or draws anew) a draft and stores it; what was released stays as it is.

    `more` are entries that this transaction has not stored. Returns the row.
    """
    there = statement_store.statement_of(conn, tenant, party, currency, period)
    if there is not None and there.state != "draft":
        return there
    found, holds = _composed(conn, tenant, party, period, currency, there, maker, more)
    values = _values(found, maker, now)
    if there is None:
        id_ = new_id("stm", now)
        row = {"id": id_, "tenant": tenant, "party": party, "currency": currency}
        statement_store.insert_statement(conn, {**row, "period": period, **values})
    else:
        id_ = there.id
        statement_store.update_statement(conn, tenant, id_, values)
    _store_holds(conn, tenant, found, holds)
    return statement_store.find_statement(conn, tenant, id_)


def is_current(conn: Connection, row: Any) -> bool:
    """Whether a draft says what the books say now: entries come, are frozen or made void after it
    was drawn.
    """
    found, _ = _composed(conn, row.tenant, row.party, row.period, row.currency, row, row.maker, ())
    values = _values(found, row.maker, row.made_at)
    return all(getattr(row, name) == value for name, value in values.items())


def _composed(
    conn: Connection,
    tenant: str,
    party: str,
    period: str,
    currency: str,
    there: Any | None,
    maker: str,
    more: Iterable[Entry],
) -> tuple[Statement, list[Any]]:
    """The statement as of now, and what is held back of the party."""
    before = statement_store.last_before(
        conn, tenant, party, currency, there.id if there is not None else ""
    )
    rows = entry_store.list_entries(conn, tenant, party=party, period=period, limit=None)
    entries = {row.key: read_entry(row) for row in rows}
    entries.update({one.key: one for one in more})
    holds = statement_store.holds_of(conn, tenant, party, currency)
    found = compose(
        party,
        currency,
        period,
        list(entries.values()),
        opening=before.carried if before is not None else 0,
        holds=[row for row in holds if row.released_in in (None, period) and row.period != period],
        terms=party_store.find_party(conn, tenant, party),
        maker=maker,
    )
    return found, holds


def compose(
    party: str,
    currency: str,
    period: str,
    entries: Sequence[Entry],
    *,
    opening: int,
    holds: Sequence[Any],
    terms: Any,
    maker: str,
) -> Statement:
    """The statement by what was agreed with the party: retention, least payout of its fields."""
    days = days_named(period)
    fields = (terms.fields if terms is not None else None) or {}
    return make_statement(
        party,
        currency,
        period,
        entries,
        opening=opening,
        least_payout=to_minor(str(fields["least_payout"]), currency)
        if fields.get("least_payout")
        else 0,
        retention=retention_of(fields, currency),
        holds=[
            Hold(row.party, row.currency, row.period, row.minor, date.fromisoformat(row.due_on),
                 row.taken)
            for row in holds
        ],
        closes_on=days.last if days is not None else None,
        maker=maker,
    )  # fmt: skip


def retention_of(fields: Mapping[str, Any], currency: str) -> Retention | None:
    """{"retention": {"percent": "5", "days": 30, "most": "10000.00"}} of a party's fields."""
    said = fields.get("retention")
    if not isinstance(said, Mapping) or not said.get("percent"):
        return None
    most = said.get("most")
    return Retention(
        Decimal(read_number(str(said["percent"]), "/retention/percent")),
        int(said.get("days") or 30),
        None if most is None else to_minor(str(most), currency, "/retention/most"),
    )


def _values(found: Statement, maker: str, now: datetime) -> dict[str, Any]:
    names = ("opening", "held", "released", "net", "payable", "carried", "frozen")
    return {
        **{name: getattr(found, name) for name in names},
        "state": "draft",
        "sums": [[one.term, one.minor, one.entries] for one in found.sums],
        "corrections": [[one.term, one.minor, one.entries] for one in found.corrections],
        "entries": len(found.entries),
        "maker": maker,
        "made_at": now,
    }


def _store_holds(conn: Connection, tenant: str, found: Statement, held: Sequence[Any]) -> None:
    """The new hold in the place of the one before, and which older ones are paid out by it."""
    statement_store.drop_hold(conn, tenant, found.party, found.currency, found.period)
    days = days_named(found.period)
    rows = [
        {
            "tenant": tenant,
            "party": one.party,
            "currency": one.currency,
            "period": one.period,
            "minor": one.minor,
            "taken": one.taken,
            "due_on": one.due_on.isoformat(),
            "released_in": None,
        }
        for one in found.holds
    ]
    if days is not None:
        rows += [
            {**row._mapping, "released_in": found.period}
            for row in held
            if row.period != found.period
            and row.released_in is None
            and row.due_on <= days.last.isoformat()
        ]
    statement_store.store_holds(conn, rows)


def make(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """A flow asks for a statement: {"party", "period", "currency"}; drawn with the batch."""
    yield from ()
    tenant, party = desk.tenant, str(args["party"])
    period, currency = str(args["period"]), str(args.get("currency") or "CNY")
    if days_named(period) is None:
        return Answer("error", {"code": "bad_period", "message": period})
    answer = (yield [Need("settlement:statement", tenant, (party, period, currency))])[0]
    there, previous, stored, holds, terms = answer
    books = books_of(desk.batch)
    rows = {row.key: read_entry(row) for row in stored}
    for (whose, key), row in books.entries.items():
        is_theirs = party in (row["to_account"], row["from_account"])
        if whose == tenant and is_theirs and row["posted_in"] == period:
            rows[key] = _entry(row)
    if there is not None and there.state != "draft":
        return Answer("out", _said(there.id, there.state, there.net, there.payable, currency))
    try:
        found = compose(
            party, currency, period, list(rows.values()),
            opening=previous.carried if previous is not None else 0,
            holds=[row for row in holds
                   if row.released_in in (None, period) and row.period != period],
            terms=terms, maker=desk.key,
        )  # fmt: skip
    except EngineError as fault:
        return Answer("error", {"code": "bad_terms", "message": fault.message})
    id_ = there.id if there is not None else new_id("stm", desk.batch.now)
    books.statements[tenant, party, period, currency] = (id_, found, list(holds))
    books.write_statements = write_drawn
    return Answer("out", _said(id_, "draft", found.net, found.payable, currency))


def write_drawn(conn: Connection, drawn: Mapping[tuple[str, ...], Any], now: datetime) -> None:
    """Statements that flows of a batch asked for."""
    for (tenant, party, period, currency), (id_, found, holds) in drawn.items():
        there = statement_store.statement_of(conn, tenant, party, currency, period)
        values = _values(found, found.maker, now)
        if there is None:
            row = {"id": id_, "tenant": tenant, "party": party, "currency": currency}
            statement_store.insert_statement(conn, {**row, "period": period, **values})
        elif there.state == "draft":
            statement_store.update_statement(conn, tenant, there.id, values)
        else:
            continue
        _store_holds(conn, tenant, found, holds)


def _said(id_: str, state: str, net: int, payable: int, currency: str) -> dict[str, Any]:
    return {
        "statement": id_,
        "state": state,
        "net": str(to_major(net, currency)),
        "payable": str(to_major(payable, currency)),
        "currency": currency,
    }


def _entry(row: Mapping[str, Any]) -> Entry:
    names = (
        "key", "account", "sub", "kind", "order_key", "line", "from_account", "to_account",
        "minor", "currency", "state", "earned_in", "posted_in", "figures",
    )  # fmt: skip
    return Entry(*(row[name] for name in names))
