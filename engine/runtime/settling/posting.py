"""The lane of a party's accounts: posts, earns, freezes and releases its entries.

All entries of an account are written here (or by a job, behind the same version of the account),
so its totals are exact however many workers run. A budget that covers an entry is asked through its
own lane; until it answers the entry is frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.core.errors import EngineError
from engine.core.node import Answer
from engine.runtime.desk import Applied, Desk
from engine.runtime.in_hand import Need
from engine.runtime.settling.books import HeldAccount, books_of
from engine.runtime.settling.budget_rows import is_covered
from engine.runtime.settling.cards import kept_plans
from engine.runtime.settling.periods_of import rhythm_of, when
from engine.settlement.account import MINOR, NUMBER, POSTED
from engine.settlement.entry import Entry, MoneyState, amount_key, change_state, plan_key
from engine.settlement.money import UNIT
from engine.settlement.plan import Plan
from engine.settlement.posting import Part
from engine.settlement.posting import post as post_parts
from engine.settlement.shares import line_of, share_entries, share_key

DEFAULT_ZONE = "Asia/Shanghai"


def post(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """Parts of orders and refunds into accounts of this party, and amounts that are given.

    {"posts": [{"account", "parts"}]} or {"amounts": [{"party", "other", "term", "minor", ...}]}
    The parts of one account are posted together, in the order they come in.
    """
    count = total = 0
    by_account: dict[str, list[Mapping[str, Any]]] = {}
    for one in args.get("posts") or ():
        by_account.setdefault(one["account"], []).extend(one["parts"])
    for account, raw in by_account.items():
        added = yield from _post_parts(desk, account, raw)
        count += len(added)
        total += sum(row["minor"] for row in added)
    for index, one in enumerate(args.get("amounts") or ()):
        row = yield from _post_amount(desk, one, amount_key(desk.key, index))
        if row is not None:
            count, total = count + 1, total + row["minor"]
    return Answer("out", {"entries": count, "minor": total})


def _post_parts(desk: Desk, account: str, raw: list[Mapping[str, Any]]) -> Any:
    batch, tenant = desk.batch, desk.tenant
    party = account.partition("|")[0]
    keys = [key for one in raw for key in _keys_of(one)]
    needs = [
        Need("settlement:account", tenant, (account, {one["sub"] for one in raw}, keys)),
        Need("settlement:party", tenant, party),
    ]
    if any(one.get("earned_at") for one in raw):
        needs.append(Need("settlement:budgets", tenant, None))
    done, (row, closed), *budgets = yield needs
    books = books_of(batch)
    held = books.accounts[tenant, account]
    by_key = {one["key"]: one for one in raw}
    left = [one for one in raw if done.isdisjoint(_keys_of(one))] if done else raw
    parts = [_part(one, row, closed, batch.now) for one in left]
    plans = plans_for(held, parts)
    before = set(held.cells)
    rounded = {name: tuple(cell) for name, cell in held.cells.items()}
    entries, held.state = post_parts(held.state, plans, parts, cells=held.cells)
    held.changed_cells |= {
        name for name, cell in held.cells.items() if name not in before or rounded[name] != (*cell,)
    }
    if not entries:
        return []
    held.is_changed = True
    held.currency = entries[0].currency
    if not any(budgets) and not any(one.get("payees") for one in left):
        return [books.add_entry(tenant, one, one.state, batch.now) for one in entries]
    added = []
    for entry in entries:
        cause = by_key.get(entry.key) or by_key[entry.key.partition("~")[0]]
        for one in (yield from _shared_out(desk, entry, plans[plan_key(entry.sub)], cause)):
            added.append((yield from _add(desk, one, cause)))
    return added


def _keys_of(raw: Mapping[str, Any]) -> list[str]:
    """The effect keys a part may have been posted under: its own, or one for each share."""
    return [raw["key"], *(share_key(raw["key"], share) for share in raw.get("payees") or ())]


def _shared_out(desk: Desk, entry: Entry, plan: Plan, cause: Mapping[str, Any]) -> Any:
    """An entry, or its shares where the term is shared out."""
    payees = cause.get("payees")
    if plan.splitter is None or not payees:
        return [entry]
    if entry.order:
        yield [Need("settlement:entries", desk.tenant, ((entry.order,), ()))]
    slot = line_of(entry)
    so_far = sum(
        row["minor"]
        for row in _same_line(desk, entry.account, entry.order, entry.line)
        if entry.order and row["sub"] == entry.sub
    )
    return share_entries([entry], plan.splitter, payees, {slot: so_far}, plan.direction)


def plans_for(held: HeldAccount, parts: Iterable[Part]) -> dict[str, Plan]:
    """The plans of an account and of what is to be posted into it."""
    subs = {part.sub for part in parts} | held.state.subs.keys()
    found = kept_plans()
    return {key: found[key] for key in {plan_key(sub) for sub in subs if sub}}


def _part(one: Mapping[str, Any], party: Any, closed: Mapping[str, Any], now: datetime) -> Part:
    earned_in = posted = ""
    if one.get("earned_at"):
        rhythm = rhythm_of(party, one["period_kind"])
        at = datetime.fromisoformat(one["earned_at"])
        earned_in, posted = when(rhythm, closed, one["zone"], at, now, one["order"])
    return Part(
        one["key"],
        one["sub"],
        one["base"],
        one["units"],
        one["order"],
        one["line"],
        one["other"],
        one["version"],
        earned_in,
        posted,
        "pending" if earned_in else "estimated",
        one["kind"],
    )


def _post_amount(desk: Desk, one: Mapping[str, Any], key: str) -> Any:
    """An amount that somebody else has worked out: a flow's split, an adjustment."""
    tenant, party = desk.tenant, str(one["party"])
    account = f"{party}|{one['term']}||"
    done, (row, closed) = yield [
        Need("settlement:account", tenant, (account, (), [key])),
        Need("settlement:party", tenant, party),
    ]
    if done or not int(one["minor"]):
        return None
    books = books_of(desk.batch)
    held = books.accounts[tenant, account]
    rhythm = rhythm_of(row, one.get("period_kind") or "month")
    earned = datetime.fromisoformat(one["earned_at"]) if one.get("earned_at") else desk.at
    zone = one.get("zone") or DEFAULT_ZONE
    earned_in, posted = when(rhythm, closed, zone, earned, desk.batch.now, one.get("order") or "")
    if one.get("period"):
        earned_in = str(one["period"])
    minor = int(one["minor"])
    pays = one.get("direction", "pay") == "pay"
    other = str(one.get("other") or "brand")
    figures = ("", 0, 0, 0, 0, minor * UNIT, 0, (), (), list(one.get("share") or ()))
    entry = Entry(
        key,
        account,
        "",
        str(one.get("kind") or "order"),
        str(one.get("order") or ""),
        str(one.get("line") or ""),
        other if pays else party,
        party if pays else other,
        minor,
        str(one["currency"]),
        "pending",
        earned_in,
        posted,
        figures,
    )
    held.state = held.state.copy()
    sub = held.state.subs.setdefault("", [0, 0, 0, 0, 0])
    sub[NUMBER] += 1
    sub[POSTED] += minor * UNIT
    sub[MINOR] += minor
    held.state.version += 1
    held.currency, held.is_changed = entry.currency, True
    return (yield from _add(desk, entry, one))


