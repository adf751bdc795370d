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

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.core.errors import InvalidInput
from engine.core.ids import derived_id, new_id
from engine.core.text import text
from engine.runtime.desk import Desk
from engine.runtime.settling.books import HeldBooking, HeldBudget, OrderBook, books_of
from engine.runtime.settling.cards import PublishedCard, kept_resolver, plan_documents
from engine.runtime.settling.order_parts import parts_of_order
from engine.runtime.settling.refunding import given_before, lines_left, say_beyond, typed
from engine.runtime.settling.roles import Names, Pair, parties_named
from engine.runtime.settling.told_parts import beside_part, written
from engine.settlement.booking import Booking, book_order, parts_of, take_back
from engine.settlement.card import Term
from engine.settlement.entry import plan_key
from engine.settlement.moments import earned_at
from engine.settlement.outcome import Excluded, Unpriced
from engine.settlement.posting import Part
from engine.settlement.refunds import give_back
from engine.settlement.resolve import Resolver
from engine.settlement.sale import Party, Sale, sales_of
from engine.settlement.source import unknown
from engine.store.lanes import Plain

# Not yet is no fault: the date, or the moment, comes with a later event.
_LATER = frozenset({"no_rate_date"})
CLOSED = "closed"
_BULK_KNOWS_NOT = frozenset({"campaign", "platform", "shop"})
_RANKS = {"book": "a", "refund": "b", CLOSED: "c", "move": "d"}


def settled_on(row: Any) -> datetime | None:
    """When a bill said that the platform had settled an order; None while none has."""
    return row.settled_at if row is not None else None


def business_time(order: Mapping[str, Any]) -> datetime:
    """The moment that picks the version of a card."""
    at: datetime = order.get("paid_at") or order["created_at"]
    return at


