"""Waits for several things at once and goes on with whichever comes first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from engine.core.choices import doubled_ports, port_id, port_name
from engine.core.errors import GiveUp, Problem
from engine.core.fields import Condition, Form, field
from engine.core.node import (
    TIMEOUT,
    Ask,
    Context,
    Done,
    Event,
    NodeConfig,
    NodeType,
    Several,
    Until,
    because,
)
from engine.core.text import text

LONGEST = timedelta(days=731)


class Alternative(Form):
    id: str = port_id()
    name: str = port_name()
    kind: Literal["event", "time"] = field(
        text("等什么", "Waits for"),
        widget="select",
        default="event",
        options={"event": text("事件", "an event"), "time": text("时间", "a time")},
    )
    type: str = field(
        text("事件", "Event"),
        widget="event_type",
        default="",
        pattern=r"^$|^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$",
        max_length=100,
    )
    key: str = field(
        text("谁的事件", "Whose event"),
        help=text(
            "留空表示同一位客户；也可以写成“类别：编号”，例如 order:{{ order.id }}",
            "empty: the same customer; else “kind:id”, such as order:{{ order.id }}",
        ),
        widget="template",
        default="",
        max_length=400,
    )
    condition: Condition | None = field(
        text("并且满足", "And it holds"),
        help=text("等来的事件写作 incoming", "the event that comes is called incoming"),
        widget="condition",
        default=None,
    )
    since_start: bool = field(
        text("流程开始后发生的也算", "Count what came since the run began"),
        widget="switch",
        default=False,
    )
    after: timedelta | None = field(
        text("多久以后", "After"), widget="duration", default=None, gt=timedelta(0), le=LONGEST
    )
    until: str = field(
        text("或者等到", "Or until"),
        help=text(
            "结果要是一个时刻，例如 order.paid_at + t'P3D'",
            "must come to a time, such as order.paid_at + t'P3D'",
        ),
        widget="expression",
        default="",
        max_length=400,
    )


class Config(NodeConfig):
    alternatives: tuple[Alternative, ...] = field(
        text("等哪几样", "Alternatives"), widget="list", min_length=2, max_length=20
    )
    timeout: timedelta = field(
        text("最多等多久", "Wait at most"), widget="duration", gt=timedelta(0), le=LONGEST
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        requests = {one.id: _request(one, ctx) for one in config.alternatives}
        names = [one.name for one in config.alternatives]
        reason = because("waiting", names=names, timeout=config.timeout)
        return Ask(Several(requests, need=1), timeout=config.timeout, reason=reason)
    port = ctx.answer.port
    name = next((one.name for one in config.alternatives if one.id == port), port)
    came = (ctx.answer.value or {}).get(port) or {}
    return Done(
        port=port,
        output={"first": port, "name": name, "value": came.get("value")},
        reason=because("came", name=name),
    )


def check(config: Config) -> list[Problem]:
    found = doubled_ports((one.id for one in config.alternatives), "/alternatives")
    for index, one in enumerate(config.alternatives):
        if one.kind == "event" and not one.type:
            message = text("请选择等什么事件", "choose the event to wait for")
            found.append(Problem(f"/alternatives/{index}/type", message, "required"))
        if one.kind == "time" and (one.after is None) == (not one.until):
            message = text("“多久以后”和“等到”填一个", "fill in either “after” or “until”")
            found.append(Problem(f"/alternatives/{index}/after", message, "required"))
    return found


def _request(one: Alternative, ctx: Context) -> Event | Until:
    if one.kind == "event":
        return Event(
            type=one.type,
            key=str(ctx.render(one.key)) if one.key else None,
            condition=one.condition or None,
            since_start=one.since_start,
        )
    if one.after is not None:
        return Until(ctx.now + one.after)
    at = ctx.value(one.until)
    if not isinstance(at, datetime) or at.tzinfo is None:
        message = text(f"“{one.until}”的结果不是时刻", f"“{one.until}” is no time")
        raise GiveUp(message, code="not_a_time")
    return Until(at)


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "first": {"type": "string", "title": "先到的出口 first"},
        "name": {"type": "string", "title": "先到的名称 name"},
        "value": {"title": "事件或时刻 value"},
    },
}

NODE = NodeType(
    label=text("谁先到", "Whichever comes first"),
    summary=text("{alternatives[].name}，看谁先到", "first of {alternatives[].name}"),
    group="logic",
    kind="wait",
    config=Config,
    run=run,
    check=check,
    ports=(TIMEOUT,),
    ports_from="alternatives[].id",
    output=_OUTPUT,
    waits=True,
    errors={"not_a_time": text("结果不是时刻", "no time")},
    reasons={
        "waiting": text("在等{names}，最多等 {timeout}", "waiting for {names}, at most {timeout}"),
        "came": text("「{name}」先到", "“{name}” came first"),
    },
    search=("竞争", "先到先得", "任一", "race", "any of"),
)