def _add(desk: Desk, entry: Entry, facts: Mapping[str, Any]) -> Any:
    """Keeps an entry; one that a budget covers is frozen until the budget has answered."""
    state = entry.state
    covering = ()
    if state == "pending":
        covering = yield from _covering(desk, entry, facts)
    if covering and entry.minor > 0:
        state = "frozen"
    elif covering and entry.kind == "refund":
        state = yield from _fate(desk, entry)
        covering = covering if state == "pending" else ()
    row = books_of(desk.batch).add_entry(desk.tenant, entry, state, desk.batch.now)
    _ask_budgets(desk, entry.key, entry.minor, entry.figures[2], covering)
    return row


def _fate(desk: Desk, entry: Entry) -> Any:
    """A claw-back of money that a budget holds, or has refused, goes the way of that money: it
    gives no room back that was never taken.
    """
    yield [Need("settlement:entries", desk.tenant, ((entry.order,), ()))]
    states = {
        row["state"] for row in _same_line(desk, entry.account, entry.order, entry.line)
        if row["minor"] > 0
    }  # fmt: skip
    for state in ("frozen", "void"):
        if states and states <= {state, "void"}:
            return state
    return "pending"


def _same_line(desk: Desk, account: str, order: str, line: str) -> list[dict[str, Any]]:
    """Known entries of one line in one account."""
    return [
        row
        for (tenant, _), row in books_of(desk.batch).entries.items()
        if (tenant, row["account"], row["order_key"], row["line"])
        == (desk.tenant, account, order, line)
    ]


