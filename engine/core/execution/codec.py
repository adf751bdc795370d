"""Values, states and journal entries as bytes, and back exactly.

JSON by orjson, with what JSON cannot say written as an object of one tagged member:

    {"$d": "12.30"}       Decimal       {"$t": "2026-11-11T08:00:00+08:00"}  datetime
    {"$p": [1, 30, 0]}    timedelta: days, seconds, microseconds
    {"$y": "2026-11-11"}  date          {"$c": "08:30:00"}  time of day
    {"$s": [...]}         set           {"$i": "99999999999999999999"}  an integer above 64 bits
    {"$u": "\\ud800"}     text that no UTF-8 can hold
    {"$o": [[name, value], ...]}  an object with names that begin with "$"
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from engine.core.errors import InvalidInput
from engine.core.run import Decision, Signal, StepRecord
from engine.core.text import text

_OPTIONS = (
    orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_TAG = b'{"$'
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1


def dump_values(value: Any) -> bytes:
    """JSON bytes that `load_values` turns into an equal value; tuples come back as lists.

    Raises InvalidInput for what is no value: functions, objects, names that are not text.
    """
    return _dump_quickly(value) or _dump_carefully(value)


def _dump_quickly(value: Any) -> bytes | None:
    """The same at once; None when something in it has to be looked at."""
    tags = 0

    def tag(found: Any) -> Any:
        nonlocal tags
        if found.__class__ is Decimal:  # by far the most frequent
            tags += 1
            return {"$d": str(found)}
        made, is_tag = _tagged(found)
        tags += is_tag
        return made

    try:
        raw = orjson.dumps(value, tag, _OPTIONS)
    except (TypeError, ValueError, RecursionError):
        return None
    # A user's own object may begin with such a name: then every object is looked at.
    # (Taking a character out is a quarter of the work of counting it.)
    if len(raw) - len(raw.replace(b"$", b"")) == tags or raw.count(_TAG) == tags:
        return raw
    return None


def load_values(raw: bytes | str) -> Any:
    """The value of `dump_values`' bytes; InvalidInput when they are not."""
    has_tags = _TAG in raw if isinstance(raw, bytes) else _TAG.decode() in raw
    try:
        return _load_tagged(raw) if has_tags else orjson.loads(raw)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise _damaged() from None


def dump_state(state: Mapping[str, Any]) -> bytes:
    """A state as bytes, without the event and the params: they are stored with the event anyway."""
    start = state.get("start")
    if start is not None:
        kept = {key: value for key, value in start.items() if key not in ("event", "params")}
        state = {**state, "start": kept}
    return dump_values(state)


