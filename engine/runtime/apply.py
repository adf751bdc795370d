"""Internal effects: applied in memory by the lane of whom they concern, written with its batch.

One function per kind, a generator like those of advance.py. Each is called exactly once per effect:
on its own owner within the run's advance, on another one when that owner's lane takes the message
the run's transaction left there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.core.effect import Effect
from engine.core.event import Event
from engine.core.ids import derived_id, new_id
from engine.core.node import Answer
from engine.runtime.batch import (
    Batch,
    Customer,
    Need,
    RunInHand,
    Steps,
    as_json,
    chain_of,
    event_row,
)

Applied = Generator[list[Need], list[Any], Answer]
_DURATION = TypeAdapter(timedelta)


def owner_of(effect: Effect) -> str | None:
    """Whom an internal effect concerns, where its arguments say so."""
    customer = effect.args.get("customer")
    if customer:
        return f"customer:{customer}"
    if effect.kind == "cap.take" and effect.args.get("subject"):
        return str(effect.args["subject"])
    return None


def apply(
    batch: Batch,
    tenant: str,
    owner: str,
    effect: Effect,
    key: str,
    at: datetime,
    run: RunInHand | None,
    chain: list[str] | None = None,
) -> Applied:
    """Does one internal effect; an unknown kind is answered by the port `error`."""
    handler = _HANDLERS.get(effect.kind)
    if handler is None:
        return Answer("error", {"code": "unknown_effect", "message": effect.kind})
    if chain is None:
        chain = chain_of(run) if run else []
    answer: Answer = yield from handler(
        _Desk(batch, tenant, owner, key, at, run, chain), effect.args
    )
    return answer


def serve(batch: Batch, row: Any) -> Steps:
    """A message of another lane: an effect on this owner, answered if somebody waits."""
    asked = row.payload
    effect = Effect(asked["kind"], asked["args"])
    answer = yield from apply(
        batch, row.tenant, row.ref, effect, asked["key"], row.at, None, asked.get("chain") or []
    )
    if asked.get("token"):
        batch.signal(
            asked["run"],
            row.tenant,
            asked["lane"],
            row.at,
            {
                "kind": "answer",
                "token": asked["token"],
                "port": answer.port,
                "value": as_json(answer.value),
            },
        )


class _Desk:
    """What a handler has at hand."""

    __slots__ = ("at", "batch", "chain", "key", "owner", "run", "tenant")

    def __init__(
        self,
        batch: Batch,
        tenant: str,
        owner: str,
        key: str,
        at: datetime,
        run: RunInHand | None,
        chain: list[str],
    ) -> None:
        self.batch, self.tenant, self.owner, self.key = batch, tenant, owner, key
        self.at, self.run, self.chain = at, run, chain

    def customer(self) -> Generator[list[Need], list[Any], Customer | None]:
        id_ = self.owner.removeprefix("customer:")
        if id_ not in self.batch.customers and self.owner.startswith("customer:"):
            yield [Need("load_customer", self.tenant, id_)]
        return self.batch.customers.get(id_)

    def change(self, customer: Customer, name: str, new: Any) -> bool:
        """Sets one field and notes it in the history; False when it was so already."""
        old = customer.record.get(name)
        if old == new:
            return False
        # A new dict, so that what earlier steps were shown does not change under them.
        customer.record = {**customer.record, name: new}
        customer.is_changed = True
        self.batch.history.append(
            {
                "tenant": self.tenant,
                "customer_id": customer.id,
                "field": name,
                "old": as_json(old),
                "new": as_json(new),
                "at": self.at,
                "by": self.key,
            }
        )
        return True

    def publish(self, type_: str, data: Mapping[str, Any], part: str = "") -> bool:
        """An event of our own, if anybody listens to its type."""
        memory = self.batch.world.memory.tenant(self.tenant)
        if not memory.matcher.listening(type_):
            return False
        # The name is derived: asked twice, it is the same event. The id keeps when it came, for
        # whoever looks back by time.
        name = derived_id("evt", self.run.id if self.run else self.key, self.key, type_, part)
        event = Event(
            id=name, source="/jimu", type=type_, time=self.at, data=data, chain=tuple(self.chain)
        )
        self.batch.new_events.append(
            event_row(
                self.batch,
                self.tenant,
                new_id("evt", self.batch.now),
                event,
                self.owner,
                self.batch.now,
            )
        )
        return True


_NO_CUSTOMER = Answer("error", {"code": "no_customer", "message": "there is no such customer"})


def _tag(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    held: list[str] = customer.record["tags"]
    added = [tag for tag in dict.fromkeys(args.get("add") or ()) if tag not in held]
    removed = [tag for tag in dict.fromkeys(args.get("remove") or ()) if tag in held]
    tags = [tag for tag in held if tag not in removed] + added
    if desk.change(customer, "tags", tags):
        desk.publish(
            "customer.tagged",
            {
                "customer": _told(customer),
                "added": added,
                "removed": removed,
            },
        )
    return Answer("out", {"tags": tags, "added": added, "removed": removed})


def _told(customer: Customer) -> dict[str, Any]:
    record = customer.record
    return {name: record[name] for name in ("id", "name", "level", "tags") if record.get(name)}


_FIXED = frozenset({"id", "created_at", "identities", "phone", "tags", "consent"})


def _update(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    changed = []
    for name, value in (args.get("fields") or {}).items():
        if name in _FIXED:
            return Answer("error", {"code": "fixed_field", "message": name})
        before = customer.record.get(name)
        if desk.change(customer, name, as_json(value)):
            changed.append({"field": name, "old": as_json(before), "new": as_json(value)})
    if changed:
        desk.publish("customer.updated", {"customer": _told(customer), "changes": changed})
    return Answer("out", {"changed": [one["field"] for one in changed]})


def _assign(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    desk.change(customer, "owner_user", args.get("user"))
    return Answer("out", {"user": args.get("user")})


def _take_cap(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    """Counts and takes in one step: the lane is the only one that counts this owner's caps."""
    try:
        limit = int(Decimal(str(args["limit"])))
        within = _DURATION.validate_python(args["within"]) if args.get("within") else None
    except (KeyError, ValidationError, InvalidOperation, ValueError):
        return Answer("error", {"code": "bad_cap", "message": "limit or within is malformed"})
    since = _period_start(desk.at, args.get("period"), args.get("zone"))
    if since is None:
        since = desk.at - within if within else datetime(1970, 1, 1, tzinfo=UTC)
    cap = str(args.get("cap", ""))
    slot = (desk.tenant, desk.owner, cap)
    if slot not in desk.batch.caps or since < desk.batch.caps[slot][0]:
        stored = (yield [Need("caps", desk.tenant, (desk.owner, cap, since))])[0]
        own = [
            row["at"]
            for row in desk.batch.new_caps
            if (row["tenant"], row["owner"], row["cap"]) == slot
        ]
        desk.batch.caps[slot] = (since, [*stored, *own])
    # One taken "later" counts too: a timer's due time may lie before what is through already.
    taken = [at for at in desk.batch.caps[slot][1] if since <= at]
    if len(taken) >= limit:
        return Answer("out", {"taken": False, "count": len(taken), "limit": limit})
    desk.batch.caps[slot][1].append(desk.at)
    desk.batch.new_caps.append(
        {
            "tenant": desk.tenant,
            "owner": desk.owner,
            "cap": cap,
            "at": desk.at,
            "key": desk.key,
        }
    )
    return Answer("out", {"taken": True, "count": len(taken) + 1, "limit": limit})


