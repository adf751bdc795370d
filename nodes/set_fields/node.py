"""Computes values and keeps them as variables for later steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal

from engine.core.errors import GiveUp, Problem
from engine.core.fields import Form, field
from engine.core.node import (
    CHANGES,
    Context,
    Done,
    Evaluate,
    NodeConfig,
    NodeType,
    Outcome,
    Prepared,
    Texts,
)
from engine.core.text import text

_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


class Rounding(Form):
    places: int = field(
        text("保留几位小数", "Decimal places"), widget="number", default=2, ge=0, le=8
    )
    mode: Literal["half_up", "half_even", "down"] = field(
        text("取整方式", "Mode"),
        widget="select",
        default="half_up",
        options={
            "half_up": text("四舍五入", "half up"),
            "half_even": text("四舍六入五成双", "half to even"),
            "down": text("直接舍去", "down"),
        },
    )


class Field(Form):
    name: str = field(
        text("变量名", "Variable"),
        help=text("后面的步骤用 vars.变量名 读取", "later steps read it as vars.<variable>"),
        widget="variable",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
    )
    value: str | int | bool | None = field(
        text("值", "Value"),
        help=text(
            "文字，或用 {{ }} 引用和计算，例如 {{ order.amount * 0.1 }}",
            "text, or {{ }} to refer and compute, such as {{ order.amount * 0.1 }}",
        ),
        widget="template",
        default="",
    )
    round: Rounding | None = field(
        text("取整", "Rounding"),
        help=text("算金额时必须说明怎么取整", "money must say how it is rounded"),
        widget="group",
        default=None,
    )


class Config(NodeConfig):
    fields: tuple[Field, ...] = field(
        text("变量", "Variables"), widget="list", min_length=1, max_length=50
    )


def run(config: Config, ctx: Context) -> Done:
    """All values are read from what held before this step, so their order means nothing."""
    found: dict[str, Any] = {}
    for one in config.fields:
        value = ctx.render(one.value)
        found[one.name] = value if one.round is None else _rounded(value, one.round, one.name)
    return Done("out", found, (), ("set", {"names": list(found)}), found)


def prepare(config: Config, texts: Texts) -> Prepared:
    """Each variable with the function that gives its value."""
    fields = [(one.name, _filler(one, texts)) for one in config.fields]
    reason = "set", {"names": list(dict.fromkeys(one.name for one in config.fields))}

    def quick(
        scope: Mapping[str, Any], now: datetime, owner: str, customer: Mapping[str, Any] | None
    ) -> tuple[str, dict[str, Any]]:
        found: dict[str, Any] = {}
        for name, fill in fields:
            found[name] = fill(scope, now)
        return "out", found

    return Prepared({"out": Outcome(CHANGES, reason, sets_output=True)}, quick)


def _filler(one: Field, texts: Texts) -> Evaluate:
    """(scope, now) -> the value of a variable."""
    written, name, rounding = one.value, one.name, one.round
    fill: Evaluate = lambda scope, now: written  # noqa: E731
    if isinstance(written, str) and "{{" in written:
        fill = texts.template(written)
    if rounding is None:
        return fill
    return lambda scope, now: _rounded(fill(scope, now), rounding, name)


def check(config: Config) -> list[Problem]:
    seen: set[str] = set()
    found = []
    for index, one in enumerate(config.fields):
        if one.name in seen:
            message = text(f"变量 {one.name} 写了两次", f"variable {one.name} is set twice")
            found.append(Problem(f"/fields/{index}/name", message, "duplicate"))
        seen.add(one.name)
    return found


def _rounded(value: Any, rounding: Rounding, name: str) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        message = text(f"{name} 不是数字，不能取整", f"{name} is no number and cannot be rounded")
        raise GiveUp(message, code="not_a_number")
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() > 40:
        message = text(f"{name} 的数字太大", f"the number of {name} is too large")
        raise GiveUp(message, code="not_a_number")
    with localcontext() as exact:
        exact.prec = 60  # quantize refuses more digits than the context holds
        return number.quantize(Decimal(1).scaleb(-rounding.places), _MODES[rounding.mode])


NODE = NodeType(
    label=text("设置变量", "Set variables"),
    summary=text("设置 {fields[].name}", "sets {fields[].name}"),
    group="logic",
    config=Config,
    run=run,
    prepare=prepare,
    check=check,
    writes_from="fields[].name",
    output=lambda config: {
        "type": "object",
        "properties": {one.name: {"title": one.name} for one in config.fields},
    },
    errors={"not_a_number": text("不是可以取整的数字", "not a number that can be rounded")},
    reasons={"set": text("设置了 {names}", "set {names}")},
    search=("变量", "计算", "赋值", "公式", "variable", "compute", "assign"),
)
