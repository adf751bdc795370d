"""Freezes what an order owes to a party: on no statement, not paid, until released or void."""

from __future__ import annotations

from engine.core.node import Ask, Context, Done, NodeType
from engine.core.text import text
from engine.settlement.hold_step import ERRORS, OUTPUT, OrderEntries, move_entries


class Config(OrderEntries):
    pass


def run(config: Config, ctx: Context) -> Done | Ask:
    return move_entries("settlement.freeze", config, ctx)


NODE = NodeType(
    label=text("冻结款项", "Freeze entries"),
    summary=text("冻结一笔订单的待结算款项", "what an order owes waits"),
    group="settlement",
    config=Config,
    run=run,
    effect_class="write",
    reasons={
        "asking": text("正在处理 {party} 的款项", "asking the account of {party}"),
        "moved": text("冻结 {count} 笔", "froze {count} entries"),
    },
    errors=ERRORS,
    output=OUTPUT,
    search=("冻结", "暂扣", "佣金", "hold"),
)
