"""The first page: today beside yesterday and last week, and what needs somebody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.connections import State, state_of
from api.context import caller, tenant, world
from api.flows import FlowsQuery
from api.pagination import Page, split, start
from api.resource import SIGNED_IN, Resource, Shown
from api.runs import Status
from api.settlement_reach import OWN, READ, visible_parties
from api.settlement_shapes import Amount, Currency, shown_amount
from engine.core.text import text
from engine.runtime import days
from engine.runtime.settling import budgets
from engine.runtime.settling.budget_rows import read_budget
from engine.store import connections as connection_store
from engine.store import days as store
from engine.store import flows as flow_store
from engine.store.connections import list_connections

resource = Resource("home", text("首页", "The first page"))


class Compared(Shown):
    """A figure of today, yesterday and the same weekday of last week."""

    today: int = Field(description="Until now")
    yesterday: int = Field(description="Until the same time of day")
    last_week: int = Field(description="Until the same time of day")
    yesterday_whole: int
    last_week_whole: int


class Hours(Shown):
    """A figure by the hours of the three days, 24 of each, in the tenant's zone."""

    today: list[int]
    yesterday: list[int]
    last_week: list[int]


class ComparedHours(Compared):
    """The same with its hours."""

    hours: Hours


class ComparedAmount(Shown):
    """An amount of the three days, each until the same time of day."""

    today: Amount
    yesterday: Amount
    last_week: Amount


class MoneyShown(Shown):
    """What came in, and what was frozen of it, in one currency."""

    currency: Currency
    accrued: ComparedAmount
    frozen: ComparedAmount


class OpenNow(Shown):
    """What waits for somebody or for a platform, each counted up to 10,000."""

    effects_waiting: int
    effects_unknown: int
    runs_stopped: int
    others: int = Field(description="Open incidents of other kinds")


class ConnectionNow(Shown):
    """How a connection is, and since when."""

    key: str
    name: str
    connector: str
    state: State
    since: datetime | None
    to_review: int = Field(description="Records nobody has looked through")


class BudgetNow(Shown):
    """A budget and how much of it is used."""

    key: str
    name: str
    unit: Literal["money", "pieces"]
    currency: Currency
    used: str = Field(description="Major units as text, or pieces")
    limit: str
    percent: float = Field(description="Used of the limit")
    is_near: bool = Field(description="From where people are told")
    waiting: int = Field(description="Demands that wait for room or a person")


class Home(Shown):
    """The figures the caller may see; null for the others."""

    at: datetime
    zone: str
    is_new: bool = Field(description="There is no flow yet")
    events: ComparedHours | None
    runs: ComparedHours | None
    failed: ComparedHours | None
    open: OpenNow | None
    money: list[MoneyShown] | None
    connections: list[ConnectionNow] | None
    budgets: list[BudgetNow] | None


class FlowToday(Shown):
    """How a flow does today."""

    flow: str
    last_run: str | None
    last_status: Status | None
    last_at: datetime | None
    runs: int = Field(description="Today, in the tenant's zone")
    failed: int


@resource.get("/home", act=SIGNED_IN, answers={200: Home})
def read_home() -> Response:
    """Today against yesterday and last week, as far as the caller may see each.

    Days are those of the tenant's zone. What was counted is what came in by then, so that the three
    figures are of the same part of a day.
    """
    who, now = caller(), world().now()
    zone = days.zone_of(world(), tenant())
    cut = days.pieces(now, zone)
    runs, failed = days.count_runs(world(), tenant(), cut) if who.may("runs.read") else (None, None)
    events = days.count_events(world(), tenant(), cut) if who.may("events.read") else None
    with world().db.reading() as conn:
        is_new = not flow_store.list_flows(conn, tenant(), limit=1)
    return answer(
        Home(
            at=now,
            zone=str(zone),
            is_new=is_new,
            events=_compared(events),
            runs=_compared(runs),
            failed=_compared(failed),
            open=_open_now() if who.may("runs.read") else None,
            money=_money(cut) if who.may(READ) or who.may(OWN) else None,
            connections=_connections() if who.may("connections.read") else None,
            budgets=_budgets() if who.may(READ) else None,
        )
    )


