"""What steps read: names nobody has, values that may be missing, amounts nobody rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.decision import Table
from engine.core.errors import InvalidInput, Problem
from engine.core.expression import (
    Compiled,
    check,
    compile_condition,
    compile_expression,
    compile_template,
)
from engine.core.expression.reads import Path
from engine.core.expression.schema import follow, place
from engine.core.forms import Entry
from engine.core.suggest import suggest
from engine.core.text import Text, text
from engine.core.validate.plan import Plan, Spot
from engine.core.validate.rounding import is_money, is_unrounded
from engine.core.validate.scope import Names


@dataclass(frozen=True, slots=True)
class Reading:
    """One expression, condition, template or table of a config, with what it reads."""

    entry: Entry
    source: Any
    paths: frozenset[Path]
    required: frozenset[Path]
    compiled: Compiled | None = None


def check_reads(plan: Plan, names: Names) -> Iterator[Problem]:
    """Every expression of every step: can it be read, are its names there, may one be missing?"""
    for spot in plan.spots:
        for entry in spot.entries:
            try:
                reading = read(entry, spot.model)
            except InvalidInput as error:
                yield from _unreadable(spot, entry, error)
                continue
            if reading is not None:
                yield from _check(plan, names, spot, reading)


def read(entry: Entry, model: Any = None) -> Reading | None:
    """What an entry reads, None when it is no text of the language; InvalidInput when it is bad.

    A table is taken from the valid config `model`, which keeps it compiled.
    """
    value, widget = entry.value, entry.widget
    compiled: Compiled
    if widget == "table":
        held = _held(model, entry.path)
        try:
            table = held.compiled if isinstance(held, Table) else None
        except InvalidInput:
            table = None  # the node's own check has said so
        if table is None:
            return None
        paths = frozenset(tuple(name.split(".")) for name in table.names)
        required = frozenset(tuple(name.split(".")) for name in table.required)
        return Reading(entry, None, paths, required)
    if widget == "condition" and value and isinstance(value, str | Mapping):
        compiled = compile_condition(value)
    elif widget == "expression" and isinstance(value, str) and value.strip():
        compiled = compile_expression(value)
    elif isinstance(value, str) and "{{" in value:
        compiled = compile_template(value)
    else:
        return None
    return Reading(entry, value, compiled.paths, compiled.required_paths, compiled)


def _held(model: Any, path: str) -> Any:
    """The value of a config at a JSON pointer."""
    for part in path.split("/")[1:]:
        if isinstance(model, list | tuple):
            model = model[int(part)] if part.isdigit() and int(part) < len(model) else None
        else:
            model = getattr(model, part, None)
    return model


def _unreadable(spot: Spot, entry: Entry, error: InvalidInput) -> Iterator[Problem]:
    deeper = [problem for problem in error.problems if problem.path]
    for problem in deeper or [Problem("", error.message)]:
        yield spot.problem(
            f"/config{entry.path}{problem.path}",
            "expression",
            problem.message,
            field_path=entry.path,
        )


def _check(plan: Plan, names: Names, spot: Spot, reading: Reading) -> Iterator[Problem]:
    at, entry = f"/config{reading.entry.path}", reading.entry
    schema = _scope(names, spot, entry)
    found: list[Problem] = []
    for path in sorted(reading.paths):
        problem = _check_path(plan, names, spot, entry, path, path in reading.required)
        if problem is not None:
            found.append(problem)
    yield from found
    if any(problem.level == "error" for problem in found):
        return
    if entry.widget in ("condition", "expression"):
        for problem in check(reading.source, schema):
            yield spot.problem(at, problem.code, problem.message, field_path=entry.path)
    else:
        for path in sorted(reading.paths):
            known, status, _ = follow(place(schema), path)
            if status == "unknown":
                _, _, here = follow(place(schema), path[:known])
                near = suggest(path[known], here.names())
                shown = ".".join(path[: known + 1])
                message = text(f"没有“{shown}”{near['zh']}", f'there is no "{shown}"{near["en"]}')
                yield spot.problem(at, "unknown_name", message, field_path=entry.path)
    if reading.compiled is not None and is_money(spot, entry):
        node = reading.compiled.tree
        if node is not None and is_unrounded(node, schema):
            message = text(
                "金额经过乘除运算，没有说明怎么取整，请加上 .round(2) 或设置取整",
                "an amount is multiplied or divided but not rounded: add .round(2) or set rounding",
            )
            yield spot.problem(
                at, "money_unrounded", message, level="warning", field_path=entry.path
            )


def _scope(names: Names, spot: Spot, entry: Entry) -> dict[str, Any]:
    """The names this very field sees: a condition on another event sees that event."""
    type_ = _event_beside(spot, entry)
    if spot.is_trigger:
        if type_ is not None and entry.path.count("/") > 1 and entry.widget == "condition":
            # "and no such event since": its condition is about the other event.
            return _other_event(names, spot, type_)
        return names.schema(spot)
    waits = spot.type is not None and spot.type.waits
    return names.schema(
        spot,
        inside=spot.type is not None and spot.type.has_body,
        incoming=type_ if waits and entry.widget == "condition" else None,
    )


def _event_beside(spot: Spot, entry: Entry) -> str | None:
    """The event type in the same group of fields as a condition."""
    around = entry.path.rpartition("/")[0]
    return next(
        (
            other.value
            for other in spot.entries
            if other.widget == "event_type"
            and other.path.rpartition("/")[0] == around
            and isinstance(other.value, str)
        ),
        None,
    )


def _other_event(names: Names, spot: Spot, type_: str) -> dict[str, Any]:
    data = names.data_of(type_)
    base = names.schema(spot)
    if data is None:
        return {**base, "additionalProperties": True}
    return {**base, "properties": {**base["properties"], **data.get("properties", {})}}


# -- one name ------------------------------------------------------------------------------------


def _check_path(
    plan: Plan, names: Names, spot: Spot, entry: Entry, path: Path, is_required: bool
) -> Problem | None:
    """Whether a step's output, a variable or a record may be read here (R8)."""
    told: tuple[str, Text, str] | None = None
    if path[0] == "steps" and len(path) > 1 and not spot.is_trigger:
        told = _check_step(plan, names, spot, entry, path, is_required)
    elif path[0] == "vars" and len(path) > 1 and not spot.is_trigger:
        told = _check_variable(names, spot, path[1], is_required)
    elif is_required and not spot.is_trigger:
        told = _check_record(names, spot, path[0])
    if told is None:
        return None
    code, message, level = told
    return spot.problem(f"/config{entry.path}", code, message, level=level, field_path=entry.path)


