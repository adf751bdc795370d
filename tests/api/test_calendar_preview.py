"""A calendar looked at before it is saved: its days, and when work is due."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.working_calendar import default_calendar
from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import flow, live, paths
from tests.api.one_database import store_url  # noqa: F401

OFFICE = default_calendar()


def due(client: Client, start: str, minutes: int, document: Any = OFFICE) -> Any:
    body = {"document": document, "start": start, "minutes": minutes}
    return client.post("/api/v1/calendars/due", body)


def test_what_begins_before_a_holiday_is_due_after_it(admin: Client) -> None:
    # The last working day before the National Day holiday of 2026 ends at 18:00 in Shanghai.
    closed = {**OFFICE, "holidays": [{"from": "2026-11-12", "to": "2026-11-13"}]}
    start = "2026-11-11T09:00:00Z"  # 17:00 on a Wednesday

    assert due(admin, start, 60).json["due"] == "2026-11-11T10:00:00Z"
    assert due(admin, start, 120).json["due"] == "2026-11-12T02:00:00Z"
    assert due(admin, start, 120, closed).json["due"] == "2026-11-16T02:00:00Z"


def test_the_days_of_a_month_have_holidays_and_make_up_workdays(admin: Client) -> None:
    document = {**OFFICE, "holidays": [{"from": "2026-11-12"}], "make_up": ["2026-11-14"]}
    found = admin.post("/api/v1/calendars/days", {"document": document, "month": "2026-11"})
    days = {one["date"]: one["hours"] for one in found.json["items"]}

    assert len(days) == 30
    assert days["2026-11-11"] == [["09:00", "12:00"], ["13:30", "18:00"]]
    assert days["2026-11-12"] == []
    assert days["2026-11-14"] == days["2026-11-11"]
    assert days["2026-11-15"] == []
    whole = admin.post("/api/v1/calendars/days", {"document": document, "month": "2026"})
    year = {one["date"]: one["hours"] for one in whole.json["items"]}
    assert len(year) == 365
    assert year | days == year
    assert 2026 in admin.get("/api/v1/calendars").json["public_years"]["cn"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"document": {"zone": "Moon"}}, "/document/zone"),
        ({"document": {"week": {"mon": [["18:00", "18:00"]]}}}, "/document/week"),
        ({"start": "1066-10-14T09:00:00Z"}, "/start"),
        ({"start": "9999-12-31T23:00:00Z"}, "/start"),
        ({"minutes": -1}, "/minutes"),
    ],
    ids=["zone", "hours", "long ago", "far away", "minutes"],
)
def test_what_cannot_be_counted_is_told(admin: Client, body: Any, path: str) -> None:
    given = {"document": OFFICE, "start": "2026-11-11T09:00:00Z", "minutes": 60, **body}
    found = admin.post("/api/v1/calendars/due", given)

    assert found.status_code == 422
    assert found.json["problems"][0]["path"].startswith(path)


def test_a_calendar_that_never_opens_has_no_due_time(admin: Client) -> None:
    assert due(admin, "2026-11-11T09:00:00Z", 60, {"week": {}}).status_code == 422


def test_a_calendar_says_which_steps_count_by_it_and_stays_while_one_is_live(
    admin: Client, world: World
) -> None:
    body = {"key": "desk", "name": "客服", "document": OFFICE}
    admin.post("/api/v1/calendars", body)
    uses = "/api/v1/calendars/desk/uses"
    assert admin.get(uses).json["items"] == []
    trigger = {"id": "t", "type": "event", "config": {"type": "order.paid"}}
    waits = {"id": "w", "type": "wait", "name": "等一天"}
    waits["config"] = {"duration": "PT4H", "calendar": "desk"}  # type: ignore[assignment]
    end = {"id": "e", "type": "end", "config": {}}
    live(world, flow("calm", [trigger, waits, end], ["t>w", "w>e"]))
    (one,) = admin.get(uses).json["items"]
    assert (one["flow"], one["node"], one["step"]) == ("calm", "w", "等一天")
    assert (one["in_draft"], one["is_live"]) == (True, True)
    refused = admin.delete("/api/v1/calendars/desk")
    assert (refused.status_code, paths(refused)) == (409, ["/flows/calm"])
    assert admin.get("/api/v1/calendars/none/uses").status_code == 404
