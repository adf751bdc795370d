"""Opening balances from a file: nobody starts on 1 January. A preview first, then the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, tenant, world
from api.errors import ProblemItem
from api.resource import Model, Resource, Shown
from api.settlement_shapes import (
    Amount,
    AmountText,
    CardKey,
    shown_amount,
    shown_problems,
)
from api.table_files import (
    MOST_BYTES,
    UPLOAD,
    Row,
    demand_amounts,
    read_upload,
    upload_document,
)
from engine.core.text import text
from engine.runtime.settling import opening
from engine.runtime.settling.rate_cards import read_card
from engine.store import parties as party_store

resource = Resource("opening", text("期初余额", "Opening balances from a file"))

# Column names as people write them -> as the rows are read.
_COLUMNS: Mapping[str, str] = {
    "类型": "kind",
    "合作方": "party",
    "结算项": "term",
    "累计周期": "window",
    "金额": "amount",
    "数量": "count",
    "已付": "posted",
    "到期日": "due_on",
    "结算周期": "period",
}
_KINDS: Mapping[str, str] = {"累计": "total", "预留金": "hold", "对账单": "statement"}
_EXAMPLE = {"card": "creators", "control": {"total": "620000.00"}}
_DOCUMENT = upload_document(
    "The published card whose terms are opened, and the control sums of the old system: "
    "total, total_count, posted, hold, statement",
    _EXAMPLE,
)


class OpeningOptions(Model):
    """Which card, and the sums of the old system that must come out."""

    card: CardKey
    control: dict[str, AmountText] = Field(default_factory=dict, max_length=5)


class OpeningTotalShown(Shown):
    """Totals of a running window."""

    party: str
    term: str
    window: str
    amount: Amount
    count: int
    posted: Amount


class OpeningHold(Shown):
    """Retention money that is still open."""

    party: str
    amount: Amount
    due_on: str


class OpeningBalanceShown(Shown):
    """What is carried into the first statement."""

    party: str
    period: str
    amount: Amount


class OpeningPreview(Shown):
    """What the file would do; it can be applied when there are no problems."""

    is_sound: bool
    is_applied: bool
    totals: list[OpeningTotalShown]
    holds: list[OpeningHold]
    balances: list[OpeningBalanceShown]
    sums: dict[str, str] = Field(description="To be compared with the old system's")
    problems: list[ProblemItem] = Field(description="By row: /rows/12/amount, from 0")


def _rows(rows: list[Row]) -> list[Row]:
    """The rows with our column names; a party may be written by its name where one alone has it."""
    found = []
    for row in rows:
        named = {_COLUMNS.get(name, name): cell for name, cell in row.items()}
        named["kind"] = _KINDS.get(named.get("kind", ""), named.get("kind", ""))
        found.append(named)
    demand_amounts(found, ("amount", "posted"))
    with world().db.reading() as conn:
        ids = party_store.ids_by_name(conn, tenant(), {row.get("party", "") for row in found})
    return [{**row, "party": ids.get(row.get("party", ""), row.get("party", ""))} for row in found]


def show(found: Any, card: str, *, is_applied: bool) -> Response:
    currency = read_card(world(), tenant(), card).currency

    def amount(minor: int) -> str:
        return shown_amount(minor, currency)

    preview = OpeningPreview(
        is_sound=found.is_sound,
        is_applied=is_applied,
        totals=[
            OpeningTotalShown(
                party=one.party,
                term=one.term,
                window=one.window,
                amount=amount(one.amount),
                count=one.count,
                posted=amount(one.posted),
            )
            for one in found.totals
        ],
        holds=[
            OpeningHold(party=one.party, amount=amount(one.minor), due_on=one.due_on.isoformat())
            for one in found.holds
        ],
        balances=[
            OpeningBalanceShown(party=one.party, period=one.period, amount=amount(one.minor))
            for one in found.balances
        ],
        sums={
            name: str(value) if name == "total_count" else amount(value)
            for name, value in found.sums.items()
        },
        problems=shown_problems(found.problems),
    )
    return answer(preview)


@resource.post(
    "/settlement/opening/preview",
    act="settlement.edit",
    answers={200: OpeningPreview},
    content=UPLOAD,
    max_bytes=MOST_BYTES + 2**20,
    document=_DOCUMENT,
)
def preview_opening() -> Response:
    """What a file of opening balances would do. Nothing is changed.

    A party is written by its id, or by its name where one alone has it. Columns: kind (total, hold,
    statement), party, term, window, amount, count, posted, due_on, period; or 类型（累计、预留金、
    对账单）、合作方、结算项、累计周期、金额、数量、已付、到期日、结算周期.
    """
    rows, options = read_upload(OpeningOptions)
    found = opening.preview_opening(
        world(), tenant(), options.card, _rows(rows), control=options.control
    )
    return show(found, options.card, is_applied=False)


@resource.post(
    "/settlement/opening",
    act="settlement.edit",
    answers={200: OpeningPreview},
    content=UPLOAD,
    max_bytes=MOST_BYTES + 2**20,
    document=_DOCUMENT,
)
def apply_opening() -> Response:
    """Applies a file of opening balances; 422 with every problem when it is not sound."""
    rows, options = read_upload(OpeningOptions)
    found = opening.apply_opening(
        world(), caller(), options.card, _rows(rows), control=options.control
    )
    return show(found, options.card, is_applied=True)
