"""Posts amounts to parties' accounts: entries of the ledger, once each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.effect import Effect
from engine.core.errors import GiveUp, InvalidInput
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.text import text
from engine.settlement.money import to_major, to_minor


class Config(NodeConfig):
    parts: str = field(
        text("记给谁、记多少", "Parts"),
        help=text(
            "公式，得到若干项 {party, amount}，例如 steps.split.parts",
            "an expression for a list of {party, amount}, such as steps.split.parts",
        ),
        widget="expression",
        min_length=1,
        max_length=400,
    )
    term: str = field(
        text("结算项", "Term"),
        help=text("账目名称，对账单按它汇总", "what it is called; statements sum by it"),
        pattern=r"^[a-z][a-z0-9_.-]{0,63}$",
    )
    direction: str = field(
        text("方向", "Direction"),
        widget="select",
        default="pay",
        pattern=r"^(pay|charge)$",
        options={
            "pay": text("应付给对方", "we owe them"),
            "charge": text("应向对方收", "they owe us"),
        },
    )
    other: str = field(
        text("另一方", "Other side"),
        help=text("默认是品牌", "the brand, if not changed"),
        widget="template",
        default="brand",
        max_length=200,
    )
    order: str = field(
        text("订单", "Order"),
        help=text("写明记的是哪笔订单，可留空", "which order it is for; may be empty"),
        widget="template",
        default="",
        max_length=400,
    )
    currency: str = field(text("币种", "Currency"), default="CNY", pattern=r"^[A-Z]{3}$")


def run(config: Config, ctx: Context) -> Done:
    effects, total = [], 0
    order = to_text(ctx.render(config.order)) if config.order else ""
    for party, minor in _amounts(config, ctx):
        total += minor
        amount = {
            "party": party,
            "other": to_text(ctx.render(config.other)) or "brand",
            "term": config.term,
            "minor": minor,
            "currency": config.currency,
            "direction": config.direction,
            "order": order,
            "share": [ctx.flow_key, ctx.node_id],
        }
        owner = f"account:{party}"
        effects.append(Effect("settlement.post", {"amounts": [amount]}, owner=owner, subject=owner))
    shown = str(to_major(total, config.currency))
    return Done(
        output={"amount": shown, "currency": config.currency, "count": len(effects)},
        effects=tuple(effects),
        reason=because("posted", count=len(effects), amount=shown),
    )


def _amounts(config: Config, ctx: Context) -> list[tuple[str, int]]:
    """(party, minor) of each part; nothing is posted when one of them is wrong."""
    given: Any = ctx.value(config.parts)
    if isinstance(given, Mapping):
        given = [given]
    if not isinstance(given, list | tuple) or len(given) > 200:
        raise GiveUp(text("没有可记账的内容", "there is nothing to post"), code="bad_parts")
    found = []
    for one in given:
        party = one.get("party") if isinstance(one, Mapping) else None
        if not party or one.get("amount") in (None, ""):
            message = text("每一项都要有合作方和金额", "each part needs a party and an amount")
            raise GiveUp(message, code="bad_parts")
        try:
            minor = to_minor(to_text(one["amount"]), config.currency, "/amount")
        except InvalidInput as fault:
            raise GiveUp(fault.message, code="bad_parts") from None
        found.append((to_text(party), minor))
    return found


NODE = NodeType(
    label=text("记账", "Post entries"),
    summary=text("记入「{term}」", "posts into {term}"),
    group="settlement",
    config=Config,
    run=run,
    effect_class="write",
    reasons={"posted": text("记了 {count} 笔，合计 {amount}", "{count} entries, {amount} in all")},
    errors={"bad_parts": text("要记的内容不对", "the parts are not right")},
    output={
        "type": "object",
        "properties": {
            "amount": {"type": "string", "format": "decimal", "x-title": text("合计", "Amount")},
            "currency": {"type": "string", "x-title": text("币种", "Currency")},
            "count": {"type": "integer", "x-title": text("笔数", "Entries")},
        },
    },
    search=("入账", "分录", "佣金", "ledger", "entry"),
)
