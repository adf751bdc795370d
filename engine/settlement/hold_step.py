"""What the nodes that freeze and release share: whose entries, of which order, and how it is asked.

Both are one step with another effect; the contract keeps nodes from importing each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, because
from engine.core.text import text
from engine.settlement.sale import order_key

ERRORS = {
    "no_order": text("没有合作方或订单", "no party or order"),
    "no_entries": text("没有指明款项", "no entries were named"),
}
OUTPUT = {
    "type": "object",
    "properties": {"count": {"type": "integer", "x-title": text("笔数", "Entries")}},
}


class OrderEntries(NodeConfig):
    """The entries of one order with one party."""

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


def move_entries(
    kind: Literal["settlement.freeze", "settlement.release"], config: OrderEntries, ctx: Context
) -> Done | Ask:
    """Asks the party's account to do it and ends with the number of entries moved.

    The order is a record or its key. GiveUp (code "no_order") when it or the party is empty.
    """
    if ctx.answer is None:
        party = to_text(ctx.render(config.party))
        order = _key_of(ctx.value(config.order))
        if not party or not order:
            message = text("没有合作方或订单", "the party or the order is empty")
            raise GiveUp(message, code="no_order")
        owner = f"account:{party}"
        effect = Effect(kind, {"order": order}, owner=owner, subject=owner)
        return Ask(effect, reason=because("asking", party=party))
    count = ctx.answer.value["entries"]
    return Done(output={"count": count}, reason=because("moved", count=count))


def _key_of(order: object) -> str:
    if isinstance(order, Mapping):
        is_whole = order.get("platform") and order.get("external_id")
        return order_key(order) if is_whole else ""
    return to_text(order) if order else ""
