"""A small shop for tests: cards in few words, orders, and a ledger in memory that posts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.settlement.account import AccountState
from engine.settlement.booking import Booked, Booking, book_order, parts_of, take_back
from engine.settlement.card_check import demand_valid
from engine.settlement.entry import Entry, plan_key
from engine.settlement.posting import Cells, Part, post
from engine.settlement.refunds import Back, LineLeft, codes_of, give_back
from engine.settlement.resolve import Resolver
from engine.settlement.sale import sales_of
from engine.settlement.shares import Given, share_entries
from engine.settlement.window_end import close_window

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)  # noon in Shanghai
CREATOR = {"promoter": {"key": "pty_lin", "kind": "creator"}}


def percentage(percent: str, **more: Any) -> dict[str, Any]:
    return {"kind": "percentage", "percent": percent, **more}


def tiers(kind: str, *steps: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """tiers("volume", ("0", "at", "0"), ("500000", "at", "3"))"""
    made = [{"from": start, "reach": reach, "percent": rate} for start, reach, rate in steps]
    return {"kind": kind, "tiers": made, **more}


def term(**more: Any) -> dict[str, Any]:
    return {"key": "commission", "name": "佣金", "party": {"role": "promoter"}, **more}


def rule(id_: str, model: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id_, "name": id_, "term": "commission", **more}
    if model is not None:
        made["model"] = model
    if more.get("layer") == "campaign":
        made.setdefault("campaign", "double11")
    return made


def document(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": "creators", "name": "达人", "terms": [term()], "rules": list(rules), **more}


def order(
    id_: str = "1",
    amount: str = "100.00",
    *,
    platform: str = "tmall",
    shop: str = "flagship",
    paid_at: datetime | None = NOON,
    lines: Iterable[Mapping[str, Any]] | None = None,
    currency: str = "CNY",
    **more: Any,
) -> dict[str, Any]:
    """A loaded order: one line of the whole amount unless lines are given."""
    own = lines or [{"id": "1", "name": "眼霜", "amount": amount, "sku": "EYE-15"}]
    loaded = [
        {**line, "amount": Decimal(line["amount"]), "quantity": Decimal(line.get("quantity", 1))}
        for line in own
    ]
    return {
        "platform": platform,
        "shop": shop,
        "external_id": id_,
        "currency": currency,
        "amount": sum((line["amount"] for line in loaded), Decimal(0)),
        "created_at": (paid_at or NOON) - timedelta(minutes=5),
        "paid_at": paid_at,
        "lines": loaded,
        **more,
    }


def refund(id_: str = "1", amount: str = "100.00", **more: Any) -> dict[str, Any]:
    return {
        "platform": "tmall",
        "shop": "flagship",
        "external_id": f"r{id_}",
        "order_id": id_,
        "currency": "CNY",
        "amount": Decimal(amount),
        **more,
    }


class Ledger:
    """What the runtime does around the pure functions, in memory: groups parts by account."""

    def __init__(self, card: dict[str, Any], version: int = 1) -> None:
        self.resolver = Resolver(demand_valid(card), version)
        self.states: dict[str, AccountState] = {}
        self.bookings: dict[str, list[Booking]] = {}
        self.entries: list[Entry] = []
        self.cells: dict[str, Cells] = defaultdict(dict)
        self.effects = 0
        self.lines: dict[str, list[LineLeft]] = {}
        self.payees: dict[tuple[str, str], Mapping[str, str] | None] = {}
        self.given: Given = {}

    def take(
        self,
        record: dict[str, Any],
        parties: Mapping[str, Any] | None = None,
        *,
        more: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> Booked:
        """Books and posts an order; `facts` are sales_of's, `more` the parts'."""
        sales = sales_of(record, parties=CREATOR if parties is None else parties, **facts)
        booked = book_order(self.resolver, sales)
        self.bookings[sales[0].order] = list(booked.bookings)
        self.lines[sales[0].order] = [
            LineLeft(sale.line, codes_of(sale.scope["line"]), sale.paid, sale.pieces)
            for sale in sales
        ]
        self.payees |= {(one.account, one.order): one.payees for one in booked.bookings}
        self.post(parts_of(booked.bookings, self.effect(), **(more or {})))
        return booked

    def give_back(self, record: dict[str, Any], **more: Any) -> Back:
        """A completed refund; `more` is the parts'."""
        key = f"{record['platform']}/{record['shop']}/{record['order_id']}"
        back = give_back(record, self.lines[key])
        parts, self.bookings[key] = take_back(self.bookings[key], back.lines, self.effect(), **more)
        self.post(parts)
        return back

    def post(self, parts: Iterable[tuple[str, Part]]) -> None:
        by_account: dict[str, list[Part]] = defaultdict(list)
        for account, part in parts:
            by_account[account].append(part)
        for account, own in by_account.items():
            state = self.states.get(account) or AccountState(account)
            entries, self.states[account] = post(
                state, self.resolver.plans, own, cells=self.cells[account]
            )
            for entry in entries:
                self.entries += self.share(entry)

    def share(self, entry: Entry) -> list[Entry]:
        """An entry, or its shares where the term is shared out."""
        plan = self.resolver.plans[plan_key(entry.sub)]
        payees = self.payees.get((entry.account, entry.order))
        if plan.splitter is None or payees is None:
            return [entry]
        return share_entries([entry], plan.splitter, payees, self.given, plan.direction)

    def close(self, **coefficients: str) -> list[Entry]:
        """Ends the windows of all accounts."""
        found: list[Entry] = []
        for account, state in self.states.items():
            pattern = Part(self.effect(), "", 0, 0, "", "", "brand", 1)
            entries, self.states[account] = close_window(
                state, self.resolver.plans, pattern, coefficients
            )
            found += entries
        self.entries += found
        return found

    def effect(self) -> str:
        self.effects += 1
        return f"eff_{self.effects:06d}"

    def sum(self, party: str | None = None) -> int:
        """What the entries sum to; of a party, what it gets less what it owes."""
        if party is None:
            return sum(one.minor for one in self.entries)
        got = sum(one.minor for one in self.entries if one.to_account == party)
        return got - sum(one.minor for one in self.entries if one.from_account == party)
