"""Works out what an order owes by a rate card; nothing is posted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import GiveUp
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, Read, because
from engine.core.text import text


class Config(NodeConfig):
    card: str = field(
        text("计费规则", "Rate card"),
        help=text("计费规则的编号，例如 creators", "the card's key, such as creators"),
        min_length=1,
        max_length=64,
    )
    order: str = field(
        text("订单", "Order"),
        help=text("默认是触发流程的订单", "the order that started the flow, if not changed"),
        widget="expression",
        default="order",
        min_length=1,
        max_length=400,
    )
    from_zero: bool = field(
        text("不计已有累计", "Leave out totals"),
        help=text(
            "打开后按第一笔订单试算，不接着当前累计往上算档位",
            "on: as if it were the first order; off: tiers go on from the totals so far",
        ),
        widget="switch",
        default=False,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        order = ctx.value(config.order)
        if not isinstance(order, Mapping):
            raise GiveUp(text("没有可以计价的订单", "there is no order to price"), code="no_order")
        args = {"card": config.card, "order": order, "with_totals": not config.from_zero}
        return Ask(Read("quote", args), reason=because("pricing", card=config.card))
    found: Mapping[str, Any] = ctx.answer.value
    return Done(
        output=found,
        reason=because("priced", amount=found["amount"], lines=len(found["lines"])),
    )


NODE = NodeType(
    label=text("计费试算", "Price order"),
    summary=text("按「{card}」计算，不记账", "by {card}, nothing is posted"),
    group="settlement",
    config=Config,
    run=run,
    effect_class="read",
    reasons={
        "pricing": text("正在按「{card}」计算", "pricing by {card}"),
        "priced": text("合计 {amount}，共 {lines} 项", "{amount} in {lines} lines"),
    },
    errors={
        "no_order": text("没有订单", "no order"),
        "no_card": text("没有这份计费规则", "no such rate card"),
        "not_priced": text("订单或计费规则有误", "the order or the card is not right"),
    },
    output={
        "type": "object",
        "properties": {
            "amount": {"type": "string", "format": "decimal", "x-title": text("合计", "Amount")},
            "currency": {"type": "string", "x-title": text("币种", "Currency")},
            "lines": {
                "type": "array",
                "x-title": text("明细", "Lines"),
                "items": {
                    "type": "object",
                    "properties": {
                        "party": {"type": "string", "x-title": text("合作方", "Party")},
                        "term": {"type": "string", "x-title": text("结算项", "Term")},
                        "amount": {
                            "type": "string",
                            "format": "decimal",
                            "x-title": text("金额", "Amount"),
                        },
                        "line": {"type": "string", "x-title": text("订单明细", "Order line")},
                    },
                },
            },
            "unpriced": {"type": "integer", "x-title": text("没有费率的明细", "Without a rate")},
            "excluded": {"type": "integer", "x-title": text("不计的明细", "Excluded lines")},
        },
    },
    search=("佣金", "计费", "试算", "报价", "commission", "quote"),
)