def _check_step(
    plan: Plan, names: Names, spot: Spot, entry: Entry, path: Path, is_required: bool
) -> tuple[str, Text, str] | None:
    source = plan.by_id.get(path[1])
    if source is None:
        near = suggest(path[1], list(plan.by_id))
        message = text(
            f"没有步骤“{path[1]}”{near['zh']}", f'there is no step "{path[1]}"{near["en"]}'
        )
        return "unknown_step", message, "error"
    inside = spot.type is not None and spot.type.has_body
    if source.id not in names.seen_from(spot, inside=inside):
        return _out_of_sight(spot, source)
    if not is_required or source.place.holder is spot:
        return None
    # Where the step stands, seen from the same graph as its source.
    here = spot
    while here.place is not source.place:
        assert here.place.holder is not None
        here = here.place.holder
    ports = "error" if path[2:3] == ("error",) else "normal"
    if names.certainty(source.place).has_run(source.id, here.id, ports=ports) is not False:
        return None
    shown = ".".join(path)
    name = source.name
    message = text(
        f"「{name['zh']}」可能没有执行或没有正常结束，读取 {shown} 要给出没有值时用什么，"
        f'例如 {shown} ?? ""',
        f"“{name['en']}” may not have run or not ended well: say what to use instead, "
        f'such as {shown} ?? ""',
    )
    return "may_be_missing", message, "error"


def _out_of_sight(spot: Spot, source: Spot) -> tuple[str, Text, str]:
    name = source.name
    if source is spot:
        message = text("不能读取自己的输出", "a step cannot read its own output")
    elif source.place.holder is not None and source.place is not spot.place:
        holder = source.place.holder.name
        message = text(
            f"「{name['zh']}」在「{holder['zh']}」里面，外面只能读取「{holder['zh']}」的结果",
            f"“{name['en']}” is inside “{holder['en']}”; from outside only the results of "
            f"“{holder['en']}” can be read",
        )
        return "reads_into_box", message, "error"
    else:
        message = text(
            f"「{name['zh']}」不在这一步之前，读不到它的输出，请先用连线把它接到前面",
            f"“{name['en']}” does not come before this step: connect it so that it does",
        )
    return "reads_later_step", message, "error"


def _check_variable(
    names: Names, spot: Spot, name: str, is_required: bool
) -> tuple[str, Text, str] | None:
    writers = [writer for writer, _ in names.writers.get(name, ())]
    if not writers:
        near = suggest(name, list(names.writers))
        message = text(
            f"没有步骤写过变量“{name}”{near['zh']}",
            f'no step sets the variable "{name}"{near["en"]}',
        )
        return "unknown_variable", message, "error"
    if not is_required or spot in writers:
        return None
    if any(_surely_before(names, writer, spot) for writer in writers):
        return None
    message = text(
        f'读到这里时变量“{name}”可能还没有值，请给出没有值时用什么，例如 vars.{name} ?? ""',
        f'the variable "{name}" may have no value yet: say what to use instead, '
        f'such as vars.{name} ?? ""',
    )
    return "may_be_missing", message, "error"


def _surely_before(names: Names, writer: Spot, reader: Spot) -> bool:
    """Whether a writer in the reader's graph or one around it has surely run."""
    here = reader
    while here.place is not writer.place:
        if here.place.holder is None:
            return False
        here = here.place.holder
    return names.certainty(writer.place).has_run(writer.id, here.id) is not False


def _check_record(names: Names, spot: Spot, root: str) -> tuple[str, Text, str] | None:
    """A record only some of the triggers bring ("order" where also a refund starts the flow)."""
    triggers = names.triggers_of(spot)
    if len(triggers) < 2:
        return None
    without = []
    for trigger in triggers:
        data = names.data_from(trigger)
        if data is not None and root not in data.get("properties", {}):
            without.append(trigger)
    if not without or len(without) == len(triggers):
        return None
    name = without[0].name
    message = text(
        f"由「{name['zh']}」触发时没有“{root}”，请写成 {root}&.… 或分开处理",
        f"started by “{name['en']}” there is no “{root}”: read it as {root}&.… or part the ways",
    )
    return "may_be_missing", message, "warning"
