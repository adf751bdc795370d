"""The money of a test run in the terminal: who gets what, budgets, and what two versions differ by.

Shapes: engine/runtime/simulate/money.py. Amounts are decimal texts: what the parties get.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from engine.cli.screen import locale, show_table, tell
from engine.core.expression import CHINA
from engine.core.text import Text, say, text

MOST_SHOWN = 10
_NUMBERS = (text("订单", "Orders"), text("分录", "Entries"), text("金额", "Amount"))
_SIDES = (text("新", "New"), text("旧", "Old"), text("差额", "Difference"))
# Which figures, and what their first columns are called.
_LISTS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("by_party", text("参与方", "Party"), ("name",)),
    ("by_channel", text("渠道", "Channel"), ("channel", "platform", "shop")),
    ("by_tier", text("科目与档位", "Term and tier"), ("term", "tier")),
)
Money = Mapping[str, Any]
_WHY = {
    "no_party": text("参与方还没有设置", "the party is not set up"),
    "no_rate": text("没有适用的费率", "no rate applies"),
}
_NO_NAMES: Mapping[str, str] = {}


def show_money(
    money: Money | None, terms: Mapping[str, str] = _NO_NAMES, zone: tzinfo = CHINA
) -> None:
    """Totals, the parts by party, channel and tier, and the budgets; nothing where none is."""
    if money is None:
        return
    for one in money["totals"]:
        tell(
            text(
                f"结算：{one['amount']} {one['currency']}（{one['orders']} 个订单，"
                f"{one['entries']} 条分录）",
                f"settled: {one['amount']} {one['currency']} ({one['orders']} orders, "
                f"{one['entries']} entries)",
            )
        )
    for name, title, columns in _LISTS:
        rows = [_with_name(row, terms) for row in money[name]]
        if rows:
            show_table(
                [title, *_NUMBERS],
                (
                    (_called(row, columns), row["orders"], row["entries"], _amount(row, "amount"))
                    for row in rows[:MOST_SHOWN]
                ),
            )
            _rest(len(rows))
    for budget in money["budgets"]:
        _budget(budget, zone)
    for one in money["left_out"][:MOST_SHOWN]:
        # A line counts once for each term that does not price it: so each term by itself.
        term = terms.get(f"{one['card']}.{one['term']}") or one["term"] or one["card"]
        why = _WHY.get(one["name"]) or text(one["name"], one["name"])
        if one["kind"] == "excluded":
            why = text(f"按规则排除：{one['name']}", f"left out by the rule {one['name']}")
        tell(
            text(
                f"没有定价：{term}，{one['lines']} 行（{why['zh']}）",
                f"not priced: {term}, {one['lines']} lines ({why['en']})",
            )
        )
    _rest(len(money["left_out"]))


def show_compared_money(money: Money | None, terms: Mapping[str, str] = _NO_NAMES) -> None:
    """What two versions differ by, in total, by party, channel and tier, and order by order."""
    if money is None:
        return
    gaps = money["differences"] or [{"currency": "", "amount": money["difference"]}]
    amounts = "，".join(f"{one['amount']} {one['currency']}".strip() for one in gaps)
    tell(
        text(
            f"金额差异：{amounts}；{money['orders']} 个订单中 {money['different']} 个不同",
            f"money differs by {amounts.replace('，', ', ')}: {money['different']} of "
            f"{money['orders']} orders",
        )
    )
    totals = [{**row, "name": say(text("合计", "Total"), locale())} for row in money["totals"]]
    _beside(text("金额", "Money"), totals, ("name",))
    for name, title, columns in _LISTS:
        rows = [_with_name(row, terms) for row in money[name] if Decimal(row["difference"])]
        _beside(title, rows, columns)
    _beside(text("差异最大的订单", "Largest differences"), money["largest"], ("order",))


def _beside(title: Text, rows: Sequence[Money], columns: Iterable[str]) -> None:
    if not rows:
        return
    show_table(
        [title, *_SIDES],
        (
            (_called(row, columns), row["new"], row["old"], _amount(row, "difference"))
            for row in rows[:MOST_SHOWN]
        ),
    )
    _rest(len(rows))


def told_at(moment: datetime | str, zone: tzinfo) -> str:
    """A moment as clocks of a zone show it."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _budget(budget: Money, zone: tzinfo) -> None:
    money = f" {budget['currency']}" if budget["unit"] == "money" else ""
    used = f"{budget['used']} / {budget['limit']}{money}"
    if budget["exceeded_at"] is None:
        tell(text(f"预算 {budget['name']}：已用 {used}", f"budget {budget['name']}: {used} used"))
        return
    since = told_at(budget["exceeded_at"], zone)
    tell(
        text(
            f"预算 {budget['name']}：已用 {used}，{since} 起超出，"
            f"{budget['asked']} 次申请中 {budget['held']} 次没有通过",
            f"budget {budget['name']}: {used} used, exceeded from {since} on, "
            f"{budget['held']} of {budget['asked']} demands held back",
        )
    )


def _with_name(row: Money, terms: Mapping[str, str]) -> Money:
    """A term by its name, where a card has one for it, and its tier in words."""
    if row.get("term") not in terms:
        return row
    tier = str(row["tier"])
    words = text(f"第 {tier} 档", f"tier {tier}") if tier.isdigit() else text(tier, tier)
    return {**row, "term": terms[row["term"]], "tier": say(words, locale())}


def _called(row: Money, columns: Iterable[str]) -> str:
    return " · ".join(str(row[one]) for one in columns if row.get(one)) or "-"


def _amount(row: Money, column: str) -> str:
    return f"{row[column]} {row['currency']}"


def _rest(count: int) -> None:
    if count > MOST_SHOWN:
        left = count - MOST_SHOWN
        tell(text(f"  另有 {left} 行，见 --json", f"  and {left} more: see --json"))
