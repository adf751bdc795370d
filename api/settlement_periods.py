"""Settlement periods: open, closing, locked; coefficients that are known late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api.answers import answer
from api.context import caller, tenant, world
from api.jobs import StartedJob, started
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown, Words
from api.settlement_names import Names, read_names
from api.settlement_reach import visible_parties
from api.settlement_shapes import (
    Amount,
    Currency,
    Note,
    PartyId,
    PeriodKey,
    shown_amount,
    whole_list,
    words,
)
from engine.core.text import text
from engine.runtime import period_end
from engine.runtime.settling import close_preview, periods
from engine.settlement.entry import STATE_NAMES

resource = Resource("settlement-periods", text("结算周期", "Settlement periods"))

MOST_PERIODS = 1000
MOST_PARTIES = 500
Factor = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$"), Field(examples=["0.8"])
]
FactorKey = Annotated[str, Field(min_length=1, max_length=80, examples=["completion"])]


class PeriodPath(Model):
    """Which period."""

    key: PeriodKey


class CoefficientsQuery(PageQuery):
    """Of which window."""

    period: PeriodKey | None = None


class PeriodShown(Shown):
    """A period and how far it is."""

    key: str
    status: Literal["open", "closing", "locked"]
    closing_at: datetime | None
    locked_at: datetime | None
    closed_by: str | None
    job_id: str | None = Field(None, description="The job that closes it")
    faults: list[dict[str, Any]] = Field(
        default_factory=list, description="What keeps the closing from its end"
    )


class StateSum(Shown):
    """What is posted in the period, by state of money."""

    state: str
    state_name: Words
    amount: Amount = Field(description="Above zero the parties get it")
    currency: Currency
    entries: int


class PartySum(Shown):
    """What a party's statement would list."""

    party: str
    party_name: str
    amount: Amount
    currency: Currency
    entries: int


class MissingFactor(Shown):
    """A factor nobody has confirmed: the closing waits for it."""

    party: str
    party_name: str
    window: str
    key: str


class PeriodDetail(PeriodShown):
    """A period, and what closing it would do."""

    first_on: date
    last_on: date
    is_over: bool = Field(description="Only then it can be closed")
    windows: list[str] = Field(description="Counting windows that end with it")
    accounts: int = Field(description="Open in those windows")
    true_ups: int = Field(description="Of them with a minimum, a guarantee or a factor")
    missing: list[MissingFactor]
    sums: list[StateSum]
    parties: int = Field(description="How many statements it makes")
    largest: list[PartySum] = Field(description="The largest of them, 500 at most")
    statements: dict[str, int] = Field(description="Those that are there, by state")


class CoefficientBody(Model):
    """A factor of one party and window, and who says so."""

    party: PartyId | Literal["*"] = Field(description="* is everybody")
    key: FactorKey
    period: str = Field(
        pattern=r"^([0-9]{4}[A-Za-z0-9@-]{0,16}|campaign:[A-Za-z0-9_-]{1,64})$",
        examples=["2026-11"],
        description="The counting window",
    )
    value: Factor
    note: Note = ""


class CoefficientShown(Shown):
    """A factor that somebody has confirmed."""

    party: str
    party_name: str = Field(description="Empty: everybody")
    key: str
    period: str
    value: str
    confirmed_by: str
    confirmed_at: datetime
    note: str


def show(row: Any) -> PeriodShown:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in PeriodShown.model_fields if name != "faults"
    }
    return PeriodShown(**values, faults=row.faults or [])


@resource.get("/settlement/periods", act="settlement.read", answers={200: Page[PeriodShown]})
def list_settlement_periods(query: PageQuery) -> Response:
    """Periods in which something was posted, the newest first."""
    rows = periods.list_periods(world(), tenant(), limit=MOST_PERIODS)
    return whole_list(rows, query, lambda row: row.key, show, newest_first=True)


