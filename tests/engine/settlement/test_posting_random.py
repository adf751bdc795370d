"""The principle: whatever arrives in whatever order, an account's entries sum to f(its totals)."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.settlement.account import (
    AMOUNT,
    MINOR,
    NUMBER,
    POSTED,
    AccountState,
    dump_state,
    read_state,
)
from engine.settlement.card import load_card
from engine.settlement.entry import figures_of
from engine.settlement.layers import compose
from engine.settlement.lines import lines_sum
from engine.settlement.money import UNIT, round_fine
from engine.settlement.plan import Plan, dump_plan, make_plans, read_plan
from engine.settlement.posting import Part, open_account, post, post_straight
from engine.settlement.window_end import close_window
from engine.store.db import dump_json
from engine.store.settlement_sheets import Slot, fold, unfold
from tests.engine.settlement.shop import document, percentage, rule, tiers

STEPS = (("0", "at", "1.5"), ("5000", "at", "3"), ("10000", "over", "5.25"))
BY_COUNT = [
    {"from": "0", "amount_per_unit": "2"},
    {"from": "10", "amount_per_unit": "3"},
    {"from": "25", "reach": "over", "amount_per_unit": "5"},
]
MODELS = {
    "percentage": percentage("3.333333"),
    "percentage_free_and_fee": percentage("12.5", free_amount="300", fee="1", free_count="2"),
    "percentage_capped": percentage("10", maximum="900"),
    "flat": {"kind": "flat", "amount": "5000"},
    "flat_once_used": {"kind": "flat", "amount": "5000", "due": "once_used"},
    "per_unit": {"kind": "per_unit", "amount": "7"},
    "package": {"kind": "package", "size": "6", "amount": "40", "free": "3"},
    "blocks": {"kind": "blocks", "size": "1000", "amount": "20"},
    "graduated": tiers("graduated", *STEPS),
    "graduated_by_count": {"kind": "graduated", "by": "count", "tiers": BY_COUNT},
    "graduated_with_flat": {
        "kind": "graduated",
        "tiers": [{"from": "0", "percent": "1", "flat": "88"}, {"from": "700", "percent": "2"}],
    },
    "volume": tiers("volume", *STEPS),
    "volume_by_count": {"kind": "volume", "by": "count", "tiers": BY_COUNT},
    "volume_capped": tiers("volume", *STEPS, maximum="4000"),
    "chain_level": {
        "kind": "chain",
        "level": "agency",
        "levels": [
            {"key": "promoter", "percent": "10"},
            {"key": "agency", "percent": "20", "mode": "carved_out"},
            {"key": "leader", "percent": "5"},
        ],
        "ceiling": {"percent": "12", "amount": "500"},
    },
    "fixed_coefficient": percentage("10", coefficient={"value": "0.8"}),
}
CLOSING = {
    "minimum": percentage("5", minimum="300"),
    "guarantee_max_of": percentage("5", guarantee={"amount": "400", "mode": "max_of"}),
    "guarantee_base_plus": percentage("5", guarantee={"amount": "400", "mode": "base_plus"}),
    "coefficient": percentage("5", coefficient={"key": "completion"}),
    "volume_with_coefficient": tiers("volume", *STEPS, coefficient={"key": "completion"}),
    "capped_with_coefficient": percentage("5", maximum="200", coefficient={"key": "completion"}),
    "flat_with_promise": {
        "kind": "flat",
        "amount": "5000",
        "promise": {"by": "amount", "target": "20000"},
    },
}
CURRENCIES = ("CNY", "JPY", "BHD")
MODES = ("half_up", "down", "half_even")

moves = st.lists(
    st.tuples(st.integers(1, 2_000_000), st.integers(0, 3), st.booleans()), min_size=1, max_size=25
)


def plan_of(
    model: dict, currency: str = "CNY", mode: str = "half_up", grain: str = "period"
) -> Plan:
    card = load_card(
        document(rule("base", model), currency=currency, rounding={"mode": mode, "grain": grain})
    )
    return make_plans(card, card.terms[0], compose(card.rules))[0]


def parts_from(rows: list[tuple[int, int, bool]], plan: Plan) -> list[Part]:
    """Orders, and for some of them a refund of a part or of all."""
    parts = []
    for index, (base, count, is_refunded) in enumerate(rows):
        parts.append(Part(f"e{index:03d}", plan.key, base, count, f"o{index}", "1", "brand", 1))
        if is_refunded:
            back = base if count % 2 else base // 3
            parts.append(
                Part(
                    f"e{index:03d}r", plan.key, -back, -count, f"o{index}", "1", "brand", 1,
                    kind="refund",
                )
            )  # fmt: skip
    return parts


def post_in_batches(plan: Plan, parts: list[Part], chance: random.Random):
    """Posts in random batches, keeping the state as JSON in between."""
    state, entries, left = AccountState("pty_1|c|2026-11|f"), [], list(parts)
    chance.shuffle(left)
    while left:
        size = chance.randint(1, 7)
        batch, left = left[:size], left[size:]
        made, state = post(read_state(dump_state(state)), {plan.key: plan}, batch)
        entries += made
    return entries, state


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=25, deadline=None)
@given(
    rows=moves,
    seed=st.integers(0, 999),
    currency=st.sampled_from(CURRENCIES),
    mode=st.sampled_from(MODES),
)
def test_entries_sum_to_what_the_totals_are_worth(name, rows, seed, currency, mode):
    plan = plan_of(MODELS[name], currency, mode)
    parts = parts_from(rows, plan)
    entries, state = post_in_batches(plan, parts, random.Random(seed))
    sub = state.subs[plan.key]
    assert sub[AMOUNT] == sum(part.base for part in parts)
    assert sub[NUMBER] == sum(part.units for part in parts)
    exact = plan.worth(sub[AMOUNT], sub[NUMBER])
    figures = [figures_of(entry) for entry in entries]
    assert sum(one.fine for one in figures) == exact == sub[POSTED]
    assert sum(entry.minor for entry in entries) == round_fine(exact, mode) == sub[MINOR]
    for entry, one in zip(entries, figures, strict=True):
        assert lines_sum(one.lines) == one.fine
        # An entry's cents are what its figures say: its own money and what was left over before.
        assert abs(entry.minor * UNIT - one.fine - one.rest) <= UNIT


@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_arrival_changes_nothing_in_the_end(name):
    plan = plan_of(MODELS[name])
    chance = random.Random(7)
    rows = [
        (chance.randint(1, 900_000), chance.randint(0, 3), chance.random() < 0.4) for _ in range(40)
    ]
    ends = set()
    for seed in range(5):
        entries, state = post_in_batches(plan, parts_from(rows, plan), random.Random(seed))
        ends.add((sum(entry.minor for entry in entries), tuple(state.subs[plan.key])))
    assert len(ends) == 1


@pytest.mark.parametrize("name", MODELS)
def test_everything_refunded_leaves_what_was_due_from_the_start(name):
    plan = plan_of(MODELS[name])
    parts = [Part(f"a{n}", plan.key, 77_777, 1, f"o{n}", "1", "brand", 1) for n in range(20)]
    back = [one._replace(key=f"b{one.key}", base=-one.base, units=-1) for one in parts]
    entries, state = post_in_batches(plan, parts + back, random.Random(3))
    opening = round_fine(plan.pricer.opening()[0], "half_up")
    assert sum(entry.minor for entry in entries) == opening
    assert state.subs[plan.key][:2] == [0, 0]


@pytest.mark.parametrize("name", CLOSING)
@settings(max_examples=25, deadline=None)
@given(rows=moves, late=moves, first=st.integers(0, 200), second=st.integers(0, 200))
def test_late_orders_and_new_coefficients_move_the_true_up_with_them(
    name, rows, late, first, second
):
    plan = plan_of(CLOSING[name])
    plans, chance = {plan.key: plan}, random.Random(first)
    entries, state = post_in_batches(plan, parts_from(rows, plan), chance)
    pattern = Part("close", "", 0, 0, "", "", "brand", 1)
    coefficients = {"completion": f"{first / 100:.2f}"}
    made, state = close_window(state, plans, pattern, coefficients)
    entries += made
    more = [part._replace(key=f"late{part.key}") for part in parts_from(late, plan)]
    made, state = post(state, plans, more)
    entries += made
    coefficients = {"completion": f"{second / 100:.2f}"}
    made, state = close_window(state, plans, pattern._replace(key="again"), coefficients)
    entries += made
    sub = state.subs[plan.key]
    due = plan.pricer.closing((sub[AMOUNT], sub[NUMBER], 0), coefficients).due
    assert sum(figures_of(entry).fine for entry in entries) == due
    assert sum(entry.minor for entry in entries) == round_fine(due, "half_up")


@settings(max_examples=40, deadline=None)
@given(rows=moves, seed=st.integers(0, 99))
@pytest.mark.parametrize("by", ["amount", "count"])
def test_plans_and_payees_that_share_a_total_sum_to_the_shared_worth(by, rows, seed):
    model = MODELS["volume"] if by == "amount" else MODELS["volume_by_count"]
    card = load_card(
        document(
            rule("base", model),
            rule("double", layer="channel", op="multiply", by="1.5", match={"shop": ["x"]}),
        )
    )
    plain = make_plans(card, card.terms[0], compose(card.rules[:1]))[0]
    double = make_plans(card, card.terms[0], compose(card.rules))[0]
    plans = {plain.key: plain, double.key: double}
    assert plain.family == double.family
    chance = random.Random(seed)
    names = [plain.key, double.key, f"{plain.key}@pty_2"]
    parts = [part._replace(sub=chance.choice(names)) for part in parts_from(rows, plain)]
    # A refund goes where its order went.
    home = {part.order: part.sub for part in reversed(parts)}
    parts = [part._replace(sub=home[part.order]) for part in parts]
    chance.shuffle(parts)
    state, entries = AccountState("pty_1|c|2026-11|f"), []
    for start in range(0, len(parts), 3):
        made, state = post(state, plans, parts[start : start + 3])
        entries += made
    picks = state.amount if by == "amount" else state.number * 100
    for name, sub in state.subs.items():
        own = plans[name.partition("@")[0]]
        worth = own.shared.at(sub[AMOUNT], sub[NUMBER], picks)
        mine = [entry for entry in entries if entry.sub == name]
        assert sum(figures_of(entry).fine for entry in mine) == worth
        assert sum(entry.minor for entry in mine) == round_fine(worth, "half_up")
        assert {entry.to_account for entry in mine} == {"pty_2" if "@" in name else "pty_1"}


@pytest.mark.parametrize("grain", ["line", "order"])
@pytest.mark.parametrize("mode", MODES)
def test_rounded_by_itself_each_order_is_its_own_exact_sum_rounded(grain, mode):
    plan = plan_of(percentage("3.3333"), mode=mode, grain=grain)
    parts = [
        Part(f"e{n}.{line}", plan.key, 1_001 + 7 * n + line, 1, f"o{n}", str(line), "brand", 1)
        for n in range(30)
        for line in range(3)
    ]
    parts += [one._replace(key=f"r{one.key}", base=-one.base // 2) for one in parts[::4]]
    cells: dict = {}
    entries, _ = post(AccountState("p|c|w|f"), {plan.key: plan}, parts, cells=cells)
    sums: dict = {}
    for entry in entries:
        key = (entry.order, entry.line if grain == "line" else "")
        fine, minor = sums.get(key, (0, 0))
        sums[key] = (fine + figures_of(entry).fine, minor + entry.minor)
    assert all(minor == round_fine(fine, mode) for fine, minor in sums.values())


def test_the_same_effect_posts_once():
    plan = plan_of(percentage("10"))
    part = Part("e1", plan.key, 10_000, 1, "o1", "1", "brand", 1)
    entries, state = post(AccountState("p|c|w|f"), {plan.key: plan}, [part, part])
    assert [entry.minor for entry in entries] == [1_000]
    again, after = post(state, {plan.key: plan}, [part], done={"e1"})
    assert again == []
    assert after.subs == state.subs


def test_a_batch_leaves_the_state_it_was_given_alone():
    plan = plan_of(percentage("10"))
    part = Part("e1", plan.key, 10_000, 1, "o1", "1", "brand", 1)
    before = AccountState("p|c|w|f", {plan.key: [5, 1, 0, 0, 0]})
    post(before, {plan.key: plan}, [part])
    assert before.subs == {plan.key: [5, 1, 0, 0, 0]}


def test_a_fixed_fee_is_due_without_any_order_and_once():
    plan = plan_of(MODELS["flat"])
    part = Part("open", plan.key, 0, 0, "", "", "brand", 1)
    entries, state = open_account(AccountState("p|c|w|f"), plan, plan.key, part)
    assert [(entry.kind, entry.minor) for entry in entries] == [("opening", 500_000)]
    assert open_account(state, plan, plan.key, part)[0] == []


@pytest.mark.parametrize("name", [*MODELS, *CLOSING])
def test_a_kept_plan_is_the_same_plan(name):
    plan = plan_of({**MODELS, **CLOSING}[name])
    again = read_plan(dump_plan(plan))
    assert again == plan
    assert again.worth(1_234_567, 12) == plan.worth(1_234_567, 12)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)), st.sampled_from(CURRENCIES), st.sampled_from(MODES), moves,
    st.booleans(),
)  # fmt: skip
def test_figures_in_columns_are_the_entries_one_by_one(
    name: str, currency: str, mode: str, rows: list[tuple[int, int, bool]], goes_down: bool
) -> None:
    plan = plan_of(MODELS[name], currency, mode)
    parts = [one for one in parts_from(rows, plan) if goes_down or one.kind == "order"]
    state = AccountState("pty_1|creators.commission|2026-11|f")
    for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
        entries, after = post(state, {plan.key: plan}, half)
        bases, units = [one.base for one in half], [one.units for one in half]
        found = post_straight(state, plan, plan.key, bases, units) if half else None
        if found is not None:
            run, straight = found
            said = zip(run.minors, *run[1:6], run.rests(), run.lines(), strict=False)
            assert [(one.minor, *figures_of(one)[1:8]) for one in entries] == list(said)
            alike = {"tenant": "main", "account": state.key, "sub": plan.key, "posted_at": None}
            slot = Slot("brand", "pty_1", currency, "pending", "2026-11", "2026-11", 1)
            orders, dates = [one.order for one in half], range(len(half))
            lines = ["1"] * len(half)
            slots = [(0, len(half), slot)]
            sheets = list(fold(alike, "k/", slots, orders, lines, dates, run, most=3))
            read = [SimpleNamespace(**json.loads(dump_json(sheet))) for sheet in sheets]
            there = [one for sheet in read for one in unfold(sheet)]
            kept = json.loads(dump_json([figures_of(one)[1:8] for one in entries]))
            assert [one.figures[1:] for one in there] == kept
            assert [one.minor for one in there] == list(run.minors)
            assert sum(sheet.minor for sheet in read) == sum(run.minors)
            assert dump_state(straight) == dump_state(after)
        state = after
