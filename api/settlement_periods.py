"""Settlement periods: open, closing, locked; coefficients that are known late."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api.answers import answer
from api.context import caller, tenant, world
from api.jobs import StartedJob, started
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown
from api.settlement_shapes import Note, PartyId, PeriodKey, whole_list
from engine.core.text import text
from engine.runtime.settling import periods

resource = Resource("settlement-periods", text("结算周期", "Settlement periods"))

MOST_PERIODS = 1000
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
    return started(periods.close_period(world(), caller(), path.key))


@resource.post(
    "/settlement/periods/<key>/reopen",
    act="settlement.publish",
    answers={204: None},
    key_act=True,
)
def reopen_settlement_period(path: PeriodPath) -> Response:
    """Opens a period again that is closing; a locked one never."""
    periods.reopen_period(world(), caller(), path.key)
    return answer(status=204)


@resource.get(
    "/settlement/coefficients", act="settlement.read", answers={200: Page[CoefficientShown]}
)
def list_coefficients(query: CoefficientsQuery) -> Response:
    """Factors by window, party and key, with who confirmed them."""
    rows = periods.list_coefficients(world(), tenant(), period=query.period)
    return whole_list(
        rows,
        query,
        lambda row: f"{row.period}|{row.party}|{row.key}",
        CoefficientShown.model_validate,
    )


@resource.put("/settlement/coefficients", act="settlement.edit", answers={204: None})
def set_coefficient(body: CoefficientBody) -> Response:
    """Sets a factor of a party; what it works on is priced anew when the window closes."""
    periods.set_coefficient(
        world(), caller(), body.party, body.key, body.period, body.value, note=body.note
    )
    return answer(status=204)
