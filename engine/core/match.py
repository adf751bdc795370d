"""Which triggers an event fires, and why the others do not.

    matcher = Matcher(listeners_of("vip", 3, version.triggers))
    matched = matcher.match(event, scope, owner)     conditions decide; cheap, no store needed
                                                     (scope: event_types.load_scope + customer)
    settle(need, answer)                             for triggers that count: the store was asked

"n times within t" is exact: the n-th matching event fires, not those after it. `Need` says what has
to be known: earlier matching events of the same trigger and key (the runtime keeps them), and
whether another event has come since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Literal

from engine.core.errors import EngineError, GiveUp
from engine.core.event import Event
from engine.core.event_types import matches
from engine.core.expression import CHINA, Compiled, compile_condition, compile_expression, to_text
from engine.core.sentences import fill
from engine.core.text import Locale, Text, text
from engine.core.triggers import Absent, Count, Listen, Start

_NOTHING: Mapping[str, Any] = MappingProxyType({})
MAX_KEY = 200  # characters of a counting key or a counted value
MAX_TYPES = 4_096

REASONS: Mapping[str, Text] = {
    "fired": text("已触发", "fired"),
    "counted": text("第 {n} 次，已触发", "number {n}: fired"),
    "other_type": text("只等事件 {wanted}，来的是 {type}", "waits for {wanted}, {type} came"),
    "connection": text("只收平台对接「{wanted}」的事件", "takes events of “{wanted}” only"),
    "condition": text("条件不成立", "the condition does not hold"),
    "error": text("条件无法判断：{message}", "the condition cannot be judged: {message}"),
    "no_key": text("没有累计所需的值（{what}）", "there is no value to count by ({what})"),
    "count": text("目前 {count} 次，满 {n} 次才触发", "{count} so far, fires at {n}"),
    "passed": text("已经超过 {n} 次，不再触发", "number {n} has passed"),
    "not_new": text("「{value}」已经数过", "“{value}” is counted already"),
    "same_day": text("{day} 已经数过", "{day} is counted already"),
    "came_since": text("期间已经有事件 {type}", "{type} has come meanwhile"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """One published trigger, ready to judge events."""

    flow: str
    version: int
    node: str
    listen: Listen
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    condition: Compiled | None = field(default=None, repr=False)
    key: Compiled | None = field(default=None, repr=False)
    distinct: Compiled | None = field(default=None, repr=False)
    absence: Compiled | None = field(default=None, repr=False)
    reads_params: bool = False

    @property
    def id(self) -> str:
        """What earlier matching events are kept under; another version counts on."""
        return f"{self.flow}/{self.node}"


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one trigger. `code` is a key of REASONS, `values` what its sentence names."""

    listener: Listener
    fires: bool
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_fault(self) -> bool:
        """Whether the trigger could not be judged: somebody should hear of it."""
        return self.code == "error"

    def sentence(self, locale: Locale = "zh", zone: tzinfo = CHINA) -> str:
        return fill(REASONS[self.code], self.values, locale, zone)


CountBy = Literal["event", "value", "day", "streak"]


