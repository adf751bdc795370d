"""A month's bookings summed by what rules look at: a handful of rows instead of a million.

Each row stands for all lines of one party, window, platform, shop, channel, campaign, category and
service; priced as one sale it shows which plan they would have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.runtime.settling.roles import party_of
from engine.settlement.entry import payee_of
from engine.settlement.sale import NO_TAGS, Sale
from engine.store import parties as party_store
from engine.store import settlement_bookings as booking_store
from engine.store.db import Connection


def totals_by_shape(
    conn: Connection, tenant: str, card: str, since: datetime, until: datetime
) -> Iterator[tuple[Any, Sale]]:
    """(row with term, base and count, a sale of that shape)."""
    rows = booking_store.shapes_between(conn, tenant, card, since, until)
    names = {payee_of(row.account, row.sub) for row in rows}
    known = {
        id_: party_of(row) for id_, row in party_store.parties_by_id(conn, tenant, names).items()
    }
    for row in rows:
        payee = payee_of(row.account, row.sub)
        party = known.get(payee) or {"key": payee}
        yield row, _sale(row, party)


class _AnyRole(dict[str, Any]):
    """Whatever role a term asks for: the rows are of its own party."""

    def __init__(self, party: dict[str, Any]) -> None:
        super().__init__(party=party)
        self.party = party

    def get(self, role: str, default: Any = None) -> Any:
        return default if role == "brand" else self.party


def _sale(row: Any, party: dict[str, Any]) -> Sale:
    order = {"platform": row.platform, "shop": row.shop, "channel": row.channel}
    return Sale(
        order="",
        line="",
        currency=row.currency,
        paid=int(row.base),
        listed=int(row.base),
        cost=0,
        pieces=Decimal(int(row.count)),
        adjustments=(),
        fees=(),
        created_at=row.at,
        paid_at=row.at,
        delivered_at=row.at,
        settled_at=row.at,
        facts={
            "platform": row.platform,
            "shop": row.shop,
            "channel": row.channel,
            "store": None,
            "campaign": row.campaign,
            "customer_tag": NO_TAGS,
            "member_level": None,
            "service_type": row.service,
            "variant": None,
            "product": None,
            "category": row.category,
        },
        scope={
            "order": order,
            "line": {"category": row.category},
            "customer": {},
            "product": {},
            "parties": {},
        },
        parties=_AnyRole(party),
    )
