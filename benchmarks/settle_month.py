"""A month settled in bulk: booked order lines to explained entries in PostgreSQL, two workers; and
what the month would come to under another card. Beside it the same cents by a window function of
PostgreSQL and by polars, which explain nothing.
"""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import func, select, text

from benchmarks.crew import Gate, crew
from benchmarks.database import plain_url
from benchmarks.figure import Figure
from benchmarks.installation import TENANT, installation
from benchmarks.peers import Peer, ask, settled_sums
from engine.processes import keep_what_is_loaded
from engine.runtime.installation import live_world
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling.cards import plan_documents
from engine.runtime.settling.month import settle_month
from engine.runtime.settling.quoting import what_if
from engine.runtime.settling.rate_cards import create_card, publish_card
from engine.runtime.world import World
from engine.settings import load_settings
from engine.settlement.card import load_card
from engine.settlement.outcome import Owed
from engine.settlement.resolve import Resolver
from engine.settlement.sale import sales_of
from engine.store import rate_cards as card_store
from engine.store.jobs import find_job
from engine.store.settlement_posted import each_line

LINES, PARTNERS, WORKERS = 1_000_000, 2_000, 2
MONTH, START = "2026-10", datetime(2026, 10, 1, tzinfo=UTC)
PATIENCE = 300.0
TIERS = [("0", "at", "3"), ("300", "over", "4"), ("20000", "over", "5"), ("60000", "over", "6")]


def card(*, last: str = "6") -> dict[str, Any]:
    """Graduated tiers by month for each partner."""
    tiers = [{"from": edge, "reach": reach, "percent": rate} for edge, reach, rate in TIERS]
    tiers[-1]["percent"] = last
    rule = {"id": "base", "name": "达人分段佣金", "term": "commission"}
    return {
        "key": "creators",
        "name": "达人佣金",
        "terms": [{"key": "commission", "name": "佣金", "party": {"role": "promoter"}}],
        "rules": [{**rule, "model": {"kind": "graduated", "tiers": tiers}}],
    }


def measure(lines: int = LINES, partners: int = PARTNERS, *, peers: bool = True) -> list[Figure]:
    with installation() as world:
        fill(world, lines, partners)
        jobs = settle_month(world, system(TENANT))
        with crew(WORKERS, _work) as workers:
            began = workers.go()
            while _is_busy(world, jobs) and time.monotonic() - began < PATIENCE:
                workers.check()
                time.sleep(0.02)
            took = time.monotonic() - began
        entries, cents = _entries(world)
        if entries != lines:
            raise RuntimeError(f"{entries} of {lines} entries after {took:.0f} s")
        tried = [_timed(lambda: what_if(world, TENANT, card(last="7"), MONTH)) for _ in range(3)]
        detail = {"lines": lines, "partners": partners, "entries": entries}
        found = {}
        if peers:  # last: they read the bookings, and what they store is dropped
            url = plain_url(world.db.url.render_as_string(hide_password=False))
            tiers = [(int(edge) * 100, int(rate)) for edge, _, rate in TIERS]
            found = ask(
                Peer("PostgreSQL, window function and store", "psycopg",
                     lambda: settled_sums.by_window(url, tiers, cents)),
                Peer("polars, not stored", "polars",
                     lambda: settled_sums.by_polars(url, tiers, cents)),
            )  # fmt: skip
    return [
        Figure("settle_month", f"{lines:,} order lines of {partners:,} partners to explained "
               "entries, PostgreSQL, 2 workers", round(took, 2), "s", 7.0, is_better_high=False,
               peers={name: round(value, 3) for name, value in found.items()}, detail=detail),
        Figure("what_if_month", "the month's totals under another card", round(sorted(tried)[1], 3),
               "s", 2.0, is_better_high=False),
    ]  # fmt: skip


def fill(world: World, lines: int, partners: int) -> None:
    """A month of booked lines that nobody has posted, as after `take_month`."""
    create_card(world, system(TENANT), card())
    publish_card(world, system(TENANT), "creators")
    resolver = Resolver(load_card(card()), 1)
    made = {f"pty_{index:05d}": _owed(resolver, f"pty_{index:05d}") for index in range(partners)}
    draw, names = random.Random(7), list(made)
    rows = io.StringIO()
    for number in range(lines):
        one = made[draw.choice(names)]
        at = (START + timedelta(seconds=number * 2_600_000 // lines)).isoformat()
        amount = draw.randrange(500, 50_000)
        rows.write(
            f"{TENANT}\tdouyin/flagship/{number:09d}\t1\t{one.account}\t{one.sub}\tcreators\t1"
            f"\tcommission\tbrand\tCNY\t{amount}\t1\t{amount}\t1\torders\tt\t{at}\t{at}\t{at}"
            "\t0\t0\t0\t0\tearned\tt\tmonth\tAsia/Shanghai\tdouyin\tflagship\n"
        )
    columns = (
        "tenant, order_key, line, account, sub, card, version, term, other, currency, paid, "
        "pieces, base, count, counts, takes_refunds, rate_at, paid_at, earned_at, back_paid, "
        "back_pieces, back_base, back_count, state, in_bulk, period_kind, zone, platform, shop"
    )
    url = plain_url(world.db.url.render_as_string(hide_password=False))
    with psycopg.connect(url) as raw, raw.cursor() as cursor:
        with cursor.copy(f"COPY settlement_bookings ({columns}) FROM STDIN") as copy:
            copy.write(rows.getvalue())
        cursor.execute(
            "INSERT INTO settlement_unposted (tenant, account, noted_at, lines) "
            "SELECT tenant, account, now(), count(*) FROM settlement_bookings GROUP BY 1, 2"
        )
    with world.db.begin() as conn:
        documents = plan_documents(resolver, resolver.plans.keys())
        found = [{"tenant": TENANT, "key": key, "document": one} for key, one in documents.items()]
        card_store.store_plans(conn, found)
    with world.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE"))


def _owed(resolver: Resolver, party: str) -> Owed:
    order = {
        "platform": "douyin",
        "shop": "flagship",
        "external_id": "1",
        "currency": "CNY",
        "amount": "1.00",
        "created_at": START,
        "paid_at": START,
    }
    sale = sales_of(order, parties={"promoter": {"key": party}})[0]
    found = resolver.resolve(sale)[0]
    assert isinstance(found, Owed)
    return found


def _work(gate: Gate) -> None:
    """A worker of the jobs' queue."""
    world = live_world(load_settings(os.environ))
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    keep_what_is_loaded()
    gate.wait()
    drain_jobs(world, f"bench-{os.getpid()}", seconds=PATIENCE)
    while True:  # until the crew is sent home
        time.sleep(0.05)


def _entries(world: World) -> tuple[int, int]:
    """(how many, their cents)."""
    with world.db.reading() as conn:
        entries = each_line(conn, TENANT)
        summed = select(func.count(), func.coalesce(func.sum(entries.c.minor), 0))
        count, cents = conn.execute(summed.select_from(entries)).one()
        return int(count), int(cents)


def _is_busy(world: World, jobs: list[str]) -> bool:
    with world.db.reading() as conn:
        found = [find_job(conn, TENANT, job) for job in jobs]
    return any(row is None or row.ended_at is None for row in found)


def _timed(do: Callable[[], Any]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