def _compared(found: days.ThreeDays | None) -> ComparedHours | None:
    if found is None:
        return None
    today, yesterday, last_week = found.hours
    return ComparedHours(
        today=found.yet[0],
        yesterday=found.yet[1],
        last_week=found.yet[2],
        yesterday_whole=found.whole[1],
        last_week_whole=found.whole[2],
        hours=Hours(today=list(today), yesterday=list(yesterday), last_week=list(last_week)),
    )


def _open_now() -> OpenNow:
    with world().db.reading() as conn:
        found = store.count_open(conn, tenant())
    waiting, unknown, stopped = (found.pop(name, 0) for name in ("waiting", "effect", "run"))
    return OpenNow(
        effects_waiting=waiting,
        effects_unknown=unknown,
        runs_stopped=stopped,
        others=sum(found.values()),
    )


def _money(cut: list[days.Piece]) -> list[MoneyShown]:
    def amounts(minor: tuple[int, int, int], currency: str) -> ComparedAmount:
        today, yesterday, last_week = (shown_amount(one, currency) for one in minor)
        return ComparedAmount(today=today, yesterday=yesterday, last_week=last_week)

    return [
        MoneyShown(
            currency=one.currency,
            accrued=amounts(one.accrued, one.currency),
            frozen=amounts(one.frozen, one.currency),
        )
        for one in days.sum_money(world(), tenant(), cut, visible_parties())
    ]


def _connections() -> list[ConnectionNow]:
    with world().db.reading() as conn:
        rows = list_connections(conn, tenant())
        to_review = connection_store.count_review(conn, tenant())
    return [
        ConnectionNow(
            key=row.key,
            name=row.name,
            connector=row.connector,
            state=state_of(row),
            since=_since(row),
            to_review=to_review.get(row.key, 0),
        )
        for row in rows
    ]


def _since(row: Any) -> datetime | None:
    """When it was last well where it is not now, when it last was where it is."""
    state = state_of(row)
    if state == "paused":
        return row.updated_at  # type: ignore[no-any-return]
    if state in ("open", "failing"):
        return row.last_ok_at or row.last_error_at  # type: ignore[no-any-return]
    return row.last_ok_at  # type: ignore[no-any-return]


def _budgets() -> list[BudgetNow]:
    """The ones nearest to their limit first."""
    found = []
    for row in budgets.list_budgets(world(), tenant()):
        budget = read_budget(row.key, row.document)
        percent = Decimal(100)
        if budget.limit:
            percent = Decimal(row.used * 100) / budget.limit
        is_money = budget.unit == "money"

        def shown(value: int, *, currency: str = budget.currency, money: bool = is_money) -> str:
            return shown_amount(value, currency) if money else str(value)

        found.append(
            BudgetNow(
                key=row.key,
                name=row.document.get("name", row.key),
                unit=budget.unit,
                currency=budget.currency,
                used=shown(row.used),
                limit=shown(budget.limit),
                percent=float(round(percent, 1)),
                is_near=percent >= budget.warn_at,
                waiting=len(row.waiting),
            )
        )
    return sorted(found, key=lambda one: -one.percent)


@resource.get("/flow-figures", act="runs.read", answers={200: Page[FlowToday]})
def list_flow_figures(query: FlowsQuery) -> Response:
    """For each flow, by key as in the list of flows: its newest run, and today's runs."""
    (after,) = start(query, str) or ("",)
    with world().db.reading() as conn:
        rows = flow_store.list_flows(
            conn, tenant(), after=after, limit=query.limit + 1, status=query.status
        )
    kept, following = split(rows, query.limit, lambda row: [row.key])
    figures = days.flows_today(world(), tenant(), [row.id for row in kept])
    shown = [
        FlowToday.model_validate({**asdict(one), "flow": row.key})
        for row, one in zip(kept, figures, strict=True)
    ]
    return page(shown, lambda one: one, following)
