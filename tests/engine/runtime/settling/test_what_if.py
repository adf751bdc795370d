"""What-if says what a second tenant posts that has the other card from the first day on."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling import what_if as asked
from engine.runtime.settling.month import settle_month, take_month
from engine.runtime.settling.opening import apply_opening
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.products import create_product
from engine.runtime.settling.quoting import what_if
from engine.runtime.settling.rate_cards import create_card, publish_card, save_card
from engine.runtime.settling.repricing import reprice_period, try_reprice
from engine.runtime.world import World
from engine.store import settlement_entries as entry_store
from engine.store.customers import customers
from engine.store.flows import create_tenant
from tests.conftest import fill
from tests.engine.runtime.conftest import START, TENANT, settle
from tests.engine.runtime.settling.ledger import (
    TIERS,
    card,
    ordered,
    percentage,
    publish,
    refunded,
    rule,
    take,
    tiers,
)

OTHER, NOVEMBER = "other", "2026-11"
FIRST = datetime(2026, 10, 31, 16, tzinfo=UTC)  # the month begins in Shanghai
LAST = datetime(2026, 11, 30, 16, tzinfo=UTC)
VOLUME = tiers("volume", ("0", "at", "2"), ("600", "at", "4"), ("2000", "at", "6"), allow_fall=True)
BESIDE = rule("live", layer="channel", op="add", by="2", match={"channel": ["live"]})
TIMES = rule("live", layer="channel", op="multiply", by="1.5", match={"channel": ["live"]})
SPLIT = {"shares": [{"key": "promoter", "value": "2"}, {"key": "brand", "value": "1"}]}
BY_LINE = {"rounding": {"grain": "line"}}
LATE = {"starts": "2026-11-08", "ends": "2026-11-20"}


def base(percent: str = "10", **more: Any) -> dict[str, Any]:
    return rule("base", percentage(percent), **more)


def of_all(*rules: dict[str, Any], **term: Any) -> dict[str, Any]:
    return card(*rules, term=term)


# (the card that is published, the one that is tried)
CARDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another percentage": (of_all(base()), of_all(base("12"))),
    "other tiers over sums": (of_all(rule("base", TIERS)), of_all(rule("base", VOLUME))),
    "flat tiers over sums": (
        of_all(base()),
        of_all(rule("base", {"kind": "graduated", "tiers": [
            {"from": "0", "reach": "at", "percent": "1", "flat": "88"},
            {"from": "900", "reach": "over", "percent": "3", "flat": "20"}]})),
    ),
    "a percentage beside tiers": (
        of_all(rule("base", TIERS), BESIDE), of_all(rule("base", VOLUME), BESIDE)
    ),
    "one total over several rates": (of_all(base()), of_all(rule("base", VOLUME), TIMES)),
    "products": (
        of_all(base()), of_all(base(), base("3", match={"product": ["S1"]}) | {"id": "p"})
    ),
    "stores": (of_all(base()), of_all(base(), base("3", match={"store": ["s1"]}) | {"id": "p"})),
    "tags and levels": (
        of_all(base()),
        of_all(
            base(),
            base("20", match={"customer_tag": ["vip"]}) | {"id": "tag"},
            base("15", match={"member_level": ["gold"]}) | {"id": "level", "priority": 1},
        ),
    ),
    "levels of parties": (
        of_all(base()), of_all(base(), base("4", match={"party_level": ["A"]}) | {"id": "p"})
    ),
    "days and conditions": (
        of_all(base()),
        of_all(
            base(),
            base("1", **LATE) | {"id": "late", "layer": "channel"},
            base("9", when="line.amount > 200") | {"id": "big", "priority": 2},
        ),
    ),
    "another base and bearer": (
        of_all(base()),
        of_all(base(), base={"from": "list", "minus": [{"type": "shop_coupon"}]},
               bearer={"role": "shop"}),
    ),
    "what did not count before": (
        of_all(base(), applies="order.amount > 150",
               exclusions=[{"id": "s2", "name": "样品", "when": 'line.sku == "S2"'}]),
        of_all(base("7")),
    ),
    "refunds that do not count": (of_all(base()), of_all(base(), base={"refunds": False})),
    "pieces": (
        of_all(base()),
        of_all(rule("base", {"kind": "per_unit", "amount": "1.35"}), counts="pieces"),
    ),
    "orders of several rates": (
        of_all(rule("base", {"kind": "per_unit", "amount": "2"})),
        of_all(rule("base", {"kind": "per_unit", "amount": "2"}),
               rule("p", {"kind": "per_unit", "amount": "3"}, match={"product": ["S1"]})),
    ),
    "lines rounded by themselves": (of_all(base("3.33")), card(base("3.37"), term=BY_LINE)),
    "a split": (of_all(base()), of_all(rule("base", VOLUME), split=SPLIT)),
    "a split before": (of_all(base(), split=SPLIT), of_all(base("11"))),
    "parents": (of_all(rule("base", TIERS)), of_all(rule("base", TIERS), totals="parent")),
    "days": (of_all(rule("base", TIERS)), of_all(rule("base", TIERS), window="day")),
    "single orders": (of_all(rule("base", TIERS)), of_all(rule("base", TIERS), window="order")),
    "weeks over the edge": (of_all(base()), of_all(rule("base", TIERS), window="week")),
    "a year before": (of_all(rule("base", TIERS), window="year"), of_all(rule("base", TIERS))),
    "a quarter": (of_all(base()), of_all(rule("base", VOLUME), window="quarter")),
    "a charge": (of_all(base(), direction="charge"), of_all(base("4"), base("1", match={
        "shop": ["flagship"]}) | {"id": "p"}, direction="charge")),
    "by creation": (of_all(base()), of_all(rule("base", TIERS), rate_on="created")),
}  # fmt: skip


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLite; PostgreSQL where a test asks for it."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copy(request.getfixturevalue("blank_sqlite"), tmp_path / "jimu.db")
        yield f"sqlite:///{tmp_path}/jimu.db"
        return
    server = request.getfixturevalue("postgres_server")
    with server.database(server.template("jimu_schema", fill)) as url:
        yield url


def people(world: World, tenant: str) -> dict[str, str]:
    """Two creators of one house, one shop; {id: name}."""
    found = {"brand": "brand"}
    house = str(create_party(world, system(tenant), {"kind": "agency", "name": "house"}).id)
    found[house] = "house"
    for name, platform, more in (
        ("lin", "douyin", {"kind": "creator", "level": "A", "parent_id": house}),
        ("wan", "douyin", {"kind": "creator", "parent_id": house}),
        ("flagship", "douyin", {"kind": "shop"}),
    ):
        row = create_party(world, system(tenant), {"name": name, **more})
        set_accounts(world, system(tenant), row.id, [(platform, name)])
        found[str(row.id)] = name
    return found


def story(seed: int, orders: int = 9) -> list[Event]:
    """Orders around a month with what becomes of them: changes, refunds (some before their order),
    orders that are closed.
    """
    draw, found = random.Random(seed), []
    for number in range(1, orders + 1):
        at = FIRST + timedelta(days=draw.choice([-1, 0, 5, 9, 14, 21, 29, 30]), minutes=number)
        lines = [
            {
                "id": str(index + 1),
                "name": "眼霜",
                "sku": f"S{draw.randrange(1, 4)}",
                "quantity": draw.randrange(1, 4),
                "amount": f"{draw.randrange(100, 40_000) / 100:.2f}",
                "list_amount": "420.00",
                **({"promoter": {"id": "wan"}} if draw.random() < 0.2 else {}),
            }
            for index in range(draw.randrange(1, 4))
        ]
        for line in lines:
            line["outer_id"] = line["sku"]
        total = f"{sum(float(line['amount']) for line in lines):.2f}"
        more = {
            "lines": lines,
            "channel": draw.choice(["live", "shelf"]),
            "identities": [{"kind": "phone", "value": f"1390000000{number % 4}"}],
            "adjustments": [{"type": "shop_coupon", "amount": "3.33"}],
        }
        if draw.random() < 0.4:
            more["store"] = "s1"
        who = draw.choice(["lin", "wan", None, "nobody-known"])
        events = [ordered(str(number), total, by=who, at=at, **more)]
        fate = draw.random()
        if fate < 0.35:
            events.append(refunded(str(number), f"{float(total) / 3:.2f}", at=at))
            if fate < 0.1:
                events.reverse()
        elif fate < 0.45:
            closed = {**more, "status": "closed"}
            later = at + timedelta(hours=1)
            events.append(ordered(str(number), total, by=who, at=later, type_="order.closed",
                                  **closed, paid_at=at.isoformat()))  # fmt: skip
        elif fate < 0.6:
            added = {**lines[0], "id": "9", "amount": "55.55"}
            bigger = {**more, "lines": [*lines, added], "paid_at": at.isoformat()}
            later = at + timedelta(hours=1)
            events.append(ordered(str(number), f"{float(total) + 55.55:.2f}", by=who, at=later,
                                  type_="order.shipped", **bigger))  # fmt: skip
        found.append(events)
    first = [events[0] for events in found]
    rest = [event for events in found for event in events[1:]]
    draw.shuffle(first)
    return [*first, *rest]


def tell(world: World, events: list[Event], *tenants: str) -> None:
    """One after the other: tiers over more than the month, and cents of shares, go by the order in
    which accounts were told. Customers are known before the month. Tenants hear of each at once.
    """
    at = FIRST - timedelta(days=20)
    known = [{"kind": "phone", "value": f"1390000000{digit}"} for digit in range(4)]
    early = [
        ordered(str(90 + index), by=None, at=at, identities=[one])
        for index, one in enumerate(known)
    ]
    for tenant in tenants:
        receive(world, tenant, early)
    settle(world)
    for tenant in tenants:
        mark(world, tenant)
    for event in events:
        world.clock.wind(timedelta(seconds=1))
        for tenant in tenants:
            receive(world, tenant, [event])
        settle(world)


def mark(world: World, tenant: str) -> None:
    """Some customers are members, some are tagged, and remain so."""
    with world.db.begin() as conn:
        rows = conn.execute(customers.select().where(customers.c.tenant == tenant)).all()
        for row in rows:
            digit = int(str(row.phone or "0")[-1]) if row.phone else 0
            values = {"tags": ["vip"] if digit % 2 else [], "level": "gold" if digit == 2 else None}
            conn.execute(
                customers.update()
                .where(customers.c.tenant == tenant, customers.c.id == row.id)
                .values(**values)
            )


def posted(
    world: World, tenant: str, names: dict[str, str], *, charges: bool = False
) -> dict[str, int]:
    """What the month's orders came to, by name; zeros left out."""
    with world.db.reading() as conn:
        rows = entry_store.list_entries(conn, tenant, limit=None)
    causes = {row.key.partition("/")[0]: row.order_key for row in rows if "~" not in row.key}
    found: dict[str, int] = {}
    for row in rows:
        order = row.order_key or causes[row.key.partition("~open")[0]]
        if FIRST <= PAID[order.rpartition("/")[2]] < LAST:
            party = names[row.from_account if charges else row.to_account]
            found[party] = found.get(party, 0) + row.minor
    return {name: minor for name, minor in found.items() if minor}


