"""A statement as tables: its sums, and its lines with how each was worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from api.context import locale, settings
from api.settlement_names import Names, term_of
from api.settlement_shapes import major
from api.spreadsheets import Cell, Sheet
from engine.core.text import Text, say, text
from engine.settlement.entry import KIND_NAMES, STATE_NAMES

_PARTS: tuple[tuple[str, Text], ...] = (
    ("opening", text("期初结转", "Carried over")),
    ("held", text("本期预留", "Held back")),
    ("released", text("预留释放", "Released")),
    ("net", text("本期净额", "Net")),
    ("payable", text("本期应付", "Payable now")),
    ("carried", text("结转下期", "Carried on")),
    ("frozen", text("已冻结（不计入）", "Frozen (in no sum)")),
)


def sums_sheet(row: Any, names: Names) -> Sheet:
    """What was carried over, each term, what is paid now."""
    columns = [
        text("项目", "Item"),
        text("金额", "Amount"),
        text("币种", "Currency"),
        text("明细数", "Entries"),
    ]
    return Sheet(text("对账单", "Statement"), columns, _sums(row, names))


def _sums(row: Any, names: Names) -> Iterator[list[Cell]]:
    language, currency = locale(), row.currency
    yield [say(text("合作方", "Party"), language), None, names.party(row.party), None]
    yield [say(text("结算周期", "Period"), language), None, row.period, None]
    yield [say(text("编号", "Number"), language), None, row.number or "", None]
    terms = [(term, minor, entries, "") for term, minor, entries in row.sums]
    late = say(text("（更正）", " (correction)"), language)
    terms += [(term, minor, entries, late) for term, minor, entries in row.corrections]
    for term, minor, entries, mark in terms:
        yield [f"{names.term(term)}{mark}", major(minor, currency), currency, entries]
    for name, words in _PARTS:
        yield [say(words, language), major(getattr(row, name), currency), currency, None]


def lines_sheet(row: Any, lines: Iterable[Any], names: Names) -> Sheet:
    """Every entry, above zero where the party gets it."""
    columns = [
        text("入账时间", "Posted at"),
        text("订单", "Order"),
        text("订单行", "Line"),
        text("结算项", "Term"),
        text("类型", "Kind"),
        text("金额", "Amount"),
        text("币种", "Currency"),
        text("状态", "State"),
        text("归属周期", "Earned in"),
        text("入账周期", "Posted in"),
        text("怎么算的", "How it was worked out"),
    ]
    return Sheet(text("明细", "Lines"), columns, _lines(row, lines, names))


def _lines(row: Any, lines: Iterable[Any], names: Names) -> Iterator[list[Cell]]:
    language, zone = locale(), settings().time_zone
    mark = "；" if language == "zh" else "; "
    for line in lines:
        entry = line.entry
        sign = 1 if entry.to_account == row.party else -1
        yield [
            entry.posted_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            entry.order_key,
            entry.line,
            names.term(term_of(entry.account)),
            say(KIND_NAMES.get(entry.kind, entry.kind), language),
            major(sign * entry.minor, entry.currency),
            entry.currency,
            say(STATE_NAMES[entry.state], language),
            entry.earned_in,
            entry.posted_in,
            mark.join(say(one, language) for one in line.sentences),
        ]
