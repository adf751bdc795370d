"""Does its body once for each item of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import GiveUp
from engine.core.fields import Condition, field
from engine.core.node import Ask, Context, Done, Each, NodeConfig, NodeType, because
from engine.core.text import text


class Config(NodeConfig):
    items: str = field(
        text("对哪个列表", "Which list"),
        help=text(
            "例如 order.lines;框里用 item 表示当前这一项，index 表示第几项（从 0 数起）",
            "such as order.lines; inside, item is the present one and index its number from 0",
        ),
        widget="expression",
        min_length=1,
        max_length=400,
    )
    at_a_time: int = field(
        text("同时处理几项", "At a time"), widget="number", default=1, ge=1, le=100
    )
    result: str = field(
        text("每项的结果", "Result of an item"),
        help=text(
            "每项做完后计算；留空表示取框里最后一步的输出",
            "read at the end of each item; empty: what the last step gave",
        ),
        widget="expression",
        default="",
        max_length=400,
    )
    enough: Condition | None = field(
        text("够了就不再继续", "Enough when"),
        help=text(
            "用 results 表示已有的结果，成立时其余各项取消；留空表示全部做完",
            "results are those so far; when it holds the others are cancelled; empty: do all",
        ),
        widget="condition",
        default=None,
    )
    max_items: int = field(
        text("最多多少项", "At most so many items"),
        help=text("超过就报错，不会悄悄漏掉", "more is an error, nothing is left out silently"),
        widget="number",
        default=1000,
        ge=1,
        le=10_000,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is not None:
        found = ctx.answer.value
        count = found.get("count", 0) if isinstance(found, Mapping) else 0
        return Done(output=found, reason=because("all_done", count=count))
    items = ctx.value(config.items)
    if items is None:
        items = ()  # an order that came without its lines: there is nothing to do
    if not isinstance(items, (list, tuple)):
        message = text(f"“{config.items}”不是列表", f"“{config.items}” is not a list")
        raise GiveUp(message, code="not_a_list")
    if len(items) > config.max_items:
        message = text(
            f"列表有 {len(items)} 项，超过上限 {config.max_items} 项",
            f"the list has {len(items)} items, more than {config.max_items}",
        )
        raise GiveUp(message, code="too_many_items")
    if not items:
        return Done(output={"results": [], "count": 0}, reason=because("empty", what=config.items))
    request = Each(
        items=tuple(items),
        at_a_time=config.at_a_time,
        result=config.result or None,
        enough=config.enough or None,
    )
    reason = because("working", count=len(items), at_a_time=config.at_a_time)
    return Ask(request, reason=reason)


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "title": "各项结果 results"},
        "count": {"type": "integer", "title": "做了几项 count"},
    },
}

NODE = NodeType(
    label=text("逐项处理", "For each"),
    summary=text("对 {items} 逐项处理", "for each of {items}"),
    group="logic",
    kind="container",
    config=Config,
    run=run,
    has_body=True,
    output=_OUTPUT,
    errors={
        "not_a_list": text("不是列表", "not a list"),
        "too_many_items": text("项数超过上限", "too many items"),
    },
    reasons={
        "working": text(
            "共 {count} 项，同时处理 {at_a_time} 项", "{count} items, {at_a_time} at a time"
        ),
        "all_done": text("做完了 {count} 项", "{count} items are done"),
        "empty": text("{what} 里没有内容，直接往下走", "{what} is empty: nothing to do"),
    },
    search=("循环", "批量", "明细", "列表", "foreach", "map", "lines"),
)