@dataclass(frozen=True, slots=True)
class NeedsCount:
    """What the store is asked: matching events of this trigger and key before this one.

    since  start of the window (inclusive; None: ever), `at` this event's time
    value  what `by` "value" counts, `day` the calendar day of `at` in the zone
    """

    key: str
    by: CountBy
    n: int
    at: datetime
    day: date
    since: datetime | None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class NeedsAbsence:
    """What the store is asked: an event of this type and owner in [since, until).

    With a condition on the listener's `absence` only one for which it holds counts.
    """

    type: str
    owner: str
    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Need:
    """A trigger whose condition holds and that still needs the store's word."""

    listener: Listener
    count: NeedsCount | None = None
    absence: NeedsAbsence | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The store's word for a Need.

    before   earlier matching events (`by` "event"), or different values among them ("value")
    is_seen  whether `value` is among the earlier ones
    days     calendar days of the earlier ones ("day", "streak")
    came     whether the event that must be absent has come
    """

    before: int = 0
    is_seen: bool = False
    days: frozenset[date] = frozenset()
    came: bool = False


@dataclass(slots=True)
class Matched:
    """Triggers judged, and those that need counting first."""

    matches: list[Match]
    needs: list[Need]


def listeners_of(
    flow: str,
    version: int,
    triggers: Mapping[str, Start],
    *,
    params: Mapping[str, Any] = _NOTHING,
    schema: Callable[[str], Mapping[str, Any] | None] | None = None,
) -> list[Listener]:
    """The event triggers of a published version (`Version.triggers`), compiled.

    `schema` gives the JSON Schema of the names an event type has; with it a field the event may
    leave out is null, without it an error. Raises InvalidInput for what cannot be compiled.
    """
    found = []
    for node, start in triggers.items():
        if not isinstance(start, Listen):
            continue
        names = schema(start.type) if schema is not None else None
        count, absent = start.count or Count(1), start.absent
        other = schema(absent.type) if schema is not None and absent is not None else None
        condition = _condition(start.condition, names)
        key = compile_expression(count.key, schema=names) if count.key else None
        distinct = compile_expression(count.distinct, schema=names) if count.distinct else None
        found.append(
            Listener(
                flow=flow,
                version=version,
                node=node,
                listen=start,
                params=params,
                condition=condition,
                key=key,
                distinct=distinct,
                absence=_condition(absent.condition, other) if absent is not None else None,
                reads_params=any(
                    path[0] == "params"
                    for one in (condition, key, distinct)
                    if one is not None
                    for path in one.paths
                ),
            )
        )
    return found


def _condition(
    condition: str | Mapping[str, Any] | None, schema: Mapping[str, Any] | None
) -> Compiled | None:
    return compile_condition(condition, schema=schema) if condition else None


def fits(wanted: str, type_: str) -> bool:
    """Whether an event type is the wanted one, or under the wanted prefix ("order.*", "*")."""
    return wanted == type_ or matches(wanted, type_)


class Matcher:
    """All published triggers, by the types they listen to. Made anew when a flow is published."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.listeners = tuple(listeners)
        self._judges = [_judge(one) for one in self.listeners]
        self._by_type: dict[str, tuple[_Judge, ...]] = {}

    def hears(self, type_: str) -> bool:
        """Whether a trigger hears this event type; what nobody hears need not be kept."""
        return bool(self._hearing(type_))

    def _hearing(self, type_: str) -> tuple[_Judge, ...]:
        found = self._by_type.get(type_)
        if found is None:
            if len(self._by_type) >= MAX_TYPES:  # types are the sender's to invent
                self._by_type.clear()
            found = tuple(one for one in self._judges if fits(one.listener.listen.type, type_))
            self._by_type[type_] = found
        return found

    def match(
        self, event: Event, scope: Mapping[str, Any], owner: str, zone: tzinfo = CHINA
    ) -> Matched:
        """Judges every trigger that hears the event.

        1. Its connection, then its condition on the names of the scope and the flow's params.
        2. Without counts and absence it fires.
        3. Else a Need says what the store must tell; `settle` then decides.
        """
        matches: list[Match] = []
        needs: list[Need] = []
        for judge in self._hearing(event.type):
            one = judge.listener
            if judge.connection is not None and judge.connection != event.connection:
                matches.append(judge.elsewhere)
                continue
            names = {**scope, "params": one.params} if one.reads_params else scope
            try:
                if judge.holds is not None and not judge.holds(names, event.time):
                    matches.append(judge.silent)
                elif judge.is_plain:
                    matches.append(judge.fires)
                else:
                    needs.append(_need(one, event, names, owner, zone))
            except _NoKeyError as missing:
                matches.append(Match(one, False, "no_key", {"what": missing.what}))
            except EngineError as error:
                matches.append(Match(one, False, "error", {"message": error.message}))
        return Matched(matches, needs)

    def deaf(self, type_: str) -> list[Match]:
        """The triggers that do not hear the event type at all, for an explanation."""
        hearing = {id(judge.listener) for judge in self._hearing(type_)}
        return [
            Match(one, False, "other_type", {"wanted": one.listen.type, "type": type_})
            for one in self.listeners
            if id(one) not in hearing
        ]


@dataclass(slots=True)
class _Judge:
    """A listener with what most events need of it made beforehand."""

    listener: Listener
    connection: str | None
    holds: Callable[..., Any] | None
    is_plain: bool
    fires: Match
    silent: Match
    elsewhere: Match


