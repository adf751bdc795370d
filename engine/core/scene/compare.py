"""Values of cases: prepared JSON as a live run holds it, and back, and where two of them differ."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, TypeAdapter

from engine.core.effect import Effect
from engine.core.text import Text, text

MOST_SHOWN = 400  # characters of one value in a sentence
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DURATION = TypeAdapter(timedelta)


def mismatches(expected: Any, found: Any, at: str = "", *, whole: bool = False) -> list[Text]:
    """Where `found` is not what a case expects; with `whole`, also what it did not expect."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            return [_other(at, expected, found)]
        wrong = []
        for name, value in expected.items():
            if name not in found:
                shown = _shown(value)
                zh, en = f"没有，期望是 {shown}", f"missing, expected {shown}"
                wrong.append(text(f"{at}/{name}：{zh}", f"{at}/{name}: {en}"))
            else:
                inner = whole or name in ("output", "sets")
                wrong += mismatches(value, found[name], f"{at}/{name}", whole=inner)
        if whole:
            wrong += [
                text(f"{at}/{name}：不应该有", f"{at}/{name}: not expected")
                for name in found
                if name not in expected
            ]
        return wrong
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [_other(at, expected, found)]
        return [
            line
            for index, (one, other) in enumerate(zip(expected, found, strict=True))
            for line in mismatches(one, other, f"{at}/{index}", whole=whole)
        ]
    return [] if _same(plain(expected), found) else [_other(at, expected, found)]


def _other(at: str, expected: Any, found: Any) -> Text:
    wanted, got = _shown(expected), _shown(found)
    return text(f"{at}：期望是 {wanted}，实际是 {got}", f"{at}: expected {wanted}, found {got}")


def _shown(value: Any) -> str:
    """A value as the case would write it, not longer than is read."""
    written = json.dumps(plain(value), ensure_ascii=False, default=str)
    return written if len(written) <= MOST_SHOWN else f"{written[:MOST_SHOWN]}…"


def plain(value: Any) -> Any:
    """Anything a node returns as JSON values, Decimals kept."""
    if isinstance(value, Effect):
        found = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {name: inner for name, inner in found.items() if inner not in (None, "")}
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return _DURATION.dump_python(value, mode="json")
    if isinstance(value, date):
        return value.isoformat()
    return value


def live(value: Any) -> Any:
    """Prepared JSON as a live run holds it: times aware, money Decimal with its zeros."""
    if isinstance(value, Mapping):
        if set(value) == {"$d"}:
            return Decimal(value["$d"])
        return {name: live(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [live(inner) for inner in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    return value


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, str) and isinstance(found, str) and _TIME.fullmatch(expected):
        return bool(datetime.fromisoformat(expected) == datetime.fromisoformat(found))
    return bool(expected == found)
