"""What events, a flow and its cards name of settlement: orders, and whom they may be posted to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from engine.runtime.settling.roles import NOBODY, Names, names_in
from engine.settlement.sale import order_key

_PARTY = re.compile(r"\bpty_[0-9A-Za-z]{1,40}\b")


@dataclass(slots=True)
class Named:
    """What the chosen events, the flow and the cards name of settlement."""

    orders: dict[str, tuple[str, str]] = field(default_factory=dict)  # {order key: its name}
    pairs: set[tuple[str, str]] = field(default_factory=set)
    parties: set[str] = field(default_factory=set)
    statements: bool = False  # whether a step draws them

    def read(self, record: Any, number: str) -> Names:
        """An order, or a refund with the `number` of its order; whom an order names."""
        if not isinstance(record, dict):
            return NOBODY
        platform, name = record.get("platform"), record.get(number)
        if not isinstance(platform, str) or not isinstance(name, str):
            return NOBODY
        self.orders[order_key(record, number)] = (platform, name)
        if number != "external_id":
            return NOBODY
        found = names_in(record)
        self.pairs.update(found.pairs)
        return found

    def extend(self, other: Named) -> None:
        self.orders |= other.orders
        self.pairs |= other.pairs
        self.parties |= other.parties

    def read_text(self, written: str) -> None:
        """A flow's document or parameters: parties that stand in it by their id."""
        self.parties |= set(_PARTY.findall(written))