def _judge(one: Listener) -> _Judge:
    listen = one.listen
    return _Judge(
        listener=one,
        connection=listen.connection,
        holds=one.condition.evaluate if one.condition is not None else None,
        is_plain=listen.count is None and listen.absent is None,
        fires=Match(one, True, "fired"),
        silent=Match(one, False, "condition"),
        elsewhere=Match(one, False, "connection", {"wanted": listen.connection}),
    )


class _NoKeyError(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _need(one: Listener, event: Event, names: Mapping[str, Any], owner: str, zone: tzinfo) -> Need:
    count, absent = one.listen.count, one.listen.absent
    day = event.time.astimezone(zone).date()
    asked: NeedsCount | None = None
    if count is not None:
        by = _by(count)
        value = _written(one.distinct, count.distinct, names, event) if by == "value" else None
        asked = NeedsCount(
            key=_written(one.key, count.key, names, event) if count.key else owner,
            by=by,
            n=count.n,
            at=event.time,
            day=day,
            since=_since(count, by, event.time, day, zone),
            value=value,
        )
    missing = _absence(absent, asked, event, owner) if absent is not None else None
    return Need(one, asked, missing)


def _by(count: Count) -> CountBy:
    if count.distinct_days:
        return "streak" if count.consecutive else "day"
    return "streak" if count.consecutive else "value" if count.distinct else "event"


def _since(count: Count, by: CountBy, at: datetime, day: date, zone: tzinfo) -> datetime | None:
    if by == "streak":
        # Days in a row are calendar days: n of them and the one before, which must be without.
        return _back(datetime.combine(day, time(), zone), timedelta(days=count.n))
    return _back(at, count.within)


def _absence(absent: Absent, count: NeedsCount | None, event: Event, owner: str) -> NeedsAbsence:
    """Without a time of its own it looks back as far as the counting does."""
    own = _back(event.time, absent.within)
    since = count.since if absent.within is None and count is not None else own
    return NeedsAbsence(absent.type, owner, since, event.time)


def _back(at: datetime, span: timedelta | None) -> datetime | None:
    """The start of a window; None when it reaches back for ever."""
    try:
        return at - span if span is not None else None
    except OverflowError:
        return None


def _written(compiled: Compiled | None, source: str, names: Mapping[str, Any], event: Event) -> str:
    """A key or value as text: 2 and 2.00 are one key."""
    value = compiled.evaluate(names, event.time) if compiled is not None else None
    if value is None or value == "":
        raise _NoKeyError(source)
    written = to_text(value.normalize() if hasattr(value, "normalize") else value)
    if len(written) > MAX_KEY:
        message = text(f"累计用的值超过 {MAX_KEY} 个字符", f"a key has over {MAX_KEY} characters")
        raise GiveUp(message, "key_too_long")
    return written


def settle(need: Need, known: Known) -> Match:
    """Whether a trigger that counts fires, now that the store has told what came before."""
    one, count = need.listener, need.count
    if need.absence is not None and known.came:
        return Match(one, False, "came_since", {"type": need.absence.type})
    if count is None:
        return Match(one, True, "fired")
    if count.by == "value" and known.is_seen:
        return Match(one, False, "not_new", {"value": count.value})
    if count.by in ("day", "streak") and count.day in known.days:
        return Match(one, False, "same_day", {"day": count.day})
    if count.by == "streak":
        reached = 1
        while count.day - timedelta(days=reached) in known.days:
            reached += 1
    elif count.by == "day":
        reached = len(known.days) + 1
    else:
        reached = known.before + 1
    if reached == count.n:
        return Match(one, True, "counted", {"n": count.n})
    if reached > count.n:
        return Match(one, False, "passed", {"n": count.n})
    return Match(one, False, "count", {"count": reached, "n": count.n})


def explain(match: Match, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The values a trigger's condition read: {"order.amount": Decimal("300")}; null when absent."""
    one = match.listener
    names = {**scope, "params": one.params}
    found: dict[str, Any] = {}
    for path in sorted(one.condition.paths) if one.condition is not None else ():
        value: Any = names
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        found[".".join(path)] = value
    return found
