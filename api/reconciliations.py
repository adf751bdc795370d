"""A platform's bill held against what was expected: matched, differing, missing on either side."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import caller, tenant, world
from api.errors import ProblemItem
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown, Words
from api.settlement_shapes import (
    Amount,
    AmountText,
    Currency,
    PeriodKey,
    Why,
    shown_amount,
    shown_problems,
    whole_list,
    words,
)
from api.table_files import MOST_BYTES, UPLOAD, Row, demand_amounts, read_upload, upload_document
from engine.core.text import text
from engine.runtime.settling import reconciling
from engine.settlement.reconcile import REASON_NAMES, RESULT_NAMES

resource = Resource("reconciliations", text("平台账单核对", "Platforms' bills held against ours"))

MOST = 500
EXAMPLES, MOST_WORDS, MOST_LETTERS = 5, 60, 120
Result = Literal["matched", "differing", "missing_ours", "missing_theirs"]
_EXAMPLE: dict[str, Any] = {
    "platform": "douyin",
    "period": "2026-11",
    "mapping": {
        "order": "订单号",
        "fee": "费用类型",
        "amount": "金额",
        "day": "入账日期",
        "fees": {"技术服务费": "platform_commission", "达人佣金": "creator_commission"},
    },
    "tolerance": "0.01",
}


class MappingBody(Model):
    """Which column of the bill says what; `fees` types the platform's own words."""

    order: str = Field(min_length=1, max_length=120)
    fee: str = Field(min_length=1, max_length=120)
    amount: str = Field(min_length=1, max_length=120)
    day: str = Field(min_length=1, max_length=120)
    fees: dict[str, str] = Field(max_length=500)
    ref: str = Field("", max_length=120)
    sign: Literal[1, -1] = Field(1, description="-1: the bill writes what we pay below zero")


class NoOptions(Model):
    """There is nothing to say."""


class PreviewOptions(Model):
    """How the file is read."""

    mapping: MappingBody
    currency: Currency = "CNY"


class ReconcileOptions(PreviewOptions):
    """Whose bill, of which period, and what small difference counts as matched."""

    platform: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["douyin"])
    period: PeriodKey
    tolerance: AmountText = "0"


class BillColumn(Shown):
    """A column of the bill with what stands in it."""

    name: str
    examples: list[str] = Field(description="Of the first rows")
    words: list[str] = Field(description="Its different words, when it is a column of few words")


class BillColumns(Shown):
    """What an uploaded bill looks like, before anybody said which column is what."""

    rows: int
    columns: list[BillColumn]


class BillFigure(Shown):
    """One typed line of the bill."""

    order: str
    fee: str
    amount: Amount
    day: str
    ref: str


class BillPreview(Shown):
    """The bill as it was read: the first lines, sums by fee, and lines that cannot be read."""

    lines: int
    figures: list[BillFigure]
    sums: dict[str, str]
    problems: list[ProblemItem]


class ReconciliationPath(Model):
    """Which reconciliation."""

    reconciliation_id: str = Field(pattern=r"^rec_[0-9A-Z]{26}$")


class DifferencePath(ReconciliationPath):
    """Which line of it."""

    line: int = Field(ge=0, le=10_000_000)


class LinesQuery(PageQuery):
    """Which lines."""

    result: Result | None = None


class ReconciliationShown(Shown):
    """What came out."""

    id: str
    platform: str
    period: str
    currency: Currency
    tolerance: Amount
    ours: Amount
    theirs: Amount
    difference: Amount
    counts: dict[str, int] = Field(description="How many lines by result")
    problems: list[ProblemItem] = Field(description="Rows of the file that could not be read")
    made_by: str
    made_at: datetime


class DifferenceShown(Shown):
    """One order and fee on both sides."""

    line: int
    order: str
    fee: str
    result: Result
    result_name: Words
    ours: Amount
    theirs: Amount
    difference: Amount
    reason: str | None
    reason_name: Words | None
    age: int = Field(description="Days")
    our_refs: list[str]
    their_refs: list[str]
    status: str
    note: str
    owner_user: str | None
    resolved_at: datetime | None


class ResolveDifference(Model):
    """How a difference ends."""

    how: Literal["accepted", "claimed", "carried"]
    note: Why


def show(row: Any) -> ReconciliationShown:
    currency = row.currency
    return ReconciliationShown(
        id=row.id,
        platform=row.platform,
        period=row.period,
        currency=currency,
        tolerance=shown_amount(row.tolerance, currency),
        ours=shown_amount(row.ours, currency),
        theirs=shown_amount(row.theirs, currency),
        difference=shown_amount(row.theirs - row.ours, currency),
        counts=row.counts,
        problems=[ProblemItem.model_validate(one) for one in row.problems],
        made_by=row.made_by,
        made_at=row.made_at,
    )


def show_line(row: Any, currency: str) -> DifferenceShown:
    return DifferenceShown(
        line=row.line,
        order=row.order_key,
        fee=row.fee,
        result=row.result,
        result_name=words(RESULT_NAMES[row.result]),
        ours=shown_amount(row.ours, currency),
        theirs=shown_amount(row.theirs, currency),
        difference=shown_amount(row.theirs - row.ours, currency),
        reason=row.reason,
        reason_name=None if row.reason is None else words(REASON_NAMES[row.reason]),
        age=row.age,
        our_refs=list(row.our_refs),
        their_refs=list(row.their_refs),
        status=row.status,
        note=row.note,
        owner_user=row.owner_user,
        resolved_at=row.resolved_at,
    )


