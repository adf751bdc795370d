"""Releases what was frozen of an order: it is due again, in an open period."""

from __future__ import annotations

from engine.core.node import Ask, Context, Done, NodeType
from engine.core.text import text
from engine.settlement.hold_step import ERRORS, OUTPUT, OrderEntries, move_entries


class Config(OrderEntries):
    pass


def run(config: Config, ctx: Context) -> Done | Ask:
    return move_entries("settlement.release", config, ctx)


NODE = NodeType(
    label=text("解冻款项", "Release entries"),
    summary=text("解冻一笔订单被冻结的款项", "what was frozen is due again"),
    group="settlement",
    config=Config,
    run=run,
    effect_class="write",
    reasons={
        "asking": text("正在处理 {party} 的款项", "asking the account of {party}"),
        "moved": text("解冻 {count} 笔", "released {count} entries"),
    },
    errors=ERRORS,
    output=OUTPUT,
    search=("解冻", "放款", "佣金", "unfreeze"),
)
