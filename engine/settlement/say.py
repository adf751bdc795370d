"""The sentence behind a figure: 怎么算的 / 计算依据, made from stored figures when it is read.

`say_line` explains one line of an entry, `say_part` a part of a split, `say_link` a level of a
chain, `say_steps` how the layers of a card came to a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from engine.core.text import Text, say, text
from engine.settlement import lines as code
from engine.settlement.chain import Link
from engine.settlement.lines import Line
from engine.settlement.models import Graduated, Model, Volume
from engine.settlement.split import Part
from engine.settlement.wording import (
    amount_of,
    number_of,
    number_text,
    percent_of,
    tier_of,
    worth_of,
)

LAYERS: dict[str, Text] = {
    "base": text("基础", "base"),
    "channel": text("渠道", "channel"),
    "campaign": text("活动", "campaign"),
}
Op = Literal["replace", "add", "multiply"]

_POINTS = text(" 个百分点", " percentage points")
_GUARANTEES = {
    "max_of": text("保底与分成取高", "the higher of guarantee and share"),
    "base_plus": text("保底之外另加分成", "the guarantee beside the share"),
}


def say_line(
    line: Sequence[int | str],
    currency: str,
    *,
    model: Model | None = None,
    layer: str | None = None,
    rule: Text | str | None = None,
) -> Text:
    """One stored line with its arithmetic: 基础 · 经销商返利 · 第 2 档（超过 500,000.00）：
    500,000.00 × 3% = 15,000.00.

    `model` (of the card version the entry was priced with) names the edge of the tier; without it
    the tier has its number only. A line of a code that is gone shows its amount.
    """
    said = _arithmetic(tuple(line), currency)
    heads = [_head(tuple(line), currency, model, layer, rule, locale) for locale in ("zh", "en")]
    return text(
        f"{heads[0]}：{said['zh']}" if heads[0] else said["zh"],
        f"{heads[1]}: {said['en']}" if heads[1] else said["en"],
    )


def say_sum(lines: Iterable[Line], currency: str) -> Text:
    """All lines added up: 15,000.00 + 10,000.00 = 25,000.00."""
    amounts = [line[2] * line[3] for line in lines]
    total = worth_of(sum(amounts), currency)
    shown = worth_of(amounts[0], currency) if amounts else total
    for amount in amounts[1:]:
        shown += f" {'-' if amount < 0 else '+'} {worth_of(abs(amount), currency)}"
    sentence = shown if len(amounts) < 2 else f"{shown} = {total}"
    return text(sentence, sentence)


def say_steps(steps: Sequence[tuple[Op, str | Decimal]], *, is_percent: bool = True) -> Text:
    """How layers came to a value, from the base up.

    [("replace", "12"), ("add", "3")] -> 12% + 3 个百分点 = 15%（12%→15%）
    """
    unit, points = ("%", _POINTS) if is_percent else ("", text("", ""))
    value, zh, en = Decimal(0), "", ""
    first: Decimal | None = None
    is_built = is_sum = False
    for op, written in steps:
        figure = Decimal(written)
        shown = number_text(abs(figure))
        if op == "replace":
            value, is_built, is_sum = figure, False, False
            zh = en = f"{number_text(figure)}{unit}"
            first = figure if first is None else first
            continue
        is_built = True
        if op == "add":
            value += figure
            sign = "-" if figure < 0 else "+"
            zh, en = f"{zh} {sign} {shown}{points['zh']}", f"{en} {sign} {shown}{points['en']}"
            is_sum = True
        else:
            value *= figure
            # A product takes the whole sum before it.
            zh, en = (f"（{zh}）", f"({en}) ") if is_sum else (f"{zh} ", f"{en} ")
            zh, en = f"{zh}× {shown}", f"{en}× {shown}"
            is_sum = False
    result = f"{number_text(value)}{unit}"
    if is_built:
        zh, en = f"{zh} = {result}", f"{en} = {result}"
    if first is not None and first != value:
        change = f"{number_text(first)}{unit}→{result}"
        zh, en = f"{zh}（{change}）", f"{en} ({change})"
    return text(zh, en)


def say_part(part: Part, total: int, currency: str) -> Text:
    """What one share of a split got and why."""
    amount, whole = amount_of(part.amount, currency), amount_of(total, currency)
    zh, en = {
        "percent": (f"{whole} × {part.value}%", f"{whole} × {part.value}%"),
        "weight": (f"按权重 {part.value}", f"by weight {part.value}"),
        "fixed": ("固定金额", "fixed amount"),
        "remaining": ("其余全部", "all that remained"),
    }[part.kind]
    zh, en = f"{zh} = {amount}", f"{en} = {amount}"
    if part.is_capped:
        zh, en = f"{zh}（已到上限）", f"{en} (at its cap)"
    if part.remainder:
        cents = amount_of(part.remainder, currency)
        zh, en = f"{zh}，含尾差 {cents}", f"{en}, with {cents} left over by rounding"
    return text(zh, en)


def say_link(link: Link, base: int, before: Link | None, currency: str) -> Text:
    """What one level of a chain gets: `before` is the level it carves from."""
    amount, gross = amount_of(link.amount, currency), amount_of(link.gross, currency)
    if link.mode == "carved_out" and before is not None:
        given = amount_of(before.gross - before.cut, currency)
        zh = f"从「{before.key}」的 {given} 中分出 {link.percent}% = {gross}"
        en = f"{link.percent}% of the {given} of {before.key} = {gross}"
    else:
        zh = en = f"{amount_of(base, currency)} × {link.percent}% = {gross}"
    if link.cut:
        cut = amount_of(link.cut, currency)
        zh, en = f"{zh}，超出封顶扣 {cut}", f"{en}, {cut} cut by the ceiling"
    passed = link.gross - link.cut - link.amount
    if passed:
        zh = f"{zh}，分给下一级 {amount_of(passed, currency)}"
        en = f"{en}, {amount_of(passed, currency)} passed to the next level"
    if link.amount != link.gross:
        zh, en = f"{zh}，实得 {amount}", f"{en}, keeps {amount}"
    return text(zh, en)


def _head(
    line: Line,
    currency: str,
    model: Model | None,
    layer: str | None,
    rule: Text | str | None,
    locale: Literal["zh", "en"],
) -> str:
    words = []
    if layer is not None:
        words.append(say(LAYERS.get(layer, text(layer, layer)), locale))
    if rule:
        words.append(say(rule, locale))
    if line[0] in _TIERED and isinstance(model, Graduated | Volume):
        if line[1] < len(model.tiers):
            words.append(say(tier_of(model, line[1], currency), locale))
    elif line[0] in _TIERED and line[1]:
        number = line[1] + 1
        words.append(f"第 {number} 档" if locale == "zh" else f"tier {number}")
    return " · ".join(words)


_TIERED = (code.RATE, code.UNIT_PRICE, code.FLAT, code.JUMP, code.UNIT_JUMP)


def _arithmetic(line: Line, currency: str) -> Text:
    name, _, quantity, price, *more = line
    worth = worth_of(quantity * price, currency)
    if name == code.RATE:
        return _both(f"{amount_of(quantity, currency)} × {percent_of(price)} = {worth}")
    if name in (code.UNIT_PRICE, code.PACKAGE, code.BLOCK):
        times = f"{number_of(quantity)} × {worth_of(price, currency)} = {worth}"
        if name == code.PACKAGE:
            return text(
                f"{times}（按包，不足一包按一包）", f"{times} (packages, a begun one whole)"
            )
        if name == code.BLOCK:
            return text(f"{times}（每满一份）", f"{times} (full blocks)")
        return _both(times)
    if name == code.FREE:
        free = amount_of(quantity, currency)
        return text(f"{free} 在免计金额以内", f"{free} lies in the free amount")
    if name == code.FREE_UNIT:
        return text(f"{number_of(quantity)} 笔免固定费", f"{number_of(quantity)} free of the fee")
    if name in (code.JUMP, code.UNIT_JUMP):
        return _repriced(name, quantity, price, more, worth, currency)
    if name == code.FLAT:
        return text(f"固定金额 {worth}", f"fixed amount {worth}")
    if name == code.CHAIN:
        return _level(more, worth, currency)
    return _at_close(name, more, worth, currency)


def _level(more: Sequence[Any], worth: str, currency: str) -> Text:
    """A level as it stands for the whole order, and what this step brought it."""
    percent, base, gross, cut, amount, below, given = more
    before = Link(below, "on_top", "", given, 0, given) if below else None
    mode = "carved_out" if below else "on_top"
    said = say_link(Link("", mode, percent, gross, cut, amount), base, before, currency)
    if amount_of(amount, currency) == worth:
        return said
    return text(f"{said['zh']}；本笔 {worth}", f"{said['en']}; this step {worth}")


def _repriced(
    name: str, quantity: int, price: int, more: Sequence[int], worth: str, currency: str
) -> Text:
    old_tier, new = more
    if name == code.JUMP:
        counted = amount_of(quantity, currency)
        old, now, change = percent_of(new - price), percent_of(new), percent_of(price)
    else:
        counted = number_of(quantity)
        old, now, change = (worth_of(value, currency) for value in (new - price, new, price))
    return text(
        f"此前累计的 {counted} 由第 {old_tier + 1} 档的 {old} 改按 {now}："
        f"{counted} × {change} = {worth}",
        f"the {counted} before, at {old} in tier {old_tier + 1}, now at {now}: "
        f"{counted} × {change} = {worth}",
    )


def _at_close(name: str, more: Sequence[int | str], worth: str, currency: str) -> Text:
    if name == code.CAP:
        return text(f"封顶调整 {worth}", f"maximum: {worth}")
    if name == code.COEFFICIENT:
        key, factor = more
        return text(f"系数「{key}」× {factor}，调整 {worth}", f"factor {key} × {factor}: {worth}")
    if name == code.PROMISE:
        reached, target, by = more
        figures = [
            number_of(int(value)) if by == "count" else amount_of(int(value), currency)
            for value in (reached, target)
        ]
        return text(
            f"保量 {figures[1]}，完成 {figures[0]}，按未完成比例退回 {worth}",
            f"promised {figures[1]}, reached {figures[0]}: given back in proportion {worth}",
        )
    if name == code.GUARANTEE:
        mode, amount, days, whole = more
        words, guaranteed = _GUARANTEES[str(mode)], worth_of(int(amount), currency)
        part = (
            (f"（{days}/{whole} 天）", f" ({days} of {whole} days)") if days != whole else ("", "")
        )
        return text(
            f"保底 {guaranteed}{part[0]}，{words['zh']}，补 {worth}",
            f"guarantee {guaranteed}{part[1]}, {words['en']}: {worth}",
        )
    if name == code.MINIMUM:
        return text(f"补足最低金额 {worth}", f"up to the minimum: {worth}")
    return _both(worth)


def _both(sentence: str) -> Text:
    return text(sentence, sentence)
