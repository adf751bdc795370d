"""A month in bulk: orders are booked first (`take_month`), then posted party by party by jobs.

Each part of the work is some parties' accounts in one transaction: their booked lines are read, go
through the same `post` as everywhere else, and the explained entries are written by COPY behind the
version of each account. What was posted before (a worker was killed, a refund came in between) is
found by its effect key and left out, so a job may begin again at any time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from engine.core.errors import PeriodLocked
from engine.core.expression import CHINA
from engine.core.ids import lane_of
from engine.core.text import text
from engine.runtime.jobs import Progress, job_kind, start_job
from engine.runtime.principal import Principal
from engine.runtime.settling.books import account_row, bare, is_shared, read_account
from engine.runtime.settling.budget_rows import is_covered
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.orders import BOOK, lane_owner
from engine.runtime.settling.periods_of import Closed, demand_period, rhythm_of
from engine.runtime.settling.sending import send
from engine.runtime.world import World
from engine.settlement.entry import plan_key
from engine.settlement.in_force import moment_of
from engine.settlement.periods import period_of, posted_in
from engine.settlement.posting import Part, post
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_budgets as budget_store
from engine.store import settlement_month as store
from engine.store import settlement_periods as period_store
from engine.store.db import Connection, DatabaseFault

ACCOUNTS_AT_ONCE = 24
SHARDS = 2
REPEATS = 5
_new = tuple.__new__


def take_month(world: World, who: Principal, period: str) -> int:
    """Every stored order paid in the month goes through its lane once more and is booked where it
    is not; nothing is posted yet. Returns how many orders.
    """
    days, now = demand_period(period), world.now()
    since, until = moment_of(days.first, CHINA), moment_of(days.last, CHINA, is_end=True)
    with world.db.begin() as conn:
        found = order_store.orders_paid(conn, who.tenant, since, until)
        rows = []
        for row in found:
            order = f"{row.platform}/{row.shop}/{row.external_id}"
            owner = lane_owner(order)
            args = {"order": order, "event": row.event_id, "later": True}
            rows.append(
                {
                    "lane": lane_of(who.tenant, owner, world.lanes),
                    "tenant": who.tenant,
                    "kind": "effect",
                    "ref": owner,
                    "at": now,
                    "payload": {"kind": BOOK, "args": args, "key": f"{BOOK}/{order}"},
                }
            )
        for start in range(0, len(rows), 2_000):
            lane_store.put_work(conn, rows[start : start + 2_000])
        said = {"period": period, "orders": len(rows)}
        who.note(conn, now, "settlement.edit", f"period:{period}", said)
    world.queue.wake("lanes")
    return len(rows)


def settle_month(world: World, who: Principal) -> list[str]:
    """Starts the jobs that post everything that is booked and not posted; their ids."""
    return [
        start_job(world, who.tenant, "settlement.month", {"shard": shard, "of": SHARDS}, by=who.id)
        for shard in range(SHARDS)
    ]


@job_kind("settlement.month")
def post_month(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """{"shard", "of"}: the parties of one shard; safe to repeat, others may run beside it."""
    tenant, shard, of = job.tenant, int(job.args["shard"]), int(job.args["of"])
    with world.db.reading() as conn:
        accounts = [
            name
            for name in store.unposted(conn, tenant)
            if zlib.crc32(name.partition("|")[0].encode()) % of == shard
        ]
    count = 0
    for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        part = accounts[start : start + ACCOUNTS_AT_ONCE]
        said = text(f"已入账 {count} 笔", f"{count} entries posted")
        progress(start, len(accounts), said)
        count += _repeated(partial(_post_part, world, tenant, part))
    return {"accounts": len(accounts), "entries": count}


def _repeated(do: Callable[[], int]) -> int:
    for attempt in range(1, REPEATS + 1):
        try:
            return do()
        except DatabaseFault:
            if attempt == REPEATS:
                raise
    return 0


def _post_part(world: World, tenant: str, accounts: Sequence[str]) -> int:
    """Some accounts, in one transaction."""
    now = world.now()
    with world.db.begin() as conn:
        by_account: dict[str, list[Any]] = {name: [] for name in accounts}
        for row in store.booked_lines(conn, tenant, accounts, now):
            by_account[row[0]].append(row)
        rows = account_store.load_accounts(conn, tenant, accounts)
        closed = Closed(period_store.closed_periods(conn, tenant))
        known = party_store.parties_by_id(
            conn, tenant, {name.partition("|")[0] for name in accounts}
        )
        budgets = [row for row in budget_store.load_budgets(conn, tenant)
                   if row.document.get("covers")]  # fmt: skip
        changed, entries, periods = {}, [], set[str]()
        for name, lines in by_account.items():
            held = read_account(name, rows.get(name))
            party = known.get(name.partition("|")[0])
            parts = list(_parts(lines, party, closed, now))
            done: set[str] = set()
            if held.read_at:
                done = account_store.keys_there(conn, tenant, [part[0] for part in parts])
            plans = load_plans(
                conn,
                tenant,
                {plan_key(part[1]) for part in parts}
                | {plan_key(sub) for sub in held.state.subs if sub},
            )
            if any(plan.grain != "period" for plan in plans.values()):
                held.cells = account_store.load_cells(conn, tenant, name)
                held.changed_cells = {"*"}
            made, held.state = post(held.state, plans, parts, cells=held.cells, done=done)
            if not made:
                continue
            held.currency = made[0].currency
            changed[name] = held
            entries += made
            periods.update({one[12] for one in made})
        frozen = _ask_budgets(world, conn, tenant, entries, budgets)
        saved = [account_row(tenant, name, held, now) for name, held in sorted(changed.items())]
        account_store.save_accounts(
            conn, tenant, saved, {name: held.read_at for name, held in changed.items()}
        )
        _save_cells(conn, tenant, changed)
        period_store.demand_open(conn, tenant, {bare(one) for one in periods if is_shared(one)})
        store.copy_entries(conn, tenant, entries, now, frozen)
        store.drop_unposted(conn, tenant, accounts)
    if frozen:
        world.queue.wake("lanes")
    return len(entries)


def _parts(lines: Sequence[Any], party: Any, closed: Closed, now: datetime) -> Iterator[Part]:
    """Parts of booked lines, one plan after the other; periods are worked out once per day.

    Their keys begin with the account: what is written together lies together in the index.
    """
    dates: dict[tuple[str, str | None, str | None], tuple[str, str]] = {}
    today, current, owner = now.date(), "", ""
    for account, sub, order, line, base, count, other, version, kind, _, day in sorted(
        lines, key=lambda row: (row[1], row[2], row[3])
    ):
        slot = (kind, day, order if kind == "order" else None)
        if account != current:
            current, owner = account, account.rpartition("|")[0]
        found = dates.get(slot)
        if found is None:
            found = dates[slot] = _dates(party, closed, kind, day, today, order)
        earned, posted = found
        yield _new(
            Part,
            (
                f"month/{owner}/{order}/{line}/{sub}", sub, base, count, order, line, other,
                version, earned, posted, "pending" if earned else "estimated", "order",
            ),
        )  # fmt: skip


def _dates(
    party: Any, closed: Closed, kind: str, day: str | None, today: date, order: str
) -> tuple[str, str]:
    if day is None:
        return "", ""
    rhythm = rhythm_of(party, kind)
    earned = period_of(rhythm, date.fromisoformat(day), order)
    try:
        return earned.key, posted_in(earned, closed, rhythm, today).key
    except PeriodLocked:
        after = period_of(rhythm, period_of(rhythm, today).last + timedelta(days=1))
        return earned.key, after.key


def _save_cells(conn: Connection, tenant: str, changed: dict[str, Any]) -> None:
    account_store.save_cells(
        conn,
        [
            {
                "tenant": tenant,
                "account": name,
                "name": cell,
                "fine": str(fine),
                "minor": minor,
            }
            for name, held in changed.items()
            if held.changed_cells
            for cell, (fine, minor) in sorted(held.cells.items())
        ],
    )


def _ask_budgets(
    world: World, conn: Connection, tenant: str, entries: Sequence[Any], budgets: Sequence[Any]
) -> dict[str, str]:
    """Entries that a budget covers are frozen and ask it; {key: "frozen"}. Bulk knows party, term
    and period of an entry.
    """
    frozen: dict[str, str] = {}
    for one in entries if budgets else ():
        if one.state != "pending" or one.minor <= 0:
            continue
        party, _, rest = str(one.account).partition("|")
        about = {"party": party, "term": rest.partition("|")[0], "period": one.posted_in}
        names = [row for row in budgets if is_covered(row.document["covers"], about)]
        if not names:
            continue
        frozen[one.key] = "frozen"
        amounts = {
            row.key: one.figures[2] if row.document.get("unit") == "pieces" else one.minor
            for row in names
        }
        first, *others = amounts
        args = {"budget": first, "key": one.key, "amount": amounts[first], "party": party}
        args |= {"next": others, "amounts": amounts}
        send(world, conn, tenant, f"budget:{first}", "budget.guard", args, one.key)
    return frozen
