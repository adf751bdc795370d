"""Freezes what an order owes to a party: on no statement, not paid, until released or void."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, because
from engine.core.text import text


class Config(NodeConfig):
    party: str = field(
        text("合作方", "Party"),
        help=text("合作方的编号，可用 {{ }}", "the party's id; {{ }} works"),
        widget="template",
        min_length=1,
        max_length=200,
    )
    order: str = field(
        text("订单", "Order"),
        help=text("哪笔订单的款项，默认是触发流程的订单", "whose entries; the flow's own order"),
        widget="expression",
        default="order",
        min_length=1,
        max_length=400,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        party = to_text(ctx.render(config.party))
        order = _order(ctx.value(config.order))
        if not party or not order:
            message = text("没有合作方或订单", "the party or the order is empty")
            raise GiveUp(message, code="no_order")
        owner = f"account:{party}"
        effect = Effect("settlement.freeze", {"order": order}, owner=owner, subject=owner)
        return Ask(effect, reason=because("asking", party=party))
    count = ctx.answer.value["entries"]
    return Done(output={"count": count}, reason=because("moved", count=count))


def _order(value: object) -> str:
    """The key of an order: of the record itself, or already written."""
    if isinstance(value, Mapping):
        names = ("platform", "shop", "external_id")
        return "/".join(str(value.get(name) or "") for name in names)
    return to_text(value) if value else ""


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
    errors={
        "no_order": text("没有合作方或订单", "no party or order"),
        "no_entries": text("没有指明款项", "no entries were named"),
    },
    output={
        "type": "object",
        "properties": {"count": {"type": "integer", "x-title": text("笔数", "Entries")}},
    },
    search=("冻结", "暂扣", "佣金", "hold"),
)