def _covering(desk: Desk, entry: Entry, facts: Mapping[str, Any]) -> Any:
    """(budget, unit) of those that cover an entry."""
    if not entry.minor or entry.kind == "shared":
        return ()
    budgets = (yield [Need("settlement:budgets", desk.tenant, None)])[0]
    if not budgets:
        return ()
    party, term, *_ = (*entry.account.split("|"), "")
    about = {
        "party": party,
        "term": term,
        "period": entry.posted_in,
        **{name: facts.get(name) for name in ("campaign", "platform", "shop")},
    }
    return tuple(
        (key, held.budget.unit)
        for key, held in budgets.items()
        if is_covered(held.covers, about)
        and (held.budget.unit == "pieces" or held.budget.currency == entry.currency)
    )


def _ask_budgets(
    desk: Desk, key: str, minor: int, units: int, covering: Iterable[tuple[str, str]]
) -> None:
    """The first covering budget is asked; once it lets pass it asks the next."""
    names = [name for name, _ in covering]
    if not names:
        return
    amounts = {name: units if unit == "pieces" else minor for name, unit in covering}
    desk_owner = desk.owner.removeprefix("account:")
    send_demand(desk, names, amounts, key, desk_owner)


def send_demand(
    desk: Desk, names: list[str], amounts: Mapping[str, int], key: str, party: str
) -> None:
    """Asks the first of these budgets for an entry of a party."""
    batch, owner = desk.batch, f"budget:{names[0]}"
    args = {
        "budget": names[0],
        "key": key,
        "amount": amounts[names[0]],
        "party": party,
        "next": names[1:],
        "amounts": dict(amounts),
    }
    payload = {"kind": "budget.guard", "args": args, "key": key, "chain": desk.chain}
    batch.put(desk.tenant, batch.lane(desk.tenant, owner), "effect", owner, batch.now, payload)


