"""Statements per party and period: made, released by another person, confirmed or disputed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import SIGNED_IN, Model, Resource, Shown, Words
from api.settlement_entries import EntryShown, names_of
from api.settlement_entries import show as show_entry
from api.settlement_names import Names, read_names
from api.settlement_reach import OWN, READ, visible_parties
from api.settlement_shapes import (
    Amount,
    Currency,
    Note,
    PartyId,
    PeriodKey,
    TermKey,
    Why,
    shown_amount,
    words,
)
from api.spreadsheets import CSV, XLSX, as_csv, as_xlsx
from api.statement_sheets import lines_sheet, sums_sheet
from engine.core.errors import NotFound
from engine.core.text import text
from engine.runtime.settling import statements
from engine.settlement.say import say_line
from engine.store import settlement_statements as store

resource = Resource("statements", text("对账单", "Statements of parties"))

MOST_LINES = 1_000_000
State = Literal["draft", "released", "confirmed", "disputed", "paid"]


class StatementPath(Model):
    """Which statement."""

    statement_id: str = Field(pattern=r"^stm_[0-9A-Z]{26}$")


class StatementsQuery(PageQuery):
    """Which statements."""

    party: PartyId | None = None
    period: PeriodKey | None = None
    state: State | None = None


class NewStatement(Model):
    """Whose, of which period."""

    party: PartyId
    period: PeriodKey
    currency: Currency = "CNY"


class StatementSum(Shown):
    """One term of a statement."""

    term: TermKey
    name: str = Field(description="The term as people call it")
    amount: Amount
    entries: int


class StatementShown(Shown):
    """A statement: what came in, what is held, what is paid now, what is carried on."""

    id: str
    number: str | None = Field(description="Given when it is released")
    party: str
    party_name: str
    currency: Currency
    period: str
    state: State
    opening: Amount = Field(description="Carried over from the one before")
    sums: list[StatementSum]
    corrections: list[StatementSum] = Field(description="Earned in an earlier period")
    held: Amount
    released: Amount
    net: Amount
    payable: Amount
    carried: Amount
    frozen: Amount = Field(description="For information: in no sum")
    entries: int
    maker: str
    made_at: datetime
    released_by: str | None
    released_at: datetime | None
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None
    paid_by: str | None
    paid_at: datetime | None


class RepricedLine(Shown):
    """One order re-priced in order of payment time: lines do not depend on arrival."""

    order: str
    line: str
    paid_at: datetime
    base: Amount
    amount: Amount
    sentences: list[Words]


class NoteBody(Model):
    """What to say of it."""

    note: Note = ""


class DisputeBody(Model):
    """What is wrong."""

    reason: Why


class PaidBody(Model):
    """How it was paid: the bank's reference."""

    note: Why


def show(row: Any, names: Names) -> StatementShown:
    currency = row.currency
    shown: dict[str, Any] = {
        name: shown_amount(getattr(row, name), currency)
        for name in ("opening", "held", "released", "net", "payable", "carried", "frozen")
    }
    shown |= {
        name: [
            StatementSum(
                term=term,
                name=names.term(term),
                amount=shown_amount(minor, currency),
                entries=entries,
            )
            for term, minor, entries in getattr(row, name)
        ]
        for name in ("sums", "corrections")
    }
    shown["party_name"] = names.party(row.party)
    plain: dict[str, Any] = {
        name: getattr(row, name) for name in StatementShown.model_fields if name not in shown
    }
    return StatementShown(**plain, **shown)


def shown(row: Any, status: int = 200) -> Response:
    location = f"/api/v1/settlement/statements/{row.id}" if status == 201 else None
    names = read_names([row.party], with_terms=True)
    return answer(show(row, names), status, location=location)


def find(statement_id: str) -> Any:
    """The statement, if the caller may see it; NotFound otherwise. A draft is no partner's yet."""
    seen = visible_parties()
    row = statements.read_statement(world(), caller(), statement_id)
    if seen is not None and row.party not in seen:
        raise NotFound(text(f"没有对账单 {statement_id}", f"there is no statement {statement_id}"))
    return row


