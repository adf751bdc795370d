"""Whether a rate card can be published, and what to mend.

    validate_card(document, known) -> problems, errors first, with JSON pointers into the document

1. the shape (card.py); 2. names that are doubled or mean nothing; 3. conditions and formulas;
4. each rule by itself; 5. rules that overlap (card_overlap.py); 6. layers that cannot be built on
each other; 7. terms with a gap; 8. what the installation does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.core.cells import zone as read_zone
from engine.core.errors import InvalidInput, Problem
from engine.core.expression import check
from engine.core.fields import Condition
from engine.core.text import Text, text
from engine.settlement.card import LAYERS, Card, Rule, Source, Term, load_card, read_terms
from engine.settlement.card_overlap import can_meet, overlaps
from engine.settlement.card_scope import card_scope
from engine.settlement.check import check_model
from engine.settlement.in_force import Force, force_of
from engine.settlement.layers import can_share, compose, is_plain
from engine.settlement.models import Chained, Flat, Model, Volume
from engine.settlement.money import exponent
from engine.settlement.rank import FACTS
from engine.settlement.split import read_split

# What the installation knows, by fact: {"party": {...}, "shop": {...}, "coefficient": {...}}.
# A fact that is left out is not checked.
Known = Mapping[str, Collection[str]]


def validate_card(document: Any, known: Known | None = None) -> list[Problem]:
    """Everything wrong or doubtful; it can be published when nothing has level "error"."""
    try:
        card = document if isinstance(document, Card) else load_card(document)
    except InvalidInput as error:
        return list(error.problems)
    found = [*_whole(card), *_names(card)]
    if any(problem.path in ("/currency", "/zone") for problem in found):
        return found
    for index, term in enumerate(card.terms):
        found += _term(card, term, f"/terms/{index}")
    for index, rule in enumerate(card.rules):
        found += _rule(card, rule, f"/rules/{index}")
    if not found:
        zone = read_zone(card.zone)
        forces = [force_of(card, rule, zone) for rule in card.rules]
        found += _times(card, forces)
        found += overlaps(card, zone)
        found += _layers(card, forces)
        found += _gaps(card)
    found += _unknown(card, known or {})
    return sorted(found, key=lambda problem: problem.level != "error")


def demand_valid(document: Any, known: Known | None = None) -> Card:
    """The card, or InvalidInput with every error."""
    problems = [one for one in validate_card(document, known) if one.level == "error"]
    if problems:
        raise InvalidInput(
            text("计费规则有误，不能发布", "the rate card cannot be published"), problems
        )
    return document if isinstance(document, Card) else load_card(document)


def _whole(card: Card) -> Iterator[Problem]:
    try:
        exponent(card.currency, "/currency")
    except InvalidInput as error:
        yield from error.problems
    try:
        read_zone(card.zone)
    except InvalidInput as error:
        yield Problem("/zone", error.message, "zone")


def _names(card: Card) -> Iterator[Problem]:
    for name, keys in (
        ("terms", [term.key for term in card.terms]),
        ("campaigns", [one.key for one in card.campaigns]),
        ("rules", [rule.id for rule in card.rules]),
    ):
        for index, key in enumerate(keys):
            if key in keys[:index]:
                word = "id" if name == "rules" else "key"
                message = text(f"标识 {key} 重复", f"{key} is taken already")
                yield Problem(f"/{name}/{index}/{word}", message, "duplicate")


def _term(card: Card, term: Term, at: str) -> Iterator[Problem]:
    for name, source in (("party", term.party), ("bearer", term.bearer)):
        yield from _source(source, f"{at}/{name}")
    yield from _condition(term.applies, f"{at}/applies")
    for index, one in enumerate(term.exclusions):
        yield from _condition(one.when, f"{at}/exclusions/{index}/when")
    if term.moment.days and term.moment.when != "after_sales":
        message = text("只有「售后期满」才填天数", "days belong to “after sales” only")
        yield Problem(f"{at}/moment/days", message, "moment_days")
    if term.base.from_ == "none" and not term.base.plus:
        message = text("没有勾选任何计入基数的项目", "nothing is ticked, so the base is empty")
        yield Problem(f"{at}/base/plus", message, "empty_base")
    if term.split is not None:
        try:
            read_split(term.split, card.currency, f"{at}/split")
        except InvalidInput as error:
            yield from error.problems
    for index, rule in enumerate(card.rules):
        if rule.term == term.key and rule.model is not None:
            yield from _shared(term, rule.model, f"/rules/{index}/model")
            yield from _split_at_end(term, rule.model, f"/rules/{index}/model")
            yield from _chain(term, rule.model, f"/rules/{index}/model")


def _split_at_end(term: Term, model: Model, at: str) -> Iterator[Problem]:
    """What the end of a window adds belongs to no order, so it has nobody to be shared among."""
    late = model.coefficient is not None and model.coefficient.key is not None
    known_late = {
        "minimum": model.minimum is not None,
        "guarantee": model.guarantee is not None,
        "coefficient": late,
        "promise": isinstance(model, Flat) and model.promise is not None,
    }
    for name, is_given in known_late.items():
        if is_given and term.split is not None:
            message = text(
                f"「{term.name}」的金额会拆分给多方，不能再设保底、最低金额、期末系数或保量："
                "期末补差不属于任何订单，无从拆分",
                f"“{term.name}” is shared out: it cannot have a minimum, guarantee, promise or a "
                "factor known late, for what the end of a window adds belongs to no order",
            )
            yield Problem(f"{at}/{name}", message, "split_at_end")


def _chain(term: Term, model: Model, at: str) -> Iterator[Problem]:
    """A chain is shared out order by order, among the parties of that order."""
    if not isinstance(model, Chained):
        return
    if model.level is not None:
        yield Problem(f"{at}/level", _ALL_LEVELS, "not_here")
    if term.window != "order" or term.totals != "party" or term.split is not None:
        message = text(
            f"逐级抽成按单计算：请把「{term.name}」的累计周期设为每单、按合作方各自累计，且不再拆分",
            f"a chain is reckoned order by order: “{term.name}” must count by order and by party, "
            "without a split",
        )
        yield Problem(at, message, "chain_window")


def _shared(term: Term, model: Model, at: str) -> Iterator[Problem]:
    """Whether the model goes with whose totals pick its tier."""
    is_apart = isinstance(model, Volume) and model.by == "qualifying"
    if term.totals != "qualify_parent":
        if is_apart:
            message = text(
                "「另行统计的达标数」要配合「按上级合计定档」使用",
                "tiers by a figure counted apart go with “the parent's total picks the tier”",
            )
            yield Problem(f"{at}/by", message, "not_shared")
    elif not (can_share(model) or is_plain(model)):
        message = text(
            "按上级合计定档时只能用全额累进，且不带固定额、保底、封顶；超额累进会按不同费率累计",
            "where the parent's total picks the tier only volume tiers without flat part, "
            "guarantee and maximum can be used: others would be counted over different rates",
        )
        yield Problem(at, message, "not_shared")


def _source(source: Source, at: str) -> Iterator[Problem]:
    given = [one for one in (source.role, source.party, source.expression) if one is not None]
    if len(given) != 1:
        message = text(
            "请在角色、合作方、公式中填且只填一个", "give one of role, party and expression"
        )
        yield Problem(at, message, "source")
    elif source.expression is not None:
        for problem in check(source.expression, card_scope()):
            yield replace(problem, path=f"{at}/expression")


def _condition(condition: Condition | None, at: str) -> Iterator[Problem]:
    if condition is not None:
        for problem in check(condition, card_scope()):
            yield replace(problem, path=at + problem.path)


def _rule(card: Card, rule: Rule, at: str) -> Iterator[Problem]:
    if rule.term not in read_terms(card):
        message = text(f"没有结算项「{rule.term}」", f"there is no term {rule.term!r}")
        yield Problem(f"{at}/term", message, "unknown_term")
    yield from _campaign(card, rule, at)
    yield from _condition(rule.when, f"{at}/when")
    if rule.op == "replace":
        if rule.model is None:
            yield Problem(f"{at}/model", _NO_RATE, "missing_rate")
        else:
            yield from check_model(rule.model, card.currency, f"{at}/model")
        if rule.by is not None:
            yield Problem(f"{at}/by", _NOT_HERE, "not_here")
        return
    if rule.layer == "base":
        message = text("通用层没有下层可叠加，只能用「替换」", "the base layer can only replace")
        yield Problem(f"{at}/op", message, "nothing_below")
    if rule.by is None:
        yield Problem(f"{at}/by", _NO_RATE, "missing_rate")
    if rule.model is not None:
        yield Problem(f"{at}/model", _NOT_HERE, "not_here")


def _campaign(card: Card, rule: Rule, at: str) -> Iterator[Problem]:
    if (rule.layer == "campaign") != (rule.campaign is not None):
        message = text("活动层的规则要选活动，其他层不能选", "a campaign goes with its layer")
        yield Problem(f"{at}/campaign", message, "campaign")
    elif rule.campaign is not None and rule.campaign not in {one.key for one in card.campaigns}:
        message = text(f"没有活动「{rule.campaign}」", f"there is no campaign {rule.campaign!r}")
        yield Problem(f"{at}/campaign", message, "unknown_campaign")


def _times(card: Card, forces: list[Force]) -> Iterator[Problem]:
    for index, force in enumerate(forces):
        if force.is_empty:
            message = text("结束时间不能早于开始时间", "it ends before it begins")
            yield Problem(f"/rules/{index}/ends", message, "empty_span")


def _layers(card: Card, forces: list[Force]) -> Iterator[Problem]:
    """Every upper rule against the rules below that it can meet."""
    for index, rule in enumerate(card.rules):
        depth = LAYERS.index(rule.layer)
        if not depth:
            continue
        below = [
            (other, lower)
            for other, lower in enumerate(card.rules)
            if lower.term == rule.term
            and LAYERS.index(lower.layer) < depth
            and can_meet(card.rules, forces, index, other)
        ]
        if rule.op != "replace" and not any(lower.op == "replace" for _, lower in below):
            yield Problem(f"/rules/{index}/op", _NOTHING_BELOW, "nothing_below")
            continue
        for _, lower in below:
            if lower.op != "replace" or lower.model is None:
                continue
            problem = _built(lower, rule, index)
            if problem is not None:
                yield problem
                break


def _built(lower: Rule, rule: Rule, index: int) -> Problem | None:
    if rule.op == "replace":
        return _counted_apart(lower, rule, index)
    try:
        compose((lower, rule))
    except InvalidInput as error:
        first = error.problems[0]
        name = first.path.rpartition("/")[2]
        return replace(first, path=f"/rules/{index}/{name}")
    return None


def _counted_apart(lower: Rule, rule: Rule, index: int) -> Problem | None:
    """A remark, or a refusal where a fixed fee would be due twice."""
    assert lower.model is not None
    if isinstance(lower.model, Flat) and isinstance(rule.model, Flat) and _is_by_order(rule):
        message = text(
            f"固定费按周期计：部分订单换成本条后，「{lower.name}」与本条会各收一次，请只按合作方区分",
            f"a fixed fee is due for a window: with some orders under this rule both it and "
            f"“{lower.name}” would be due. Tell them apart by party only",
        )
        return Problem(f"/rules/{index}/match", message, "fixed_fee_twice")
    if is_plain(lower.model):
        return None
    message = text(
        f"命中本条的订单单独累计，不再计入「{lower.name}」的档位、保底或封顶",
        f"orders under this rule are counted apart: they do not count for the tiers, guarantee or "
        f"maximum of “{lower.name}”",
    )
    return Problem(f"/rules/{index}/model", message, "counted_apart", level="warning")


def _is_by_order(rule: Rule) -> bool:
    match = rule.match
    by_party = ("party", "party_kind", "party_level")
    return rule.when is not None or any(
        getattr(match, name) for name in FACTS if name not in by_party
    )


def _gaps(card: Card) -> Iterator[Problem]:
    for index, term in enumerate(card.terms):
        own = [rule for rule in card.rules if rule.term == term.key and rule.op == "replace"]
        if not own:
            message = text(
                f"「{term.name}」没有任何费率；不收不付请明确填 0",
                f"“{term.name}” has no rate: write 0 where nothing is due",
            )
            yield Problem(f"/terms/{index}", message, "missing_rate")
        elif not any(_takes_all(rule) for rule in own):
            message = text(
                f"「{term.name}」没有兜底费率，未命中任何规则的订单会停下来等人处理，不会按 0 计",
                f"“{term.name}” has no rate for all others: lines that fit no rule will wait for "
                "somebody and are not counted as 0",
            )
            yield Problem(f"/terms/{index}", message, "rate_gap", level="warning")


def _takes_all(rule: Rule) -> bool:
    is_narrow = any(getattr(rule.match, name) for name in FACTS)
    is_dated = rule.starts is not None or rule.ends is not None or rule.campaign is not None
    return not is_narrow and rule.when is None and not is_dated


def _unknown(card: Card, known: Known) -> Iterator[Problem]:
    for index, rule in enumerate(card.rules):
        for name in FACTS:
            if name not in known:
                continue
            for at, value in enumerate(getattr(rule.match, name)):
                if value not in known[name]:
                    message = text(f"系统里没有「{value}」", f"{value!r} is not known here")
                    yield Problem(f"/rules/{index}/match/{name}/{at}", message, f"unknown_{name}")
        coefficient = rule.model.coefficient if rule.model is not None else None
        key = coefficient.key if coefficient is not None else None
        if key and "coefficient" in known and key not in known["coefficient"]:
            message = text(
                f"没有系数「{key}」，到期末无法结算",
                f"there is no factor {key!r}: the window could not be closed",
            )
            path = f"/rules/{index}/model/coefficient/key"
            yield Problem(path, message, "unknown_coefficient")


_ALL_LEVELS: Text = text("规则写的是所有级别，这里不填", "a rule is about all of its levels")
_NO_RATE: Text = text("没有填写费率；免抽成请明确填 0", "has no rate: write 0 where nothing is due")
_NOT_HERE: Text = text("这种叠加方式不用填它", "does not belong to this kind of rule")
_NOTHING_BELOW: Text = text(
    "下层没有可叠加的费率，请改为「替换」", "no layer below has a rate to work on: use “replace”"
)