PAID: dict[str, datetime] = {}


def remember(events: list[Event]) -> None:
    for event in events:
        order = event.data.get("order")
        if order:
            PAID[order["external_id"]] = datetime.fromisoformat(order["paid_at"])


def compare(world: World, cards: tuple[dict[str, Any], dict[str, Any]], seed: int) -> None:
    with world.db.begin() as conn:
        create_tenant(conn, OTHER, "另一个品牌", START, settings={})
    events = story(seed)
    remember(events)
    named = {tenant: people(world, tenant) for tenant in (TENANT, OTHER)}
    sides = tuple(zip(named, cards, strict=True))
    for tenant, document in sides:
        create_card(world, system(tenant), document)
        publish_card(world, system(tenant), document["key"])
    tell(world, events, *named)
    sums = []
    for tenant, document in sides:
        charges = document["terms"][0].get("direction") == "charge"
        sums.append(posted(world, tenant, named[tenant], charges=charges))
    names, (was, would) = named[TENANT], sums
    found = what_if(world, TENANT, cards[1], NOVEMBER)
    assert {names[one.party]: one.was for one in found if one.was} == was
    assert {names[one.party]: one.would for one in found if one.would} == would
    assert would


@pytest.mark.parametrize("name", CARDS)
def test_it_is_what_the_other_card_posts(world: World, name: str) -> None:
    compare(world, CARDS[name], seed=list(CARDS).index(name))


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_it_is_what_the_other_card_posts_in_postgresql(world: World) -> None:
    compare(world, CARDS["a percentage beside tiers"], seed=77)