def earn(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """Lines of an order are earned now: their entries are 待结算, in the period of that moment."""
    tenant, party = desk.tenant, desk.owner.removeprefix("account:")
    (keys, _), (row, closed) = yield [
        Need("settlement:entries", tenant, ((args["order"],), ())),
        Need("settlement:party", tenant, party),
    ]
    books = books_of(desk.batch)
    count = 0
    for item in args["items"]:
        rhythm = rhythm_of(row, item["period_kind"])
        at = datetime.fromisoformat(item["earned_at"])
        earned, posted = when(rhythm, closed, item["zone"], at, desk.batch.now, args["order"])
        for key in keys:
            found = books.entries[tenant, key]
            if (
                found["state"] != "estimated"
                or found["account"] != item["account"]
                or found["line"] not in ("", item["line"])
            ):
                continue
            change_state("estimated", "pending")
            entry = _entry_of({**found, "posted_in": posted})
            covering = yield from _covering(desk, entry, item)
            state = "frozen" if covering and entry.minor > 0 else "pending"
            books.move_entry(tenant, key, state=state, earned_in=earned, posted_in=posted)
            _ask_budgets(desk, key, entry.minor, entry.figures[2], covering)
            count += 1
    return Answer("out", {"entries": count})


def _entry_of(row: Mapping[str, Any]) -> Entry:
    return Entry(
        row["key"], row["account"], row["sub"], row["kind"], row["order_key"], row["line"],
        row["from_account"], row["to_account"], row["minor"], row["currency"], row["state"],
        row["earned_in"], row["posted_in"], row["figures"],
    )  # fmt: skip


def move(desk: Desk, args: Mapping[str, Any], to: MoneyState) -> Applied:
    """Freezes, releases or voids this party's entries: of an order, or by key.

    What waits for a budget is released by nobody but the budget ({"budget": true}).
    """
    tenant, party = desk.tenant, desk.owner.removeprefix("account:")
    orders = (str(args["order"]),) if args.get("order") else ()
    keys = tuple(args.get("entries") or ())
    if not orders and not keys:
        return Answer("error", {"code": "no_entries", "message": "order or entries"})
    found, waiting = (yield [Need("settlement:entries", tenant, (orders, keys))])[0]
    books = books_of(desk.batch)
    if args.get("budget"):
        found = yield from _with_clawbacks(desk, found)
    count = total = left = 0
    for key in found:
        row = books.entries[tenant, key]
        if row["account"].partition("|")[0] != party:
            continue
        if key in waiting and not args.get("budget"):
            left += 1
            continue
        try:
            change_state(row["state"], to)
        except EngineError:
            continue
        values: dict[str, Any] = {"state": to}
        if to == "pending":
            values |= yield from _reopened(desk, row)
        books.move_entry(tenant, key, **values)
        count, total = count + 1, total + row["minor"]
        if row["minor"] < 0 and to == "pending" and args.get("budget"):
            entry = _entry_of(row)
            covering = yield from _covering(desk, entry, args)
            _ask_budgets(desk, key, entry.minor, entry.figures[2], covering)
    return Answer("out", {"entries": count, "minor": total, "waiting": left})


def _with_clawbacks(desk: Desk, keys: list[str]) -> Any:
    """What a budget lets go or refuses, with the claw-backs that waited for it."""
    books, tenant = books_of(desk.batch), desk.tenant
    held = [books.entries[tenant, key] for key in keys]
    orders = tuple({row["order_key"] for row in held if row["order_key"]})
    if orders:
        yield [Need("settlement:entries", tenant, (orders, ()))]
    more = [
        row["key"]
        for one in held
        if one["order_key"]
        for row in _same_line(desk, one["account"], one["order_key"], one["line"])
        if row["minor"] < 0 and row["state"] == "frozen"
    ]
    return list(dict.fromkeys([*keys, *more]))


def _reopened(desk: Desk, row: Mapping[str, Any]) -> Any:
    """A released entry whose period was closed meanwhile is posted in the next open one."""
    posted = row["posted_in"]
    party = row["account"].partition("|")[0]
    found, closed = (yield [Need("settlement:party", desk.tenant, party)])[0]
    if not posted or closed.get(posted.partition("@")[0], "open") == "open":
        return {}
    rhythm = rhythm_of(found, "month")
    _, again = when(rhythm, closed, DEFAULT_ZONE, desk.batch.now, desk.batch.now)
    return {"posted_in": again}


def freeze(desk: Desk, args: Mapping[str, Any]) -> Applied:
    return move(desk, args, "frozen")


def release(desk: Desk, args: Mapping[str, Any]) -> Applied:
    return move(desk, args, "pending")


def void(desk: Desk, args: Mapping[str, Any]) -> Applied:
    return move(desk, args, "void")
