"""Sentences from stored figures, in both languages."""

import json

import pytest
from hypothesis import given

from engine.core.text import text
from engine.settlement.chain import read_chain, share_along
from engine.settlement.check import read_model
from engine.settlement.money import UNIT
from engine.settlement.say import say_line, say_link, say_part, say_steps, say_sum
from engine.settlement.split import read_split
from tests.engine.settlement.price_models import models, pricer, steps, tiers

DEALER = {"kind": "volume", "tiers": tiers(("0", "0"), ("500000", "3"), ("1000000", "5"))}
MODEL = read_model(DEALER, "CNY")


def test_a_line_says_layer_rule_tier_and_arithmetic():
    said = say_line(
        ("rate", 1, 50_000_000, 3_000_000),
        "CNY",
        model=MODEL,
        layer="base",
        rule=text("经销商返利", "dealer rebate"),
    )
    assert said == {
        "zh": "基础 · 经销商返利 · 第 2 档（超过 500,000.00）：500,000.00 × 3% = 15,000.00",
        "en": "base · dealer rebate · tier 2 (over 500,000.00): 500,000.00 × 3% = 15,000.00",
    }


def test_a_jump_says_what_was_re_priced_and_from_which_tier():
    said = say_line(("jump", 2, 90_000_000, 2_000_000, 1, 5_000_000), "CNY", model=MODEL)
    assert said["zh"] == (
        "第 3 档（超过 1,000,000.00）：此前累计的 900,000.00 由第 2 档的 3% 改按 5%："
        "900,000.00 × 2% = 18,000.00"
    )


@pytest.mark.parametrize(
    ("line", "zh"),
    [
        (("rate", 0, -1_050, 3_000_000), "-10.50 × 3% = -0.315"),
        (("unit", 1, 3, 650 * UNIT), "第 2 档：3 × 6.50 = 19.50"),
        (("free", 0, 20_000, 0), "200.00 在免计金额以内"),
        (("free_unit", 0, 2, 0), "2 笔免固定费"),
        (("flat", 0, 1, 30_000 * UNIT), "固定金额 300.00"),
        (("package", 0, 2, 500 * UNIT), "2 × 5.00 = 10.00（按包，不足一包按一包）"),
        (("block", 0, 3, 2_000 * UNIT), "3 × 20.00 = 60.00（每满一份）"),
        (("cap", 0, 1, -5_000 * UNIT), "封顶调整 -50.00"),
        (
            ("unit_jump", 1, 5, -50 * UNIT, 0, 650 * UNIT),
            "第 2 档：此前累计的 5 由第 1 档的 7.00 改按 6.50：5 × -0.50 = -2.50",
        ),
        (
            ("coefficient", 0, 1, -200 * UNIT, "完成系数", "0.8"),
            "系数「完成系数」× 0.8，调整 -2.00",
        ),
        (
            ("promise", 0, 1, -900_000 * UNIT, 70_000_000, 100_000_000, "amount"),
            "保量 1,000,000.00，完成 700,000.00，按未完成比例退回 -9,000.00",
        ),
        (
            ("guarantee", 0, 1, 100 * UNIT, "max_of", 5_000_000 * UNIT, 1, 1),
            "保底 50,000.00，保底与分成取高，补 1.00",
        ),
        (
            ("guarantee", 0, 1, 100 * UNIT, "base_plus", 2_000_000 * UNIT, 12, 30),
            "保底 20,000.00（12/30 天），保底之外另加分成，补 1.00",
        ),
        (("minimum", 0, 1, 100 * UNIT), "补足最低金额 1.00"),
        (("of a later version", 0, 1, 100 * UNIT), "1.00"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_kind_of_line_has_its_sentence(line, zh):
    assert say_line(line, "CNY")["zh"] == zh
    assert say_line(json.loads(json.dumps(line)), "CNY")["zh"] == zh


@given(models(), steps, steps)
def test_every_line_of_every_model_can_be_said(kind, before, after):
    document, currency = kind
    priced = pricer(document, currency)
    for line in priced.difference(before, after)[1] + priced.opening()[1]:
        assert all(say_line(line, currency, model=priced.model, layer="channel").values())


@pytest.mark.parametrize(
    ("first", "second", "zh"),
    [
        (
            tiers(("0", "1"), ("10", "2"))[0],
            {"from": "10", "percent": "2"},
            "第 1 档（不到 10.00）",
        ),
        (tiers(("0", "1"))[0], tiers(("10", "2"))[0], "第 1 档（不超过 10.00）"),
    ],
)
def test_the_first_tier_is_named_by_where_it_ends(first, second, zh):
    model = read_model({"kind": "graduated", "tiers": [first, second]}, "CNY")
    assert say_line(("rate", 0, 100, 1_000_000), "CNY", model=model)["zh"].startswith(zh)


def test_lines_add_up_in_one_sentence():
    lines = [("rate", 1, 50_000_000, 3_000_000), ("cap", 0, 1, -100 * UNIT)]
    assert say_sum(lines, "CNY")["zh"] == "15,000.00 - 1.00 = 14,999.00"
    assert say_sum([], "CNY")["zh"] == "0.00"


@pytest.mark.parametrize(
    ("steps", "zh", "en"),
    [
        (
            [("replace", "12"), ("add", "3")],
            "12% + 3 个百分点 = 15%（12%→15%）",
            "12% + 3 percentage points = 15% (12%→15%)",
        ),
        (
            [("replace", "12"), ("add", "3"), ("multiply", "0.8")],
            "（12% + 3 个百分点）× 0.8 = 12%",
            "(12% + 3 percentage points) × 0.8 = 12%",
        ),
        (
            [("replace", "12"), ("add", "-2.5")],
            "12% - 2.5 个百分点 = 9.5%（12%→9.5%）",
            "12% - 2.5 percentage points = 9.5% (12%→9.5%)",
        ),
        ([("replace", "12"), ("replace", "8")], "8%（12%→8%）", "8% (12%→8%)"),
        ([("replace", "5")], "5%", "5%"),
    ],
    ids=["add", "add and multiply", "subtract", "replace", "one"],
)
def test_layers_are_written_out_as_a_sum(steps, zh, en):
    assert say_steps(steps) == {"zh": zh, "en": en}


def test_a_part_of_a_split_says_how_it_came_about():
    document = {
        "shares": [
            {"key": "a", "kind": "percent", "value": "33.3"},
            {"key": "b", "kind": "weight", "value": "1", "cap": "2.00"},
            {"key": "c", "kind": "weight", "value": "1"},
        ],
        "remainder": "party:c",
    }
    parts = read_split(document, "CNY").parts(1_001)
    assert [say_part(part, 1_001, "CNY")["zh"] for part in parts] == [
        "10.01 × 33.3% = 3.33",
        "按权重 1 = 2.00（已到上限）",
        "按权重 1 = 4.68，含尾差 0.01",
    ]


def test_a_level_of_a_chain_says_what_it_was_given_and_passed_on():
    chain = read_chain(
        {
            "levels": [
                {"key": "达人", "percent": "20"},
                {"key": "机构", "percent": "30", "mode": "carved_out"},
            ],
            "ceiling": {"percent": "15"},
        },
        "CNY",
    )
    first, second = share_along(100_000, chain, "CNY")
    assert say_link(first, 100_000, None, "CNY")["zh"] == (
        "1,000.00 × 20% = 200.00，超出封顶扣 50.00，分给下一级 45.00，实得 105.00"
    )
    assert say_link(second, 100_000, first, "CNY")["zh"] == (
        "从「达人」的 150.00 中分出 30% = 45.00"
    )
