"""Internal effects: applied in memory by the lane of whom they concern, written with its batch.

One function per kind, a generator like those of advance.py. Each is called exactly once per effect:
on its own owner within the run's advance, on another one when that owner's lane takes the message
the run's transaction left there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.core.effect import Effect
from engine.core.errors import InvalidInput
from engine.core.node import Answer
from engine.core.records import write_moment
from engine.customers.profile import Changed, change_fields, change_owner, change_tags
from engine.runtime.batch import Batch
from engine.runtime.desk import Applied, Desk, Handler
from engine.runtime.in_hand import Customer, Need, RunInHand, Steps
from engine.runtime.periods import period_start, quiet_until
from engine.runtime.rows import as_json
from engine.runtime.settling.handlers import HANDLERS as SETTLEMENT
from engine.runtime.settling.handlers import owner_of as settlement_owner

_DURATION = TypeAdapter(timedelta)
_WITH_IDENTITIES = ("identities", "*")  # fields of a customer that need a query of their own


def owner_of(effect: Effect) -> str | None:
    """Whom an internal effect concerns, where its arguments say so."""
    customer = effect.args.get("customer")
    if customer:
        return f"customer:{customer}"
    if effect.kind == "cap.take" and effect.args.get("subject"):
        return str(effect.args["subject"])
    return settlement_owner(effect.kind, effect.args)


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
    if run is not None:
        yield from load_owner(batch, run)
    answer: Answer = yield from handler(
        Desk(batch, tenant, owner, key, at, run, chain), effect.args
    )
    return answer


def load_owner(batch: Batch, run: RunInHand) -> Steps:
    """The customer a run belongs to, into the batch: a run that goes on seldom asks for it."""
    id_ = run.owner.removeprefix("customer:")
    held = batch.customers.get(id_)
    is_whole = not run.version.customer_fields.isdisjoint(_WITH_IDENTITIES)
    if id_ != run.owner and (held is None or (is_whole and not held.is_whole)):
        yield [Need("load_customer", run.tenant, (id_, is_whole))]


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


_NO_CUSTOMER = Answer("error", {"code": "no_customer", "message": "there is no such customer"})


def _tag(desk: Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    held: list[str] = customer.record["tags"]
    try:
        changed = change_tags(
            customer.record, args.get("add") or (), args.get("remove") or (), desk.at, desk.key
        )
    except InvalidInput as fault:
        return _refused(fault, "bad_tag")
    tags: list[str] = changed.record["tags"]
    added = [tag for tag in tags if tag not in held]
    removed = [tag for tag in held if tag not in tags]
    if desk.keep(customer, changed):
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


_OWNER = "owner_user"


def _refused(fault: InvalidInput, code: str) -> Answer:
    """A change that is not allowed, as the step's error: it names the first field it is about."""
    first = fault.problems[0] if fault.problems else None
    if first is not None and first.code == "fixed":
        code = "fixed_field"
    message = first.message if first is not None else fault.message
    return Answer("error", {"code": code, "message": message, "path": first.path if first else ""})


def _update(desk: Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    fields = as_json(args.get("fields") or {})
    owner = fields.pop(_OWNER, customer.record.get(_OWNER))
    if owner is not None and not isinstance(owner, str):
        return Answer("error", {"code": "bad_field", "message": _OWNER, "path": f"/{_OWNER}"})
    try:
        changed = change_fields(customer.record, fields, desk.at, desk.key)
    except InvalidInput as fault:
        return _refused(fault, "bad_field")
    handed = change_owner(changed.record, owner, desk.at, desk.key)
    changed = Changed(handed.record, (*changed.history, *handed.history))
    if desk.keep(customer, changed):
        lines = [
            {"field": line.field, "old": as_json(line.old), "new": as_json(line.new)}
            for line in changed.history
        ]
        desk.publish("customer.updated", {"customer": _told(customer), "changes": lines})
    return Answer("out", {"changed": [line.field for line in changed.history]})


def _assign(desk: Desk, args: Mapping[str, Any]) -> Applied:
    customer = yield from desk.customer()
    if customer is None:
        return _NO_CUSTOMER
    desk.keep(customer, change_owner(customer.record, args.get("user"), desk.at, desk.key))
    return Answer("out", {"user": args.get("user")})


def _take_cap(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """Counts and takes in one step: the lane is the only one that counts this owner's caps."""
    try:
        limit = int(Decimal(str(args["limit"])))
        within = _DURATION.validate_python(args["within"]) if args.get("within") else None
    except (KeyError, ValidationError, InvalidOperation, ValueError):
        return Answer("error", {"code": "bad_cap", "message": "limit or within is malformed"})
    since = period_start(desk.at, args.get("period"), args.get("zone"))
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


def _guard_message(desk: Desk, args: Mapping[str, Any]) -> Applied:
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
        until = quiet_until(desk.at, rules.get("quiet"), rules.get("zone"))
        if until is not None:
            # As text also within the lane: from another lane it comes as nothing else.
            told = write_moment(until)
            return Answer("out", {"allowed": False, "why": "quiet_hours", "until": told})
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


def _notify(desk: Desk, args: Mapping[str, Any]) -> Applied:
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
    if not people:
        said = {name: str(args.get(name, "")) for name in ("title", "body")}
        desk.batch.untold.append({"key": desk.key, **said})
    return Answer("out", {"people": len(people)})


def _publish(desk: Desk, args: Mapping[str, Any]) -> Applied:
    yield from ()
    stored = desk.publish(str(args.get("type", "")), as_json(args.get("data") or {}), "asked")
    return Answer("out", {"stored": stored})


_HANDLERS: dict[str, Handler] = {
    "customer.tag": _tag,
    "customer.update": _update,
    "customer.assign": _assign,
    "cap.take": _take_cap,
    "message.guard": _guard_message,
    "notify": _notify,
    "event.publish": _publish,
    **SETTLEMENT,
}
INTERNAL_EFFECTS = frozenset(_HANDLERS)