def load_state(
    raw: bytes, *, event: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The state `dump_state` wrote; the event and params of the start are handed in again."""
    state = load_values(raw)
    if not isinstance(state, dict):
        raise _damaged()
    if state.get("start") is not None:
        state["start"] |= {"event": event or {}, "params": params or {}}
    return state


# -- the journal ---------------------------------------------------------------------------------

_FORMAT = 1


def encode_journal(signal: Signal, decision: Decision) -> bytes:
    """One advance as a compact array; everything a replay and a trace need, and no more.

    [1, kind, now, seq, token, port, value, customer, status, [record, ...]], a record being
    [step, status, port, output, [code, values], effects, ms, error]; now in microseconds since
    1970 or, in another zone than UTC, as text. A start's event and params are left out: they are
    stored with the event.
    """
    kind, now, value = signal.kind, signal.now, signal.value
    if kind == "start" and value.__class__ is dict:
        value = value.copy()
        value.pop("event", None)
        value.pop("params", None)
    entry = (
        _FORMAT,
        kind,
        _microseconds(now) if now.tzinfo is UTC else now.isoformat(),
        signal.seq,
        signal.token,
        signal.port,
        value,
        signal.customer,
        decision.status,
        decision.told or decision.rows,
    )
    return _dump_quickly(entry) or _dump_carefully((*entry[:-1], decision.rows))


@lru_cache(maxsize=16)  # many signals are of one moment
def _microseconds(now: datetime) -> int:
    """Since 1970, of a moment in UTC."""
    return (now - _EPOCH) // _MICROSECOND


def decode_journal(
    raw: bytes, *, event: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None
) -> tuple[Signal, str, list[StepRecord]]:
    """The signal, the run's status after it, and the records of one journal entry."""
    entry = load_values(raw)
    if not isinstance(entry, list) or len(entry) != 10 or entry[0] != _FORMAT:
        raise _damaged()
    _, kind, now, seq, token, port, value, customer, status, records = entry
    if kind == "start" and isinstance(value, dict):
        value = {**value, "event": event or {}, "params": params or {}}
    try:
        at = datetime.fromisoformat(now) if isinstance(now, str) else _EPOCH + now * _MICROSECOND
        signal = Signal(kind, at, seq, token, port, value, customer)
        return signal, status, [_read(record) for record in records]
    except (ValueError, TypeError, LookupError, OverflowError):
        raise _damaged() from None


def _read(found: list[Any]) -> StepRecord:
    step, status, port, output, reason, effects, ms, error = found
    return StepRecord(
        step=step,
        status=status,
        port=tuple(port) if isinstance(port, list) else port,
        output=output,
        reason=(reason[0], reason[1]),
        effects=tuple(effects),
        ms=ms,
        error=error,
    )


def _damaged() -> InvalidInput:
    return InvalidInput(text("存储的数据已损坏", "the stored data is damaged"))


# -- tags ----------------------------------------------------------------------------------------


def _tagged(value: Any) -> tuple[Any, bool]:
    """How a value JSON does not know is written, and whether that is a tag of ours."""
    if isinstance(value, Decimal):
        return {"$d": str(value)}, True
    if isinstance(value, datetime):
        return {"$t": value.isoformat()}, True
    if isinstance(value, timedelta):
        return {"$p": [value.days, value.seconds, value.microseconds]}, True
    if isinstance(value, date):
        return {"$y": value.isoformat()}, True
    if isinstance(value, time):
        return {"$c": value.isoformat()}, True
    if isinstance(value, set | frozenset):
        return {"$s": sorted(value, key=repr)}, True  # a set's own order changes by process
    if isinstance(value, Mapping):
        return dict(value), False
    if isinstance(value, list | tuple):
        return list(value), False
    for kind in (str, bool, int, float):
        if isinstance(value, kind):  # an enum's member, say
            return kind(value), False
    raise TypeError(f"{type(value).__name__} is no value")


def _dump_carefully(value: Any) -> bytes:
    try:
        return orjson.dumps(_escaped(value), option=_OPTIONS)
    except (TypeError, ValueError, RecursionError) as error:
        message = text(
            f"有不能保存的数据（{error}）", f"there is data that cannot be kept ({error})"
        )
        raise InvalidInput(message) from None


def _escaped(value: Any) -> Any:
    """The value with everything written out that orjson would refuse or `_untag` mistake."""
    if value is None or value.__class__ in (bool, float):
        return value
    if value.__class__ is int:
        return value if -_LARGEST <= value <= _LARGEST else {"$i": str(value)}
    if value.__class__ is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            return {"$u": value.encode("unicode_escape").decode("ascii")}
        return value
    if value.__class__ is dict:
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a name that is not text")
        if any(key.startswith("$") or not key.isprintable() for key in value):
            return {"$o": [[_escaped(key), _escaped(inner)] for key, inner in value.items()]}
        return {key: _escaped(inner) for key, inner in value.items()}
    if value.__class__ in (list, tuple):
        return [_escaped(inner) for inner in value]
    made, is_tag = _tagged(value)
    if is_tag:
        return {key: _escaped(inner) for key, inner in made.items()}
    return _escaped(made)


def _load_tagged(raw: bytes | str) -> Any:
    """By a slower reader that hands each object to `_untag`: less than looking for them after."""
    told = raw.decode() if isinstance(raw, bytes) else raw
    value, end = _READER.raw_decode(told)
    if end != len(told):
        raise ValueError("more than one value")
    return value


def _untag(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        (name,) = found
        if name in _READ:
            return _READ[name](found[name])
    return found


_READER = json.JSONDecoder(object_hook=_untag)
_READ: dict[str, Any] = {
    "$d": Decimal,
    "$t": datetime.fromisoformat,
    "$p": lambda found: timedelta(*found),
    "$y": date.fromisoformat,
    "$c": time.fromisoformat,
    "$s": frozenset,
    "$i": int,
    "$u": lambda found: found.encode("ascii").decode("unicode_escape"),
    "$o": dict,
}