def _period_start(at: datetime, period: Any, zone: Any) -> datetime | None:
    """The first moment of the calendar period `at` lies in, in the zone."""
    from zoneinfo import ZoneInfo

    if period not in ("day", "week", "month", "year"):
        return None
    local = at.astimezone(ZoneInfo(str(zone or "Asia/Shanghai")))
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    elif period == "year":
        day = day.replace(month=1, day=1)
    return day.astimezone(UTC)


def _guard_message(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    """The one guard before every message: consent, opt-out, quiet hours, caps per person.

    What a tenant has set (settings.messages): {"quiet": {"from": "22:00", "until": "08:00"},
    "cap": {"limit": 3, "within": "P1D"}}.
    """
    customer = yield from desk.customer()
    if customer is None:
        return Answer("out", {"allowed": False, "why": "no_customer", "until": None})
    channel = str(args.get("channel", ""))
    consent = customer.record["consent"]
    if consent.get(channel) is False or consent.get("all") is False:
        return Answer("out", {"allowed": False, "why": "opted_out", "until": None})
    rules = ((yield [Need("tenant_settings", desk.tenant, None)])[0] or {}).get("messages") or {}
    if args.get("purpose") != "service":
        until = _quiet_until(desk.at, rules.get("quiet"), rules.get("zone"))
        if until is not None:
            return Answer("out", {"allowed": False, "why": "quiet_hours", "until": until})
        if rules.get("cap"):
            cap = {
                "cap": "messages",
                "limit": rules["cap"]["limit"],
                "within": rules["cap"]["within"],
            }
            answer = yield from _take_cap(desk, cap)
            if answer.port == "out" and not answer.value["taken"]:
                return Answer("out", {"allowed": False, "why": "cap", "until": None})
    return Answer("out", {"allowed": True, "why": "", "until": None})


def _quiet_until(at: datetime, quiet: Any, zone: Any) -> datetime | None:
    from zoneinfo import ZoneInfo

    if not quiet:
        return None
    local = at.astimezone(ZoneInfo(str(zone or "Asia/Shanghai")))
    begins, ends = (int(text[:2]) * 60 + int(text[3:5]) for text in (quiet["from"], quiet["until"]))
    now = local.hour * 60 + local.minute
    is_quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
    if not is_quiet:
        return None
    over = local.replace(hour=ends // 60, minute=ends % 60, second=0, microsecond=0)
    if over <= local:
        over += timedelta(days=1)
    return over.astimezone(UTC)


def _notify(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    people = (yield [Need("read:people", desk.tenant, (args.get("who") or {}, desk.run))])[0].value
    desk.batch.notices.extend(
        {
            "tenant": desk.tenant,
            "user_id": person["id"],
            "title": str(args.get("title", "")),
            "body": str(args.get("body", "")),
            "link": args.get("link"),
            "key": desk.key,
            "run_id": desk.run.id if desk.run else None,
            "at": desk.at,
        }
        for person in people
    )
    return Answer("out", {"people": len(people)})


def _publish(desk: _Desk, args: Mapping[str, Any]) -> Applied:
    yield from ()
    stored = desk.publish(str(args.get("type", "")), as_json(args.get("data") or {}), "asked")
    return Answer("out", {"stored": stored})


Handler = Callable[[_Desk, Mapping[str, Any]], Applied]
_HANDLERS: dict[str, Handler] = {
    "customer.tag": _tag,
    "customer.update": _update,
    "customer.assign": _assign,
    "cap.take": _take_cap,
    "message.guard": _guard_message,
    "notify": _notify,
    "event.publish": _publish,
}
INTERNAL_EFFECTS = frozenset(_HANDLERS)


def note_order(batch: Batch, tenant: str, row: Any) -> None:
    """Keeps an order's header up to date: a change counts only if its event is newer."""
    order = row.data.get("order")
    if not isinstance(order, dict) or not row.type.startswith("order."):
        return
    platform, number = order.get("platform"), order.get("external_id")
    if not isinstance(platform, str) or not isinstance(number, str):
        return
    held = batch.orders.get((tenant, platform, number))
    if held is not None and held["time"] > row.time:
        return
    values = {
        "status": order.get("status"),
        "amount": _amount(order.get("amount")),
        "currency": order.get("currency", "CNY"),
        "paid_at": _moment(order.get("paid_at")),
        "event_id": row.id,
        "time": row.time,
    }
    if held is None:
        owner = row.owner
        found = {
            "id": derived_id("ord", row.id, platform, number),
            "tenant": tenant,
            "platform": platform,
            "external_id": number,
            "shop": order.get("shop"),
            "owner": owner,
            "customer_id": owner[9:] if owner.startswith("customer:") else None,
            **values,
        }
        batch.orders[tenant, platform, number] = found
        batch.new_orders[found["id"]] = found
    else:
        held.update(values)
        if held["id"] not in batch.new_orders:
            batch.changed_orders[held["id"]] = {"id": held["id"], **values}


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
