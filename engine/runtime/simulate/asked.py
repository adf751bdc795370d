"""What a test run is asked to do: which flow, which events, who answers what, when.

Answers stand by place ("n5", inside a box "n5/n6"), by action ("wecom.send_message", also with a
connection's key in front) or for all people ("*"). They are written as in the cases of a flow: one
answer, or a list with one for each time the step asks; the last one then stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from engine.core.errors import InvalidInput
from engine.core.flow import problems_of
from engine.core.text import text
from engine.core.wording import Wrong


def _which(written: str) -> str:
    if re.fullmatch(r"draft|live|[1-9][0-9]{0,5}", written) is None:
        raise Wrong(
            "应为 draft（草稿）、live（线上版本）或版本号",
            "must be draft, live or a version's number",
        )
    return written


Which = Annotated[str, AfterValidator(_which)]
FlowKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
# Times beyond would overflow where they are counted on from.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 2, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
MOST_GIVEN = 5_000  # events handed over with the request itself; more come as a file
WORK = timedelta(minutes=10)
TAIL = timedelta(days=400)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Given(Part):
    """One prepared answer of a platform, a person or the world.

    sample   of a call: which of the action's samples ("ok", "empty", "error")
    value    of a call: its output; of a task: what is filled in
    error    of a call: fails with this code; `lost`: no answer comes, `later`: try again later
    port     of a task: how it is decided, or {outcome: share}; nothing: its first outcome
    after    how long it takes; of a task: without regard to working hours and queues
    work     of a task: how long a person works on it, in working hours, one after the other
    never    nobody answers, so the step's timeout comes
    event    of a wait: the event that comes while it waits, as a CloudEvent
    asked    which question of the step it is for ("call", "task", "event")
    """

    asked: str = ""
    sample: str = ""
    value: Any = None
    error: str = Field(default="", max_length=60)
    message: str = Field(default="", max_length=400)
    lost: bool = False
    later: bool = False
    port: str | dict[str, Annotated[float, Field(ge=0)]] = ""
    after: timedelta | None = Field(default=None, ge=timedelta(0), le=TAIL)
    work: timedelta | None = Field(default=None, gt=timedelta(0), le=timedelta(days=30))
    never: bool = False
    event: dict[str, Any] | None = None


class Window(Part):
    """Past events of this installation: received in [since, until)."""

    since: AwareDatetime
    until: AwareDatetime
    types: tuple[str, ...] | None = Field(default=None, max_length=50)
    most: int = Field(default=200_000, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.until <= self.since:
            raise Wrong("结束时间应晚于开始时间", "until must be after since")
        return self


class File(Part):
    """A file of events: JSON (a list, or one a line) or CSV by a connection for files."""

    path: str
    format: Literal["json", "csv"] = "json"
    connection: str | None = None  # of csv_file: its column mapping
    mapping: dict[str, Any] | None = None  # or a mapping of its own


class Person(Part):
    """A customer the world holds before the first event."""

    id: str | None = Field(default=None, pattern=r"^cus_[A-Za-z0-9_]{1,60}$")
    name: str | None = None
    level: str | None = None
    tags: tuple[str, ...] = ()
    owner_user: str | None = None
    consent: dict[str, bool] = Field(default_factory=dict)
    identities: dict[str, str] = Field(default_factory=dict)  # {kind: value}
    fields: dict[str, Any] = Field(default_factory=dict)
    created_at: AwareDatetime | None = None


class Start(Part):
    """A start without an event: by hand, form or call with its input, or by schedule at a moment.

    node      the trigger; may be left out where there is only one
    inputs    what is filled in: must fit the trigger's schema
    at        when; nothing: `start` or now, of a schedule its next time from then on
    customer  whose run it is; of a schedule: only this one of its audience
    """

    node: str = Field(default="", max_length=64)
    inputs: dict[str, Any] | None = None
    at: Moment | None = None
    customer: str | None = Field(default=None, pattern=r"^cus_[A-Za-z0-9_]{1,60}$")


class Setup(Part):
    """Everything about one test run; exactly one source of events.

    document     an unsaved draft, instead of `which`
    starts       starts without events; the flow's own schedules then fire at these moments only
    against      the version it is compared with
    start        when the first event is to happen; all others keep their distance
    until        how far the clock is wound at most; nothing: until all is over, 400 days at most
    before       events that came before: they make orders and customers, and start nothing
    others       whether the other live flows react too ("all"), or only those that are called
    calendar     working hours of people, by key; nothing: ordinary office hours
    keep         how many runs are kept with their traces
    """

    flow: FlowKey
    which: Which = "draft"
    document: dict[str, Any] | None = None
    against: Which | None = None
    events: tuple[dict[str, Any], ...] | None = Field(default=None, max_length=MOST_GIVEN)
    starts: tuple[Start, ...] | None = Field(default=None, min_length=1, max_length=MOST_GIVEN)
    cases: tuple[str, ...] | None = None
    file: File | None = None
    window: Window | None = None
    start: Moment | None = None
    until: AwareDatetime | None = None
    before: tuple[dict[str, Any], ...] = Field(default=(), max_length=MOST_GIVEN)
    customers: tuple[Person, ...] = Field(default=(), max_length=MOST_GIVEN)
    answers: dict[str, Given | tuple[Given, ...]] = Field(default_factory=dict)
    params: dict[str, Any] | None = None
    others: Literal["called", "all"] = "called"
    calendar: str | None = None
    keep: int = Field(default=1_000, ge=0, le=5_000)

    @model_validator(mode="after")
    def _one_source(self) -> Setup:
        given = [self.events, self.starts, self.cases, self.file, self.window]
        if sum(one is not None for one in given) != 1:
            raise Wrong(
                "events、starts、cases、file、window 须给出其中一种，且只给一种",
                "exactly one of events, starts, cases, file, window",
            )
        return self


def read_setup(document: Any) -> Setup:
    """The set-up of a test run; InvalidInput, a path for each fault."""
    try:
        setup = Setup.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(
            text("试运行的设置不对", "the test run is not set up right"), problems_of(error)
        ) from None
    if setup.starts is None:
        return setup
    # A schedule names the customers of its audience: so each has a name.
    people = [
        one if one.id is not None else one.model_copy(update={"id": f"cus_prepared_{number}"})
        for number, one in enumerate(setup.customers, 1)
    ]
    return setup.model_copy(update={"customers": tuple(people)}) if people else setup


class Answers:
    """The prepared answers, found for one question at a time.

    A list is used up run by run: each question of a run takes the next one, the last one stays.
    """

    def __init__(self, given: Mapping[str, Given | tuple[Given, ...]]) -> None:
        self._given = given
        self._taken: dict[tuple[str, str, str], int] = {}

    def __bool__(self) -> bool:
        return bool(self._given)

    def has(self, name: str) -> bool:
        """Whether any answer says this much ("after", "event")."""
        return any(getattr(one, name) is not None for each in self._given.values()
                   for one in listed(each))  # fmt: skip

    def find(self, run: str, kind: str, *places: str) -> Given | None:
        """The answer for a question of a kind ("call", "task", "event"), by the first place."""
        for place in places:
            held = self._given.get(place)
            if held is None:
                continue
            fitting = [one for one in listed(held) if one.asked in ("", kind)]
            if not fitting:
                continue
            if len(fitting) == 1:
                return fitting[0]
            slot = (run, kind, place)
            count = self._taken.get(slot, 0)
            self._taken[slot] = count + 1
            return fitting[min(count, len(fitting) - 1)]
        return None


def listed(given: Given | tuple[Given, ...]) -> tuple[Given, ...]:
    """One prepared answer, or several for one question after the other."""
    return given if isinstance(given, tuple) else (given,)


def moment_of(value: str) -> datetime:
    """A time as a case writes it; aware."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise InvalidInput(text("时间缺少时区", "the time has no zone"))
    return found