@lru_cache(maxsize=10_000)
def _hashed(*why: str) -> str:
    return derived_id("why", "", *why).rpartition("_")[2][:12]


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
        self.fresh: list[HeldBooking] = []  # booked by this event
        self._name = ""  # what all effects of this event begin with

    def effect(self, rank: str, *why: str) -> str:
        """The key of what this event causes; what it books sorts before what it takes back."""
        if not self._name:
            self._name = derived_id("ent", self.cause, self.key)
        return f"{self._name}.{_RANKS.get(rank, 'z')}{_hashed(rank, *why)}"

    def keep_parts(self, products: Mapping[str, Any]) -> None:
        """Lines, adjustments and fees of the order, as its newest event has them."""
        row = self.held.row
        in_batch = self.desk.batch.orders.get(
            (self.desk.tenant, str(self.order["platform"]), str(self.order["external_id"]))
        )
        if in_batch is not None:
            id_, event = in_batch["id"], in_batch["event_id"]
        elif row is not None:
            id_, event = row.id, row.event_id
        else:
            return
        if event == self.cause:
            self.books.parts[self.desk.tenant, id_] = parts_of_order(
                self.desk.tenant, id_, self.order, products
            )

    def book(
        self,
        cards: Iterable[PublishedCard],
        buyer: str,
        names: Names,
        known: Mapping[Pair, Party],
        products: Mapping[str, Any],
    ) -> None:
        """Books what no card has booked yet; `buyer` is "" where no card looks at who buys."""
        order = self.order
        at = business_time(order)
        customer = self.desk.batch.customers.get(buyer.removeprefix("customer:"))
        parties, line_parties = parties_named(names, known)
        try:
            sales = sales_of(
                order,
                parties=parties,
                line_parties=line_parties,
                customer=customer.record if customer else None,
                products=products,
                settled_at=settled_on(self.held.row),
            )
        except InvalidInput as fault:
            self._incident("order", fault.message)
            return
        self.sales = {sale.line: sale for sale in sales}
        if self.held.exceptions:
            self.books.looked_at.add((self.desk.tenant, self.key))
        for card in cards:
            version = card.version_at(at)
            if version is not None:
                self._book_card(card.key, kept_resolver(version[1]), sales, names)

    def _book_card(self, card: str, resolver: Resolver, sales: list[Sale], names: Names) -> None:
        have = {
            (one.booking.line, one.booking.term)
            for one in self.held.bookings
            if one.beside["card"] == card
        }
        found = book_order(resolver, sales)
        fresh: Sequence[Booking] = found.bookings
        if have:
            fresh = [one for one in fresh if (one.line, one.term) not in have]
        for line, unpriced in found.unpriced:
            # A level of a chain may still have nobody when the others are booked.
            if (line, unpriced.term) not in have or unpriced.problem.code == "no_party":
                self._note_unpriced(card, resolver, line, unpriced, names)
        for line, excluded in found.excluded:
            self._note_exception(card, line, excluded, None)
        if not fresh:
            return
        kept, tenant = self.books.plans, self.desk.tenant
        new = {name for one in fresh if (tenant, name := plan_key(one.sub)) not in kept}
        for name, document in plan_documents(resolver, new).items() if new else ():
            kept[tenant, name] = document
        held = [self.hold(card, resolver, one) for one in fresh]
        self.held.bookings += held
        self.fresh += held
        made = parts_of(fresh, self.effect("book", card, str(resolver.version)))
        self.parts += [
            (account, part, one) for (account, part), one in zip(made, held, strict=True)
        ]

    def hold(self, card: str, resolver: Resolver, one: Booking) -> HeldBooking:
        campaign = resolver.campaign_of(plan_key(one.sub)) or self.order.get("campaign")
        facts, at = self.sales[one.line].facts, one.earned_at
        is_earned = at is not None and at <= self.now
        beside = {
            "card": card,
            "state": "earned" if is_earned else "estimated",
            "due_asked_at": None,
            "in_bulk": False,
            "period_kind": resolver.term_of[one.term].period,
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
        for one, term in self._unearned(cards):
            sale = self.sales.get(one.booking.line)
            at = earned_at(sale, term.moment) if sale is not None else None
            if at is not None:
                one.booking = replace(one.booking, earned_at=at)
                one.is_changed = True
        self.earn_due()

    def note_settled(self, cards: Iterable[PublishedCard], at: datetime) -> None:
        """The same where a bill tells it."""
        for one, term in self._unearned(cards):
            if term.moment.when == "platform_settled":
                one.booking = replace(one.booking, earned_at=at)
                one.is_changed = True
        self.earn_due()

    def _unearned(self, cards: Iterable[PublishedCard]) -> Iterator[tuple[HeldBooking, Term]]:
        """Lines that are booked and have no date yet, with their version's term."""
        ids = {card.key: card for card in cards}
        for one in self.held.bookings:
            if one.is_earned or one.booking.earned_at is not None:
                continue
            card = ids.get(one.beside["card"])
            version = card.id_of(int(one.booking.version)) if card is not None else None
            if version is None:
                continue
            yield one, kept_resolver(version).term_of[one.booking.term]

    def earn_due(self) -> None:
        for one in self.held.bookings:
            at = one.booking.earned_at
            if not one.is_earned and at is not None and at <= self.now:
                one.beside["state"] = "earned"
                one.is_changed = True
                self.earned.append(one)

    def refund(self) -> None:
        """Refunds that are kept, now that there is something to take them from; and of what is
        booked just now, what refunds took of its line before.
        """
        if not self.held.bookings or not self.held.refunds:
            return
        self._catch_up()
        for number, kept in sorted(self.held.refunds.items()):
            if kept["status"] == "kept":
                record = typed(kept["record"])
                back = give_back(record, lines_left(self.desk, self.key, self.held))
                if back.beyond:
                    self._incident("refund_beyond", say_beyond(self.key, record, back))
                self._take_back(back.lines, "refund", number)
                done = {**kept, "status": "applied"}
                self.held.refunds[number] = self.held.changed_refunds[number] = done

    def _catch_up(self) -> None:
        fresh = {one.booking.id for one in self.fresh}
        if fresh and any(kept["status"] == "applied" for kept in self.held.refunds.values()):
            old = [one for one in self.held.bookings if one.booking.id not in fresh]
            back = given_before(self.desk, self.key, self.held, old)
            self._take_back(back, "refund", "", only=fresh)

    def close(self) -> None:
        """A closed order gives back what no refund has: its goods were never kept."""
        left = {
            one.booking.line: (
                one.booking.paid - one.booking.back_paid,
                one.booking.pieces - one.booking.back_pieces,
            )
            for one in self.held.bookings
            if not one.booking.is_back
        }
        if left:
            self._take_back(left, CLOSED)

    def _take_back(
        self,
        back: Mapping[str, tuple[int, Decimal]],
        *why: str,
        only: Collection[str] | None = None,
    ) -> None:
        own = [one.booking for one in self.held.bookings]
        parts, after = take_back(own, back, self.effect(*why), only=only)
        for one, changed in zip(self.held.bookings, after, strict=True):
            if changed != one.booking:
                one.booking, one.is_changed = changed, True
        by_slot = {
            (one.booking.account, one.booking.sub, one.booking.line): one
            for one in self.held.bookings
        }
        self.parts += [(name, part, by_slot[name, part.sub, part.line]) for name, part in parts]

    def leave(self, budgets: Iterable[HeldBudget]) -> None:
        """What was booked just now is posted in bulk; all else goes its way: refunds, what is
        shared out among several, and what a budget looks at that bulk does not know.
        """
        covers = [one.covers for one in budgets if _BULK_KNOWS_NOT & one.covers.keys()]

        def is_bulk(part: Part, one: HeldBooking) -> bool:
            if part.kind != "order" or one.booking.payees:
                return False
            facts = beside_part(one)
            return not any(
                all(facts.get(name) == of.get(name) for name in _BULK_KNOWS_NOT & of.keys())
                for of in covers
            )

        left = [one for one in self.parts if is_bulk(one[1], one[2])]
        self.parts = [one for one in self.parts if one not in left]
        for account, _, one in left:
            one.beside["in_bulk"] = True
            self.books.unposted[self.desk.tenant, account] += 1

    # -- telling -----------------------------------------------------------------------------------

    def tell(self) -> None:
        """What each party is to post, then what has become earned by it."""
        posts: dict[str, dict[str, list[Any]]] = {}
        for account, part, one in self.parts:
            party = account.partition("|")[0]
            posts.setdefault(party, {}).setdefault(account, []).append(written(part, one))
        for party, accounts in posts.items():
            self._post(
                party, [{"account": name, "parts": parts} for name, parts in accounts.items()]
            )
        earned: dict[str, list[Any]] = {}
        # Of what is booked just now the parts say already that it is earned.
        fresh = {id(one) for one in self.fresh} if self.earned else ()
        for one in self.earned:
            if id(one) not in fresh:
                earned.setdefault(one.booking.account.partition("|")[0], []).append(
                    {
                        "account": one.booking.account,
                        "line": one.booking.line,
                        **beside_part(one),
                    }
                )
        for party, items in earned.items():
            # What is posted after this is another message: earned is what was posted before.
            self.books.posts.pop((self.desk.tenant, party), None)
            self._send(party, "settlement.earn", {"order": self.key, "items": items})

    def _post(self, party: str, found: list[dict[str, Any]]) -> None:
        """One message for all that a party gets of one batch and one chain of causes."""
        slot = self.desk.tenant, party
        asked = self.books.posts.get(slot)
        if asked is None or asked["chain"] != self.desk.chain:
            self.books.posts[slot] = self._send(party, "settlement.post", {"posts": found})
        else:
            asked["args"]["posts"] += found

    def _send(self, party: str, kind: str, args: dict[str, Any]) -> dict[str, Any]:
        batch, tenant, owner = self.desk.batch, self.desk.tenant, f"account:{party}"
        payload = Plain(kind=kind, args=args, key=self.effect(kind), chain=self.desk.chain)
        batch.put(tenant, batch.lane(tenant, owner), "effect", owner, batch.now, payload)
        return payload

    # -- exceptions --------------------------------------------------------------------------------

    def _note_unpriced(
        self, card: str, resolver: Resolver, line: str, unpriced: Unpriced, names: Names
    ) -> None:
        problem = unpriced.problem
        if problem.code in _LATER:
            return
        if problem.code == "no_party":
            role = problem.path.rpartition("/")[2]
            if (called := names.called(role, line)) is None:
                return  # the order brings nobody in that role: nothing is owed
            problem = unknown(role, called)
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
