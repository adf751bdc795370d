"""Goods in an order that no product is mapped to: told once for each code of a shop, never silent.

Only where a tenant keeps products at all: for everybody else this is one look at a flag. It has
nothing to do with rate cards; segments, stock and reminders refer to products too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.event import Event
from engine.core.ids import derived_id
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Need, Steps
from engine.runtime.reads import LOADERS
from engine.runtime.settling.goods import CODES, codes_of_line, place_of, rows_by_place
from engine.store.db import Connection

UNMAPPED = "product.unmapped"
_LONGEST = 200


def look(batch: Batch, tenant: str, row: Any, event: Event) -> Steps:
    """`product.unmapped` for each line of an order none of whose codes a product has, and a row for
    whoever maps it.

    The event is kept whether somebody listens or not: people find it in the list of events. Its
    name follows from platform, shop and code, so that the next order of the goods adds none.
    """
    order = row.data.get("order")
    if not isinstance(order, Mapping) or not isinstance(order.get("platform"), str):
        return
    lines = {
        codes[0]: (codes, line)
        for line in order.get("lines") or ()
        if (codes := codes_of_line(line))
    }
    if not lines:
        return
    place, wanted = place_of(order), {code for codes, _ in lines.values() for code in codes}
    known = (yield [Need("known_codes", tenant, (place, wanted))])[0]
    for code, (codes, line) in lines.items():
        if known.isdisjoint(codes):
            _tell(batch, tenant, row, event, (*place, code), line)


def _tell(
    batch: Batch,
    tenant: str,
    row: Any,
    event: Event,
    what: tuple[str, str, str],
    line: Mapping[str, Any],
) -> None:
    platform, shop, code = what
    name = derived_id("evt", "", UNMAPPED, platform, shop, code)
    if any(one["external_id"] == name and one["tenant"] == tenant for one in batch.new_events):
        return  # another line of this batch
    own = {key: str(line[key]) for key in (*CODES, "category") if line.get(key)}
    called = str(line.get("name") or code)
    product = {
        "platform": platform,
        "shop": shop,
        "external_id": (own.pop("product_id", None) or code)[:128],
        "name": called,
        **own,
    }
    told = Event(
        id=name,
        source="/jimu",
        type=UNMAPPED,
        time=row.received_at,
        data={"product": product},
        chain=event.chain,
    )
    batch.tell(tenant, told, row.owner)
    batch.unmapped.append(
        {
            "id": derived_id("unm", "", tenant, platform, shop, code),
            "tenant": tenant,
            "platform": platform,
            "shop": shop,
            "code": code,
            **{key: str(line[key]) if line.get(key) else None for key in CODES},
            "name": called[:_LONGEST],
            "category": own.get("category"),
            "order_number": str(row.data["order"].get("external_id") or ""),
            "event_id": row.id,
            "seen_at": row.received_at,
            "state": "open",
            "note": None,
        }
    )


def _known_codes(
    batch: Batch,
    conn: Connection,
    tenant: str,
    asked: Sequence[tuple[tuple[str, str], set[str]]],
) -> list[set[str]]:
    """Which of the codes a product has, for each of ((platform, shop), codes)."""
    found = rows_by_place(conn, tenant, asked)
    return [codes & found[place].keys() for place, codes in asked]


LOADERS["known_codes"] = _known_codes