def test_orders_from_before_the_card_count_as_if_it_had_been_there(world: World) -> None:
    names = people(world, TENANT)
    take(world, ordered("1", "300.00"), ordered("2", "100.00"), refunded("2", "50.00"))
    publish(world, card(base()))
    drain_jobs(world, "test")  # the refund came before the card
    (found,) = what_if(world, TENANT, card(base("12")), NOVEMBER)
    assert (names[found.party], found.was, found.would) == ("lin", 0, 4_200)
    take_month(world, system(TENANT), NOVEMBER)
    settle(world)
    with pytest.raises(InvalidInput, match="佣金"):
        what_if(world, TENANT, card(base("12")), NOVEMBER)
    settle_month(world, system(TENANT))
    while drain_jobs(world, "test"):
        continue
    settle(world)
    (found,) = what_if(world, TENANT, card(base("12")), NOVEMBER)
    assert (found.was, found.would) == (3_500, 4_200)


def test_goods_are_found_by_the_ids_of_their_shop(world: World) -> None:
    people(world, TENANT)
    ids = [("douyin", "flagship", "P9")]
    cream = create_product(world, system(TENANT), {"sku": "EYE", "name": "眼霜", "ids": ids,
                                                   "attributes": {}}).id  # fmt: skip
    publish(world, card(base()))
    lines = [{"id": "1", "name": "眼霜", "product_id": "P9", "amount": "100.00"}]
    take(world, ordered("1", lines=lines))
    other = card(base("1"), base("20", match={"product": [cream]}) | {"id": "p"})
    (found,) = what_if(world, TENANT, other, NOVEMBER)
    assert (found.was, found.would) == (1_000, 2_000)


