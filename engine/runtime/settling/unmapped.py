"""Goods in an order that no product is mapped to: told once for each code of a shop, never silent.

Only where a tenant keeps products at all: for everybody else this is one look at a flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.core.event import Event
from engine.core.ids import derived_id, new_id
from engine.runtime.batch import event_row

if TYPE_CHECKING:
    from engine.runtime.apply import Desk

UNMAPPED = "product.unmapped"
_CODES = ("outer_id", "sku", "product_id")  # the merchant code first


def tell(desk: Desk, order: Mapping[str, Any], products: Mapping[str, Any]) -> None:
    """`product.unmapped` for each line none of whose codes is in `products`.

    The event is kept whether somebody listens or not: people find it in the list of events. Its
    name follows from platform, shop and code, so that the next order of the goods adds none.
    """
    if not desk.batch.world.memory.tenant(desk.tenant).keeps_products:
        return
    for line in order.get("lines") or ():
        codes = [str(line[name]) for name in _CODES if line.get(name)]
        if codes and not any(code in products for code in codes):
            _publish(desk, order, line, codes[0])


def _publish(desk: Desk, order: Mapping[str, Any], line: Mapping[str, Any], code: str) -> None:
    batch, platform, shop = desk.batch, str(order["platform"]), str(order.get("shop") or "")
    name = derived_id("evt", "", UNMAPPED, platform, shop, code)
    if any(row["external_id"] == name and row["tenant"] == desk.tenant for row in batch.new_events):
        return  # another line of this batch
    product = {
        "platform": platform,
        "shop": shop,
        "external_id": str(line.get("product_id") or code)[:128],
        "name": str(line.get("name") or code),
        **{key: line[key] for key in ("sku", "outer_id", "category") if line.get(key)},
    }
    event = Event(
        id=name,
        source="/jimu",
        type=UNMAPPED,
        time=desk.at,
        data={"product": product},
        chain=tuple(desk.chain),
    )
    id_ = new_id("evt", batch.now)
    batch.new_events.append(event_row(batch, desk.tenant, id_, event, desk.owner, batch.now))
