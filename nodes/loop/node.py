"""Repeats its body until a condition holds, at most so many rounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.fields import Condition, field
from engine.core.node import OUT, Ask, Context, Done, NodeConfig, NodeType, Port, Repeat, because
from engine.core.text import text


class Config(NodeConfig):
    until: Condition | None = field(
        text("直到", "Until"),
        help=text(
            "每轮结束时判断；last 是这一轮的结果，round 是第几轮（从 1 数起）；留空表示做满轮数",
            "asked after each round; last is its result, round its number from 1; "
            "empty: all rounds",
        ),
        widget="condition",
        default=None,
    )
    limit: int = field(
        text("最多几轮", "At most so many rounds"), widget="number", default=3, ge=1, le=1000
    )
    result: str = field(
        text("每轮的结果", "Result of a round"),
        help=text("留空表示取框里最后一步的输出", "empty: what the last step gave"),
        widget="expression",
        default="",
        max_length=400,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        request = Repeat(
            limit=config.limit, until=config.until or None, result=config.result or None
        )
        return Ask(request, reason=because("repeating", limit=config.limit))
    found = ctx.answer.value
    rounds = found.get("rounds", 0) if isinstance(found, Mapping) else 0
    if not config.until:
        # Nothing to reach was named, so all rounds are what was wanted.
        return Done(output=found, reason=because("all_done", rounds=rounds))
    if ctx.answer.port == "limit":
        return Done(port="limit", output=found, reason=because("limit", rounds=rounds))
    return Done(output=found, reason=because("reached", rounds=rounds))


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "last": {"title": "最后一轮的结果 last"},
        "rounds": {"type": "integer", "title": "做了几轮 rounds"},
    },
}

NODE = NodeType(
    label=text("循环", "Loop"),
    summary=text("重复，最多 {limit} 轮", "again and again, at most {limit} rounds"),
    group="logic",
    kind="container",
    config=Config,
    run=run,
    has_body=True,
    ports=(OUT, Port("limit", text("到达轮数上限", "limit reached"))),
    output=_OUTPUT,
    reasons={
        "repeating": text("开始重复，最多 {limit} 轮", "repeating, at most {limit} rounds"),
        "reached": text("第 {rounds} 轮后条件成立", "the condition held after round {rounds}"),
        "all_done": text("做完了 {rounds} 轮", "{rounds} rounds are done"),
        "limit": text(
            "做满 {rounds} 轮，条件仍未成立", "{rounds} rounds are done, the condition never held"
        ),
    },
    search=("重复", "催办", "直到", "repeat", "until", "while"),
)