def test_what_cannot_be_told_is_refused_by_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {name: id_ for id_, name in people(world, TENANT).items()}
    publish(world, card(rule("base", TIERS)))
    row = {"kind": "total", "party": names["wan"], "term": "commission", "window": NOVEMBER}
    take(world, ordered("1", "300.00"))
    assert what_if(world, TENANT, card(base()), NOVEMBER)
    billed = {"rate_on": "earned", "moment": {"when": "platform_settled"}}
    with pytest.raises(InvalidInput, match=r"佣金.*the platform settles"):
        what_if(world, TENANT, card(base(), term=billed), NOVEMBER)
    with pytest.raises(InvalidInput, match="another currency"):
        what_if(world, TENANT, card(base(), currency="USD"), NOVEMBER)
    monkeypatch.setattr(asked, "MOST_EVENTS", 0)
    with pytest.raises(InvalidInput, match=r"佣金.*worked out order by order"):
        what_if(world, TENANT, card(rule("base", TIERS), BESIDE), NOVEMBER)
    more = {"amount": "100.00", "count": "1", "posted": "0.00"}
    apply_opening(world, system(TENANT), "creators", [{**row, **more}])
    with pytest.raises(InvalidInput, match=r"佣金.*opening totals"):
        what_if(world, TENANT, card(base()), NOVEMBER)


@pytest.mark.parametrize("orders", [9, 30])
def test_a_recompute_does_what_its_trial_said(world: World, orders: int) -> None:
    names = people(world, TENANT)
    events = story(5, orders=orders)
    remember(events)
    take(world, *events[:10])
    publish(world, card(base()))
    drain_jobs(world, "test")
    tell(world, events[10:], TENANT)
    save_card(world, system(TENANT), "creators", card(rule("base", VOLUME), TIMES), revision=1)
    publish_card(world, system(TENANT), "creators")
    trial = try_reprice(world, TENANT, "creators", NOVEMBER)
    assert {names[one.party]: one.was for one in trial if one.was} == posted(world, TENANT, names)
    reprice_period(world, system(TENANT), "creators", NOVEMBER)
    settle(world)
    assert {names[one.party]: one.would for one in trial if one.would} == posted(
        world, TENANT, names
    )
