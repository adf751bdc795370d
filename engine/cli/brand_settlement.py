"""The demo brand's money: two parties, one rate card in three layers, one budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.core.errors import NotFound
from engine.core.text import Text, text
from engine.runtime.principal import Principal
from engine.runtime.settling import budgets, parties, rate_cards
from engine.runtime.world import World

DOUYIN_SHOP = "4463798"  # as the platform's orders name it
CREATOR, OPERATOR = "林晚秋", "杭州云栖电商服务"
# name, kind, what they are called on platforms
PARTIES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (CREATOR, "creator", (("own", "lin-wanqiu"), ("tmall", "lin-wanqiu"))),
    (
        OPERATOR,
        "provider",
        (("own", "青禾小程序商城"), ("tmall", "青禾天猫旗舰店"), ("douyin", DOUYIN_SHOP)),
    ),
)
PROMOTER: dict[str, str] = {"kind": "creator", "id": "lin-wanqiu", "name": CREATOR}
CARD: dict[str, Any] = {
    "format": "jimu.rate_card/1",
    "key": "qinghe",
    "name": "青禾合作方结算",
    "currency": "CNY",
    "terms": [
        {"key": "commission", "name": "达人佣金", "party": {"role": "promoter"}},
        {"key": "service", "name": "代运营服务费", "party": {"role": "shop"}},
    ],
    "campaigns": [
        {"key": "anniversary", "name": "周年庆", "starts": "2026-01-01", "ends": "2027-12-31"}
    ],
    "rules": [
        {
            "id": "creator",
            "name": "标准佣金",
            "term": "commission",
            "model": {"kind": "percentage", "percent": "12"},
        },
        {
            "id": "creator_plus",
            "name": "周年庆加点",
            "term": "commission",
            "layer": "campaign",
            "campaign": "anniversary",
            "op": "add",
            "by": "3",
        },
        {
            "id": "service",
            "name": "阶梯服务费",
            "term": "service",
            "model": {
                "kind": "graduated",
                "tiers": [
                    {"from": "0", "percent": "3"},
                    {"from": "10000", "percent": "4"},
                    {"from": "50000", "percent": "5"},
                ],
            },
        },
        {
            "id": "service_tmall",
            "name": "天猫服务费",
            "term": "service",
            "layer": "channel",
            "match": {"platform": ["tmall"]},
            "op": "replace",
            "model": {"kind": "percentage", "percent": "2.5"},
        },
    ],
}
BUDGET_KEY = "party:lin-wanqiu"
BUDGET: dict[str, Any] = {
    "name": "林晚秋周年庆佣金",
    "limit": "50000.00",
    "currency": "CNY",
    "action": "warn",
    "warn_at": "80",
}


def make_settlement(world: World, who: Principal) -> Iterator[Text]:
    """Makes what is missing of it; a sentence for each part that was made."""
    made = []
    for name, kind, accounts in PARTIES:
        there = parties.list_parties(world, who.tenant, q=name)
        if not any(row.name == name for row in there):
            row = parties.create_party(world, who, {"kind": kind, "name": name})
            parties.set_accounts(world, who, row.id, accounts)
            made.append(name)
    if made:
        yield text(f"演示合作方：{'、'.join(made)}", f"parties of the demo: {', '.join(made)}")
    if not _has_card(world, who.tenant):
        rate_cards.create_card(world, who, CARD)
        rate_cards.publish_card(world, who, CARD["key"], note="演示")
        name = CARD["name"]
        yield text(f"已发布的计费规则：{name}", f"published rate card: {name}")
    if not any(row.key == BUDGET_KEY for row in budgets.list_budgets(world, who.tenant)):
        found = parties.list_parties(world, who.tenant, q=CREATOR)
        covers = {"party": found[0].id}
        budgets.put_budget(world, who, BUDGET_KEY, {**BUDGET, "covers": covers})
        yield text(f"演示预算：{BUDGET['name']}", f"budget of the demo: {BUDGET['name']}")


def _has_card(world: World, tenant: str) -> bool:
    try:
        rate_cards.read_card(world, tenant, CARD["key"])
    except NotFound:
        return False
    return True