@resource.get("/settlement/periods/<key>", act="settlement.read", answers={200: PeriodDetail})
def read_settlement_period(path: PeriodPath) -> Response:
    """A period, what is posted in it, and what closing it would do. Nothing is changed."""
    seen = visible_parties()
    found = close_preview.preview_close(world(), tenant(), path.key)
    sums = {slot: sum_ for slot, sum_ in found.by_party.items() if seen is None or slot[0] in seen}
    largest = sorted(sums.items(), key=lambda one: (-abs(one[1][0]), one[0]))[:MOST_PARTIES]
    missing = [one for one in found.missing if seen is None or one.party in seen]
    names = read_names({*(slot[0] for slot, _ in largest), *(one.party for one in missing)})
    state = (
        PeriodShown(
            key=path.key,
            status="open",
            closing_at=None,
            locked_at=None,
            closed_by=None,
            job_id=None,
        )
        if found.row is None
        else show(found.row)
    )
    return answer(
        PeriodDetail(
            **state.model_dump(),
            first_on=found.days.first,
            last_on=found.days.last,
            is_over=found.is_over,
            windows=list(found.windows),
            accounts=found.accounts,
            true_ups=found.true_ups,
            missing=[
                MissingFactor(
                    party=one.party,
                    party_name=names.party(one.party),
                    window=one.window,
                    key=one.key,
                )
                for one in missing
            ],
            # The sums of all are for those who see all.
            sums=[show_sum(row) for row in found.by_state] if seen is None else [],
            parties=len(sums),
            largest=[show_party(slot, sum_, names) for slot, sum_ in largest],
            statements=found.statements,
        )
    )


def show_sum(row: Any) -> StateSum:
    return StateSum(
        state=row.state,
        state_name=words(STATE_NAMES[row.state]),
        amount=shown_amount(int(row.minor), row.currency),
        currency=row.currency,
        entries=row.entries,
    )


def show_party(slot: tuple[str, str], sum_: list[int], names: Names) -> PartySum:
    party, currency = slot
    return PartySum(
        party=party,
        party_name=names.party(party),
        amount=shown_amount(sum_[0], currency),
        currency=currency,
        entries=sum_[1],
    )


@resource.post(
    "/settlement/periods/<key>/close",
    act="settlement.publish",
    answers={202: StartedJob},
    key_act=True,
)
def close_settlement_period(path: PeriodPath) -> Response:
    """Ends the period's windows, makes all statements and locks it; the job tells how far it is.

    Where a factor is missing it stays closing and says so; set it and close again.
    """
    return started(period_end.close_period(world(), caller(), path.key))


@resource.post(
    "/settlement/periods/<key>/reopen",
    act="settlement.publish",
    answers={204: None},
    key_act=True,
)
def reopen_settlement_period(path: PeriodPath) -> Response:
    """Opens a period again that is closing; a locked one never."""
    period_end.reopen_period(world(), caller(), path.key)
    return answer(status=204)


@resource.get(
    "/settlement/coefficients", act="settlement.read", answers={200: Page[CoefficientShown]}
)
def list_coefficients(query: CoefficientsQuery) -> Response:
    """Factors by window, party and key, with who confirmed them."""
    rows = periods.list_coefficients(world(), tenant(), period=query.period)
    names = read_names(row.party for row in rows if row.party != "*")
    return whole_list(
        rows,
        query,
        lambda row: f"{row.period}|{row.party}|{row.key}",
        lambda row: show_coefficient(row, names),
    )


def show_coefficient(row: Any, names: Names) -> CoefficientShown:
    plain = {
        name: getattr(row, name) for name in CoefficientShown.model_fields if name != "party_name"
    }
    return CoefficientShown(**plain, party_name="" if row.party == "*" else names.party(row.party))


@resource.put("/settlement/coefficients", act="settlement.edit", answers={204: None})
def set_coefficient(body: CoefficientBody) -> Response:
    """Sets a factor of a party for a counting window.

    What it works on is priced when the window closes; what is closed already is priced anew, the
    difference stands as a correction in the open period.
    """
    periods.set_coefficient(
        world(), caller(), body.party, body.key, body.period, body.value, note=body.note
    )
    return answer(status=204)
