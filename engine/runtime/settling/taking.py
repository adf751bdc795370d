"""The lane of an order: its lines are booked, refunded, earned; its accounts are told.

Booking an event of an order:
1. Keep its lines, adjustments and fees, if no newer event has been here.
2. For each published card take the version of the order's business time; resolve what is not booked
   yet. A line keeps the version it was priced with.
3. What has no rate is an exception and an incident, never 0.
4. Note when lines are earned, apply refunds that came before the order, take back what is left of a
   closed order.
5. Tell the accounts, each by its party's lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.core.errors import InvalidInput
from engine.core.ids import derived_id, new_id
from engine.core.node import Answer
from engine.core.text import text
from engine.runtime.batch import Need, as_json
from engine.runtime.settling.books import HeldBooking, OrderBook, books_of
from engine.runtime.settling.cards import PublishedCard, kept_resolver, plan_documents
from engine.runtime.settling.order_parts import completed, parts_of_order
from engine.runtime.settling.roles import line_parties, order_parties, roles_named
from engine.settlement.booking import Booking, book_order, parts_of, refund_order
from engine.settlement.entry import plan_key
from engine.settlement.moments import earned_at
from engine.settlement.money import to_major
from engine.settlement.posting import Part
from engine.settlement.resolve import Excluded, Resolver, Unpriced
from engine.settlement.sale import Sale, order_key, sales_of

if TYPE_CHECKING:
    from engine.runtime.apply import Applied, Desk

# Not yet is no fault: the date, or the moment, comes with a later event.
_LATER = frozenset({"no_rate_date"})
CLOSED = "closed"
_RANKS = {"book": "a", "refund": "b", CLOSED: "c", "move": "d"}


def book(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """An event of an order; a second time it changes nothing."""
    batch, tenant, key = desk.batch, desk.tenant, str(args["order"])
    cards = yield [
        Need("settlement:event", tenant, args["event"]),
        Need("settlement:order", tenant, key),
        Need("settlement:cards", tenant, None),
    ]
    event, row = batch.events.get(args["event"]), batch.event_rows.get(args["event"])
    if event is None or row is None:
        return Answer("out", {"booked": 0})  # erased meanwhile
    order = batch.scope_of(row.id, event).get("order")
    if not isinstance(order, Mapping) or order_key(order) != key:
        return Answer("out", {"booked": 0})
    order = completed(order)
    known, products = (yield [Need("settlement:facts", tenant, (order, row.owner))])[0]
    taking = Taking(desk, key, order, row.id)
    taking.keep_parts(products)
    taking.book(cards[2], row.owner, known, products)
    taking.note_earned(cards[2])
    taking.refund()
    if order.get("status") == CLOSED:
        taking.close()
    if args.get("later"):
        taking.leave()
    taking.tell()
    return Answer("out", {"booked": taking.booked})


def refund(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """A completed refund: applied to what is booked, or kept until its order comes."""
    batch, tenant, key = desk.batch, desk.tenant, str(args["order"])
    yield [
        Need("settlement:event", tenant, args["event"]),
        Need("settlement:order", tenant, key),
    ]
    event = batch.events.get(args["event"])
    if event is None:
        return Answer("out", {"refunded": 0})
    record = batch.scope_of(args["event"], event).get("refund")
    if not isinstance(record, Mapping):
        return Answer("out", {"refunded": 0})
    record = completed(record)
    own = books_of(batch).orders[tenant, key]
    number = str(record["external_id"])
    if number not in own.refunds:
        kept = {
            "tenant": tenant,
            "order_key": key,
            "refund": number,
            "record": _plain(record),
            "status": "kept",
            "kept_at": desk.at,
            "told_at": None,
        }
        own.refunds[number] = own.changed_refunds[number] = kept
    taking = Taking(desk, key, {}, args["event"])
    taking.refund()
    taking.tell()
    return Answer("out", {"refunded": len(taking.parts)})


def due(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """The moment has come in which lines of this order are earned."""
    key = str(args["order"])
    yield [Need("settlement:order", desk.tenant, key)]
    taking = Taking(desk, key, {}, desk.key)
    taking.earn_due()
    taking.tell()
    return Answer("out", {"earned": len(taking.earned)})


class Taking:
    """One event of one order, and what it means for the accounts."""

    def __init__(self, desk: Desk, key: str, order: Mapping[str, Any], cause: str) -> None:
        self.desk, self.key, self.order, self.cause = desk, key, order, cause
        self.now = desk.batch.now
        self.books = books_of(desk.batch)
        self.held: OrderBook = self.books.orders[desk.tenant, key]
        self.parts: list[tuple[str, Part, HeldBooking]] = []
        self.earned: list[HeldBooking] = []
        self.sales: dict[str, Sale] = {}
        self.booked = 0

    def effect(self, rank: str, *why: str) -> str:
        """The key of what this event causes; what it books sorts before what it takes back."""
        what = derived_id("why", "", rank, *why).rpartition("_")[2][:12]
        return f"{derived_id('ent', self.cause, self.key)}.{_RANKS.get(rank, 'z')}{what}"

    def keep_parts(self, products: Mapping[str, Any]) -> None:
        """Lines, adjustments and fees of the order, as its newest event has them."""
        row = self.held.row
        in_batch = self.desk.batch.orders.get(
            (self.desk.tenant, str(self.order["platform"]), str(self.order["external_id"]))
        )
        found = in_batch or (dict(row._mapping) if row is not None else None)
        if found is not None and found["event_id"] == self.cause:
            self.books.parts[self.desk.tenant, found["id"]] = parts_of_order(
                self.desk.tenant, found["id"], self.order, products
            )

    def book(
        self,
        cards: Iterable[PublishedCard],
        owner: str,
        known: Mapping[Any, Any],
        products: Mapping[str, Any],
    ) -> None:
        order = self.order
        at: datetime = order.get("paid_at") or order["created_at"]
        customer = self.desk.batch.customers.get(owner.removeprefix("customer:"))
        try:
            sales = sales_of(
                order,
                parties=order_parties(order, known),
                line_parties=line_parties(order, known),
                customer=customer.record if customer else None,
                products=products,
            )
        except InvalidInput as fault:
            self._incident("order", fault.message)
            return
        self.sales = {sale.line: sale for sale in sales}
        named = roles_named(order)
        self.books.looked_at.add((self.desk.tenant, self.key))
        for card in cards:
            version = card.version_at(at)
            if version is not None:
                self._book_card(card.key, kept_resolver(version[1]), sales, named)

    def _book_card(self, card: str, resolver: Resolver, sales: list[Sale], named: set[str]) -> None:
        have = {
            (one.booking.line, one.booking.term)
            for one in self.held.bookings
            if one.beside["card"] == card
        }
        found = book_order(resolver, sales)
        fresh = [one for one in found.bookings if (one.line, one.term) not in have]
        for line, unpriced in found.unpriced:
            if (line, unpriced.term) not in have:
                self._note_unpriced(card, resolver, line, unpriced, named)
        for line, excluded in found.excluded:
            self._note_exception(card, line, excluded, None)
        if not fresh:
            return
        documents = plan_documents(resolver, {plan_key(one.sub) for one in fresh})
        for name, document in documents.items():
            self.books.plans[self.desk.tenant, name] = document
        held = [self.hold(card, resolver, one) for one in fresh]
        self.held.bookings += held
        self.booked += len(held)
        made = parts_of(fresh, self.effect("book", card, str(resolver.version)))
        self.parts += [
            (account, part, one) for (account, part), one in zip(made, held, strict=True)
        ]

    def hold(self, card: str, resolver: Resolver, one: Booking) -> HeldBooking:
        term = next(term for term in resolver.card.terms if term.key == one.term)
        rules = {step.rule for step in resolver.plans[plan_key(one.sub)].steps}
        campaign = next(
            (rule.campaign for rule in resolver.card.rules if rule.campaign and rule.id in rules),
            self.order.get("campaign"),
        )
        facts = self.sales[one.line].facts
        is_earned = one.earned_at is not None and one.earned_at <= self.now
        beside = {
            "card": card,
            "state": "earned" if is_earned else "estimated",
            "due_asked_at": None,
            "in_bulk": False,
            "period_kind": term.period,
            "zone": resolver.card.zone,
            "platform": facts["platform"],
            "shop": facts["shop"],
            "channel": facts["channel"],
            "campaign": campaign,
            "service": facts["service_type"],
            "category": facts["category"],
        }
        return HeldBooking(one, beside, is_new=True)

    def note_earned(self, cards: Iterable[PublishedCard]) -> None:
        """When lines that were booked before are earned, as this event tells it."""
        ids = {card.key: card for card in cards}
        for one in self.held.bookings:
            if one.is_new or one.is_earned or one.booking.earned_at is not None:
                continue
            sale, card = self.sales.get(one.booking.line), ids.get(one.beside["card"])
            version = card.id_of(int(one.booking.version)) if card is not None else None
            if sale is None or version is None:
                continue
            terms = kept_resolver(version).card.terms
            term = next(term for term in terms if term.key == one.booking.term)
            at = earned_at(sale, term.moment)
            if at is not None:
                one.booking = replace(one.booking, earned_at=at)
                one.is_changed = True
        self.earn_due()

    def earn_due(self) -> None:
        for one in self.held.bookings:
            at = one.booking.earned_at
            if not one.is_earned and at is not None and at <= self.now:
                one.beside["state"] = "earned"
                one.is_changed = True
                self.earned.append(one)

    def refund(self) -> None:
        """Refunds that are kept, now that there is something to take them from."""
        if not self.held.bookings:
            return
        for number, kept in sorted(self.held.refunds.items()):
            if kept["status"] == "kept":
                self._take_back(_typed(kept["record"]), "refund", number)
                done = {**kept, "status": "applied"}
                self.held.refunds[number] = self.held.changed_refunds[number] = done

    def close(self) -> None:
        """A closed order gives back what no refund has: its goods were never kept."""
        left = {one.booking.line: one.booking for one in self.held.bookings}
        lines: list[dict[str, Any]] = [
            {
                "line": line,
                "amount": to_major(one.paid - one.back_paid, one.currency),
                "quantity": one.pieces - one.back_pieces,
            }
            for line, one in left.items()
            if not one.is_back
        ]
        if lines:
            total = sum((line["amount"] for line in lines), Decimal(0))
            currency = next(iter(left.values())).currency
            self._take_back({"currency": currency, "amount": total, "lines": lines}, CLOSED)

    def _take_back(self, record: Mapping[str, Any], *why: str) -> None:
        own = [one.booking for one in self.held.bookings]
        parts, after = refund_order(own, record, self.effect(*why))
        for one, changed in zip(self.held.bookings, after, strict=True):
            if changed != one.booking:
                one.booking, one.is_changed = changed, True
        by_slot = {
            (one.booking.account, one.booking.sub, one.booking.line): one
            for one in self.held.bookings
        }
        self.parts += [(name, part, by_slot[name, part.sub, part.line]) for name, part in parts]

    def leave(self) -> None:
        """What was booked just now is posted in bulk; all else goes its way."""
        left = [one for one in self.parts if one[1].kind == "order"]
        self.parts = [one for one in self.parts if one[1].kind != "order"]
        for account, _, one in left:
            one.beside["in_bulk"] = True
            self.books.unposted.add((self.desk.tenant, account))

    # -- telling -----------------------------------------------------------------------------------

    def tell(self) -> None:
        """One message per party: what to post, then what has become earned by it."""
        posts: dict[str, dict[str, list[Any]]] = {}
        for account, part, one in self.parts:
            party = account.partition("|")[0]
            posts.setdefault(party, {}).setdefault(account, []).append(written(part, one))
        for party, accounts in posts.items():
            found = [{"account": name, "parts": parts} for name, parts in accounts.items()]
            self._send(party, "settlement.post", {"posts": found})
        earned: dict[str, list[Any]] = {}
        for one in self.earned:
            if not one.is_new:
                earned.setdefault(one.booking.account.partition("|")[0], []).append(
                    {
                        "account": one.booking.account,
                        "line": one.booking.line,
                        **beside_part(one),
                    }
                )
        for party, items in earned.items():
            self._send(party, "settlement.earn", {"order": self.key, "items": items})

    def _send(self, party: str, kind: str, args: dict[str, Any]) -> None:
        batch, tenant, owner = self.desk.batch, self.desk.tenant, f"account:{party}"
        payload = {"kind": kind, "args": args, "key": self.effect(kind), "chain": self.desk.chain}
        batch.put(tenant, batch.lane(tenant, owner), "effect", owner, batch.now, payload)

    # -- exceptions --------------------------------------------------------------------------------

    def _note_unpriced(
        self, card: str, resolver: Resolver, line: str, unpriced: Unpriced, named: set[str]
    ) -> None:
        problem = unpriced.problem
        if problem.code in _LATER:
            return
        if problem.code == "no_party" and problem.path.rpartition("/")[2] not in named:
            return  # the order brings nobody in that role: nothing is owed
        is_known = (line, card, unpriced.term) in self.held.exceptions
        self._note_exception(card, line, unpriced, problem.as_json())
        if not is_known:
            self._incident(problem.code, problem.message)

    def _note_exception(
        self, card: str, line: str, found: Unpriced | Excluded, problem: dict[str, Any] | None
    ) -> None:
        self.held.exceptions.add((line, card, found.term))
        is_excluded = isinstance(found, Excluded)
        self.books.exceptions.append(
            {
                "tenant": self.desk.tenant,
                "order_key": self.key,
                "line": line,
                "card": card,
                "term": found.term,
                "kind": "excluded" if is_excluded else "unpriced",
                "name": found.exclusion if isinstance(found, Excluded) else found.problem.code,
                "path": "" if problem is None else problem["path"],
                "message": None if problem is None else problem["message"],
                "at": self.order.get("paid_at") or self.now,
            }
        )

    def _incident(self, code: str, message: Any) -> None:
        self.desk.batch.incidents.append(
            {
                "id": new_id("inc", self.now),
                "tenant": self.desk.tenant,
                "kind": "event",
                "ref": self.cause,
                "run_id": None,
                "flow_id": None,
                "code": f"settlement_{code}",
                "message": message
                if isinstance(message, dict)
                else text(str(message), str(message)),
                "status": "open",
                "created_at": self.now,
            }
        )


def written(part: Part, one: HeldBooking) -> dict[str, Any]:
    """A part as the account's lane reads it."""
    return {
        "key": part.key,
        "sub": part.sub,
        "base": part.base,
        "units": part.units,
        "order": part.order,
        "line": part.line,
        "other": part.other,
        "version": part.version,
        "kind": part.kind,
        **beside_part(one),
    }


def beside_part(one: HeldBooking) -> dict[str, Any]:
    """When it is earned, which period kind that means, and the facts budgets look at."""
    at = one.booking.earned_at
    beside = one.beside
    return {
        "earned_at": at.isoformat() if at is not None and one.is_earned else None,
        "period_kind": beside["period_kind"],
        "zone": beside["zone"],
        "campaign": beside["campaign"],
        "platform": beside["platform"],
        "shop": beside["shop"],
    }


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """What of a refund is kept: what a later order needs to take it."""
    names = ("external_id", "currency", "amount", "freight_amount", "lines", "adjustments")
    return {name: as_json(record[name]) for name in names if record.get(name) is not None}


def _typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A kept refund with its figures as numbers again."""
    found = dict(record)
    for name in ("amount", "freight_amount"):
        if found.get(name) is not None:
            found[name] = Decimal(str(found[name]))
    for name in ("lines", "adjustments"):
        found[name] = [
            {
                **one,
                **{
                    figure: Decimal(str(one[figure]))
                    for figure in ("amount", "quantity")
                    if one.get(figure) is not None
                },
            }
            for one in found.get(name) or ()
        ]
    return found
