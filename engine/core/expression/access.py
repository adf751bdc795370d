"""Reading members, items and parts of values at run time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.expression.attributes import attribute
from engine.core.expression.errors import EvaluationError, expected
from engine.core.expression.reads import Step
from engine.core.expression.values import Run, kind_of, whole
from engine.core.text import text


def read(value: Any, steps: tuple[Step, ...], known: int, is_scope: bool, run: Run) -> Any:
    """Follows a chain of members.

    1. A key of a record always wins.
    2. Without the key: null where the schema lists the name (the first `known` steps), or `&[`.
    3. Of null: null where the schema lists the name, or after `&.`; else an error.
    4. Else a built-in attribute (after a dot only), else an error: an unknown name is never false.
    """
    for index, step in enumerate(steps):
        if value is None:
            if index < known or step.safe:
                continue
            value = attribute(None, step.name, run)
        elif isinstance(value, Mapping):
            if step.name in value:
                value = value[step.name]
            elif index < known or (step.safe and not step.dotted):
                value = None
            elif step.dotted:
                value = attribute(value, step.name, run)
            else:
                raise _unknown(step.name, is_scope and index == 0)
        elif step.dotted:
            value = attribute(value, step.name, run)
        else:
            raise expected("record", kind_of(value))
    return value


def _unknown(name: str, of_scope: bool) -> EvaluationError:
    name = name[:100]
    if of_scope:
        return EvaluationError(text(f"没有“{name}”这个名称", f'there is no name "{name}"'))
    return EvaluationError(text(f"没有“{name}”这个字段", f'there is no field "{name}"'))


def item(value: Any, key: Any, safe: bool, run: Run) -> Any:
    """`value[key]`: by position in a list or text, by key in a record; safe: null when absent."""
    kind = kind_of(value)
    if kind == "null" and safe:
        return None
    if kind == "record":
        if kind_of(key) == "text" and key in value:
            return value[key]
        if safe:
            return None
        if kind_of(key) != "text":
            raise expected("text", kind_of(key))
        raise _unknown(key, False)
    if kind not in ("list", "text"):
        raise expected("list", kind)
    position = whole(key)
    if -len(value) <= position < len(value):
        return value[position]
    if safe:
        return None
    raise EvaluationError(
        text(f"只有 {len(value)} 项，没有第 {position} 项", f"no item {position} of {len(value)}")
    )


def slice_of(value: Any, start: Any, stop: Any, safe: bool, run: Run) -> Any:
    """`value[start:stop]` of a list or text."""
    kind = kind_of(value)
    if kind == "null" and safe:
        return None
    if kind not in ("list", "text"):
        raise expected("list", kind)
    run.charge(1 + (len(value) >> 3))
    first = None if start is None else whole(start)
    last = None if stop is None else whole(stop)
    return value[first:last] if kind == "text" else list(value[first:last])


def entry(key: Any, value: Any) -> tuple[str, Any]:
    """One pair of a written record; as in JSON, keys are texts."""
    if not isinstance(key, str):
        raise expected("text", kind_of(key))
    return key, value


def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs)
