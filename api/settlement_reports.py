"""Reports of settlement by month or any range: channel, shop, party, tier, campaign, service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import tenant, world
from api.resource import Model, Resource, Shown
from api.settlement_names import read_names, read_shop_names
from api.settlement_reach import visible_parties
from api.settlement_shapes import Amount, Currency, major, shown_amount
from api.spreadsheets import CSV, XLSX, Cell, Sheet, as_csv, as_xlsx
from engine.core.errors import Forbidden, InvalidInput, Problem
from engine.core.text import text
from engine.runtime.settling import reports
from engine.runtime.settling.reports import Report, ReportRow

resource = Resource("settlement-reports", text("结算报表", "Reports of settlement"))

By = Literal["channel", "shop", "platform", "party", "tier", "campaign", "service", "category"]
_MONTH = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"
_NAMES = {
    "channel": text("渠道", "Channel"),
    "shop": text("店铺", "Shop"),
    "platform": text("平台", "Platform"),
    "party": text("合作方", "Party"),
    "tier": text("档位", "Tier"),
    "campaign": text("活动", "Campaign"),
    "service": text("服务节点", "Service"),
    "category": text("类目", "Category"),
}
FILTERS = {"platform", "shop", "channel", "campaign", "service", "category", "owner", "rule"}


class ReportPath(Model):
    """By what."""

    by: By


class ReportQuery(Model):
    """A month, or a range of days, both included; only some of the money."""

    month: str | None = Field(None, pattern=_MONTH, examples=["2026-11"])
    since: date | None = Field(None, examples=["2026-11-01"])
    until: date | None = Field(None, examples=["2026-11-30"])
    platform: str | None = Field(None, max_length=200)
    shop: str | None = Field(None, max_length=200)
    channel: str | None = Field(None, max_length=200)
    campaign: str | None = Field(None, max_length=200)
    service: str | None = Field(None, max_length=200)
    category: str | None = Field(None, max_length=200)
    owner: Literal["direct", "franchise"] | None = Field(
        None, description="Only shops of the brand itself, or only those of franchisees"
    )
    rule: str | None = Field(
        None,
        max_length=200,
        examples=["off_season"],
        description="Only lines whose rate a rule of this id had a part in: 淡季, a campaign's",
    )


class ReportLine(Shown):
    """One row of a report."""

    key: str
    name: str = Field(description="The key as people call it; of a party its name")
    orders: int
    base: Amount = Field(description="What rates were applied to")
    amount: Amount = Field(description="What it came to, claw-backs and corrections with it")
    currency: Currency
    rate: Decimal | None = Field(description="Amount in percent of the base")


class LeftOut(Shown):
    """How many lines an exclusion took out, or had no rate."""

    card: str
    term: str
    kind: str = Field(description="excluded or unpriced")
    name: str
    lines: int


class ReportShown(Shown):
    """A report."""

    by: By
    since: date
    until: date
    rows: list[ReportLine]
    left_out: list[LeftOut]


def range_of(query: ReportQuery) -> tuple[date, date]:
    """The first and the last day; InvalidInput when neither a month nor a range is named."""
    if query.month is not None:
        first = date.fromisoformat(f"{query.month}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if query.since is None or query.until is None:
        message = text("请指明月份，或起止日期", "name a month, or since and until")
        raise InvalidInput(message, [Problem("/query/month", message, "missing")])
    if query.since > query.until:
        message = text("截止日期早于开始日期", "is before since")
        raise InvalidInput(message, [Problem("/query/until", message, "range")])
    return query.since, query.until


def read(by: str, query: ReportQuery) -> tuple[date, date, Report, Sequence[ReportRow]]:
    """The report and the rows the caller may see: with a part of the org tree, their parties'."""
    seen = visible_parties()
    if seen is not None and by != "party":
        raise Forbidden(
            text("这张报表只对全公司范围开放", "this report is for those who see the whole tree")
        )
    since, until = range_of(query)
    chosen = query.model_dump(include=FILTERS, exclude_none=True)
    found = reports.report(world(), tenant(), by, since=since, until=until, filters=chosen)
    return since, until, found, [row for row in found.rows if seen is None or row.key in seen]


def names_of(by: str, rows: Sequence[ReportRow]) -> Mapping[str, str]:
    """What people call the keys: parties by their names, shops by what they are called anywhere."""
    keys = [row.key for row in rows]
    if by == "party":
        return read_names(keys).parties
    return read_shop_names(keys) if by == "shop" else {}


def show(row: ReportRow, names: Mapping[str, str]) -> ReportLine:
    return ReportLine(
        key=row.key,
        name=names.get(row.key, row.key),
        orders=row.orders,
        base=shown_amount(row.base, row.currency),
        amount=shown_amount(row.minor, row.currency),
        currency=row.currency,
        rate=row.rate,
    )


def sheet(by: str, rows: Sequence[ReportRow]) -> Sheet:
    columns = [
        _NAMES[by],
        text("订单数", "Orders"),
        text("计算基数", "Base"),
        text("结算金额", "Amount"),
        text("币种", "Currency"),
        text("费率（%）", "Rate (%)"),
    ]
    return Sheet(_NAMES[by], columns, _lines(rows, names_of(by, rows)))


def _lines(rows: Sequence[ReportRow], names: Mapping[str, str]) -> Iterator[list[Cell]]:
    for row in rows:
        base, amount = major(row.base, row.currency), major(row.minor, row.currency)
        yield [names.get(row.key, row.key), row.orders, base, amount, row.currency, row.rate]


@resource.get("/settlement/reports/<by>", act="settlement.read", answers={200: ReportShown})
def read_report(path: ReportPath, query: ReportQuery) -> Response:
    """A report by month or range of days."""
    since, until, found, rows = read(path.by, query)
    left = [
        LeftOut(card=card, term=term, kind=kind, name=name, lines=lines)
        for card, term, kind, name, lines in found.left_out
    ]
    names = names_of(path.by, rows)
    shown = ReportShown(
        by=path.by,
        since=since,
        until=until,
        rows=[show(row, names) for row in rows],
        left_out=left,
    )
    return answer(shown)


@resource.get("/settlement/reports/<by>/csv", act="settlement.read", answers={200: CSV})
def download_report_csv(path: ReportPath, query: ReportQuery) -> Response:
    """The same as CSV."""
    since, until, _, rows = read(path.by, query)
    return as_csv(sheet(path.by, rows), f"{path.by}-{since}-{until}")


@resource.get("/settlement/reports/<by>/xlsx", act="settlement.read", answers={200: XLSX})
def download_report_xlsx(path: ReportPath, query: ReportQuery) -> Response:
    """The same as a workbook."""
    since, until, _, rows = read(path.by, query)
    return as_xlsx([sheet(path.by, rows)], f"{path.by}-{since}-{until}")