@resource.get(
    "/settlement/statements",
    act=SIGNED_IN,
    answers={200: Page[StatementShown]},
)
def list_statements(query: StatementsQuery) -> Response:
    """Statements, the newest first. A partner sees their own, once they are released."""
    seen = visible_parties()
    chosen = seen
    if query.party is not None:
        chosen = frozenset({query.party}) if seen is None else seen & {query.party}
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = store.list_statements(
            conn,
            tenant(),
            parties=None if chosen is None else sorted(chosen),
            period=query.period,
            state=query.state,
            before=before,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    if not caller().may(READ):
        kept = [row for row in kept if row.state != "draft"]
    names = read_names((row.party for row in kept), with_terms=True)
    return page(kept, lambda row: show(row, names), following)


@resource.post("/settlement/statements", act="settlement.edit", answers={201: StatementShown})
def make_statement(body: NewStatement) -> Response:
    """A draft of a party's statement; made anew while it is a draft."""
    row = statements.make_statement(
        world(), caller(), body.party, body.period, currency=body.currency
    )
    return shown(row, 201)


@resource.get("/settlement/statements/<statement_id>", act=SIGNED_IN, answers={200: StatementShown})
def read_statement(path: StatementPath) -> Response:
    """One statement."""
    return shown(find(path.statement_id))


@resource.get(
    "/settlement/statements/<statement_id>/lines", act=SIGNED_IN, answers={200: Page[EntryShown]}
)
def list_statement_lines(path: StatementPath, query: PageQuery) -> Response:
    """The entries it lists, the newest first, each with the sentences that explain it."""
    row = find(path.statement_id)
    (before,) = start(query, str) or (None,)
    lines = statements.statement_lines(world(), caller(), row.id, before=before, limit=MOST_LINES)
    kept, following = split(lines[: query.limit + 1], query.limit, lambda one: [one.entry.key])
    names = names_of(one.entry for one in kept)
    return page(kept, lambda one: show_entry(one.entry, one.sentences, names), following)


@resource.get(
    "/settlement/statements/<statement_id>/repriced",
    act=SIGNED_IN,
    answers={200: Page[RepricedLine]},
)
def list_repriced_lines(path: StatementPath, query: PageQuery) -> Response:
    """The same orders priced one after the other by payment time; they sum to the same."""
    row = find(path.statement_id)
    (after,) = start(query, int) or (0,)
    lines = statements.repriced_lines(world(), caller(), row.id)
    numbered = list(enumerate(lines, 1))[after : after + query.limit + 1]
    kept, following = split(numbered, query.limit, lambda one: [one[0]])
    return page(kept, lambda one: show_repriced(one[1], row.currency), following)


def show_repriced(line: Any, currency: str) -> RepricedLine:
    return RepricedLine(
        order=line.move.order,
        line=line.move.line,
        paid_at=line.move.paid_at,
        base=shown_amount(line.move.base, currency),
        amount=shown_amount(line.minor, currency),
        sentences=[words(say_line(one, currency)) for one in line.lines],
    )


@resource.get("/settlement/statements/<statement_id>/csv", act=SIGNED_IN, answers={200: CSV})
def download_statement_csv(path: StatementPath) -> Response:
    """Its lines as CSV."""
    row = find(path.statement_id)
    lines = statements.statement_lines(world(), caller(), row.id, limit=MOST_LINES)
    names = read_names([row.party], with_terms=True)
    return as_csv(lines_sheet(row, lines, names), file_name(row))


@resource.get("/settlement/statements/<statement_id>/xlsx", act=SIGNED_IN, answers={200: XLSX})
def download_statement_xlsx(path: StatementPath) -> Response:
    """Sums and lines as a workbook."""
    row = find(path.statement_id)
    lines = statements.statement_lines(world(), caller(), row.id, limit=MOST_LINES)
    names = read_names([row.party], with_terms=True)
    return as_xlsx([sums_sheet(row, names), lines_sheet(row, lines, names)], file_name(row))


def file_name(row: Any) -> str:
    return f"{row.number or row.id}-{row.period}"


@resource.post(
    "/settlement/statements/<statement_id>/release",
    act="settlement.publish",
    answers={200: StatementShown},
    key_act=True,
)
def release_statement(path: StatementPath) -> Response:
    """Numbers and sends it once its period is closed. Whoever made it may not release it; 409 where
    entries have changed since: it is made anew first.
    """
    find(path.statement_id)
    return shown(statements.release_statement(world(), caller(), path.statement_id))


@resource.post(
    "/settlement/statements/<statement_id>/confirm",
    act=SIGNED_IN,
    answers={200: StatementShown},
)
def confirm_statement(path: StatementPath, body: NoteBody) -> Response:
    """The party agrees; finance may note that they did."""
    _demand_answer(path.statement_id)
    statements.confirm_statement(world(), caller(), path.statement_id, note=body.note)
    return shown(find(path.statement_id))


@resource.post(
    "/settlement/statements/<statement_id>/dispute",
    act=SIGNED_IN,
    answers={200: StatementShown},
)
def dispute_statement(path: StatementPath, body: DisputeBody) -> Response:
    """The party does not agree, and says why."""
    _demand_answer(path.statement_id)
    statements.dispute_statement(world(), caller(), path.statement_id, reason=body.reason)
    return shown(find(path.statement_id))


def _demand_answer(statement_id: str) -> None:
    """Its own partner may answer, and whoever may edit settlement, for them."""
    row = find(statement_id)
    who = caller()
    if not (who.may(OWN) and row.party in statements.parties_of_user(world(), who)):
        who.require("settlement.edit")


@resource.post(
    "/settlement/statements/<statement_id>/paid",
    act="settlement.publish",
    answers={200: StatementShown},
)
def mark_statement_paid(path: StatementPath, body: PaidBody) -> Response:
    """Notes that it was paid; the money itself goes another way."""
    find(path.statement_id)
    statements.mark_paid(world(), caller(), path.statement_id, note=body.note)
    return shown(find(path.statement_id))