@resource.post(
    "/settlement/reconcile/columns",
    act="settlement.edit",
    answers={200: BillColumns},
    content=UPLOAD,
    max_bytes=MOST_BYTES + 2**20,
    document=upload_document("Nothing", {}),
)
def look_at_bill() -> Response:
    """The columns of a bill, with rows of it, to say which is which. Nothing is stored."""
    rows, _ = read_upload(NoOptions)
    columns = [
        BillColumn(
            name=name,
            examples=[row.get(name, "")[:MOST_LETTERS] for row in rows[:EXAMPLES]],
            words=_words(rows, name),
        )
        for name in rows[0]
    ]
    return answer(BillColumns(rows=len(rows), columns=columns))


def _words(rows: list[Row], name: str) -> list[str]:
    """The different words of a column in order of appearance; none where there are many."""
    found: dict[str, None] = {}
    for row in rows:
        word = row.get(name, "")
        if word:
            found[word] = None
        if len(found) > MOST_WORDS or len(word) > MOST_LETTERS:
            return []
    return list(found)


@resource.post(
    "/settlement/reconcile/preview",
    act="settlement.edit",
    answers={200: BillPreview},
    content=UPLOAD,
    max_bytes=MOST_BYTES + 2**20,
    document=upload_document("How the file is read", {"mapping": _EXAMPLE["mapping"]}),
)
def preview_bill() -> Response:
    """How a bill would be read with this mapping. Nothing is stored."""
    rows, options = read_upload(PreviewOptions)
    currency = options.currency
    demand_amounts(rows, (options.mapping.amount,))
    figures, problems = reconciling.preview_bill(rows, options.mapping.model_dump(), currency)
    sums: dict[str, int] = {}
    for one in figures:
        sums[one.fee] = sums.get(one.fee, 0) + one.minor
    preview = BillPreview(
        lines=len(rows),
        figures=[
            BillFigure(
                order=one.order,
                fee=one.fee,
                amount=shown_amount(one.minor, currency),
                day=one.day.isoformat(),
                ref=one.ref,
            )
            for one in figures[:50]
        ],
        sums={fee: shown_amount(minor, currency) for fee, minor in sorted(sums.items())},
        problems=shown_problems(problems[:200]),
    )
    return answer(preview)


@resource.post(
    "/settlement/reconcile",
    act="settlement.edit",
    answers={201: ReconciliationShown},
    content=UPLOAD,
    max_bytes=MOST_BYTES + 2**20,
    document=upload_document("Whose bill, of which period, and how it is read", _EXAMPLE),
)
def reconcile_bill() -> Response:
    """Holds a platform's bill against what we expect, per order and fee."""
    rows, options = read_upload(ReconcileOptions)
    demand_amounts(rows, (options.mapping.amount,))
    row = reconciling.reconcile_bill(
        world(),
        caller(),
        platform=options.platform,
        period=options.period,
        rows=rows,
        mapping=options.mapping.model_dump(),
        tolerance=options.tolerance,
        currency=options.currency,
    )
    return answer(show(row), 201, location=f"/api/v1/settlement/reconcile/{row.id}")


@resource.get(
    "/settlement/reconcile", act="settlement.read", answers={200: Page[ReconciliationShown]}
)
def list_reconciliations(query: PageQuery) -> Response:
    """Reconciliations, the newest first."""
    rows = reconciling.list_reconciliations(world(), tenant(), limit=MOST)
    return whole_list(rows, query, lambda row: row.id, show, newest_first=True)


@resource.get(
    "/settlement/reconcile/<reconciliation_id>",
    act="settlement.read",
    answers={200: ReconciliationShown},
)
def read_reconciliation(path: ReconciliationPath) -> Response:
    """One reconciliation."""
    row = reconciling.read_reconciliation(world(), tenant(), path.reconciliation_id)
    return answer(show(row))


@resource.get(
    "/settlement/reconcile/<reconciliation_id>/lines",
    act="settlement.read",
    answers={200: Page[DifferenceShown]},
)
def list_reconciliation_lines(path: ReconciliationPath, query: LinesQuery) -> Response:
    """Its lines by number, with the likeliest reason of each difference."""
    row = reconciling.read_reconciliation(world(), tenant(), path.reconciliation_id)
    (after,) = start(query, int) or (-1,)
    lines = reconciling.reconciliation_lines(
        world(), tenant(), row.id, result=query.result, after=after, limit=query.limit + 1
    )
    kept, following = split(lines, query.limit, lambda one: [one.line])
    return page(kept, lambda one: show_line(one, row.currency), following)


@resource.post(
    "/settlement/reconcile/<reconciliation_id>/lines/<int:line>/resolve",
    act="settlement.edit",
    answers={204: None},
)
def resolve_difference(path: DifferencePath, body: ResolveDifference) -> Response:
    """Ends a difference: accepted (an adjustment another person checks), claimed, or carried."""
    reconciling.resolve_difference(
        world(), caller(), path.reconciliation_id, path.line, how=body.how, note=body.note
    )
    return answer(status=204)
