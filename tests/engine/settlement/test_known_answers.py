"""Known answers: worked examples of public billing documentation, and the business's own contracts.

Each row names where it comes from. Amounts are major units, as the source writes them.
"""

from decimal import Decimal

import pytest

from engine.settlement.chain import read_chain, share_along
from engine.settlement.money import fine_to_major, round_fine, to_major, to_minor
from engine.settlement.split import read_split
from tests.engine.settlement.price_models import pricer, tiers, worth

STRIPE_TIERS = "https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing"
STRIPE_PACKAGES = "https://stripe.com/docs/billing/subscriptions/quantity-transformation"
STRIPE_HOURS = "https://docs.stripe.com/billing/subscriptions/usage-based/transform-quantities"
LAGO = "https://getlago.com/docs/guide/plans/charges/charge-models/"
LAGO_STRIPE = "https://getlago.com/docs/templates/per-transaction/stripe"
LAGO_MINIMUM = "https://getlago.com/docs/guide/plans/charges/spending-minimum"
LAGO_CONTRACT = "https://getlago.com/docs/guide/lago-cloud/contract-billing"
AUTUMN = "https://docs.useautumn.com/documentation/modelling-pricing/graduated-pricing"
ZUPLO = "https://zuplo.com/docs/articles/monetization/pricing-models"
FLEXPRICE = "https://docs.flexprice.io/docs/product-catalogue/plans/billing-models/"
CHARGEBEE = "https://www.chargebee.com/docs/billing/2.0/product-catalog/package-pricing"
ZUORA_OVERAGE = (
    "https://docs.zuora.com/en/zuora-billing/set-up-zuora-billing/build-product-and-prices/"
    "charge-models---configure-any-pricing/overage-pricing"
)
ZUORA_LIMITS = (
    "https://docs.zuora.com/en/zuora-billing/set-up-zuora-billing/build-product-and-prices/"
    "dynamic-pricing/use-cases/charge-level-minmax-rules-for-per-unit-pricing"
)
ZUORA_TIERS = (
    "https://docs.zuora.com/en/zuora-billing/bill-your-customer/"
    "billing-document-templates-configuration/configure-html-templates-for-billing-documents/"
    "customize-html-templates/configure-ratingdetails-in-html-template/ratingdetail-schema/"
    "example-tiered-pricing-mode"
)
ORACLE = (
    "https://docs.oracle.com/en/industries/financial-services/financial-lending-leasing/"
    "15.0.0.0.0/leoug/tiered-and-non-tiered-usage-calculation.html"
)
APTIFY = "https://aptifykb.atlassian.net/wiki/pages/diffpagesbyversion.action?pageId=15417386804"
OPENMETER = "https://openmeter.io/docs/billing/invoicing/discounts"
VARSOME = "https://docs.varsome.com/en/2/-monthly-commitment-explained"
BUSINESS = "the brands' own contracts"


def by_count(kind, *rows, **more):
    """(first unit, price of one, flat part) as tiers by number."""
    return {
        "kind": kind,
        "by": "count",
        "tiers": [
            {"from": first, "amount_per_unit": price, **({"flat": flat} if flat else {})}
            for first, price, flat in rows
        ],
        **more,
    }


def limited(amount, minimum, maximum):
    return {"kind": "per_unit", "amount": amount, "minimum": minimum, "maximum": maximum}


FONTS = (("0", "7", None), ("6", "6.5", None), ("11", "6", None))
CALLS = (("0", "0.01", None), ("1001", "0.008", None), ("10001", "0.005", None))
UNITS = (("0", "0.10", None), ("1001", "0.05", None), ("10001", "0.01", None))
LAGO_CALLS = (
    ("0", "0.0010", "10"),
    ("10001", "0.0008", "10"),
    ("50001", "0.0006", "10"),
    ("100001", "0.0004", "10"),
)
MESSAGES = {
    "kind": "volume",
    "by": "count",
    "tiers": [
        {"from": "0", "flat": "50"},
        {"from": "1001", "flat": "200"},
        {"from": "5001", "flat": "350"},
    ],
}
FIVE_USERS = {"kind": "package", "size": "5", "amount": "10"}
RENTAL = {"kind": "package", "size": "60", "amount": "10"}
HUNDRED_CALLS = {"kind": "package", "size": "100", "amount": "5", "free": "100"}
TOKENS = {"kind": "package", "size": "1000000", "amount": "1.25"}
CARD_FEE = {"kind": "percentage", "percent": "2.9", "fee": "0.30"}
MINUTES = {"kind": "package", "size": "1", "amount": "0.50", "free": "500"}
OVERAGE = (("0", "0", None), ("101", "2", None))
BASE_UNITS = (("0", "1", None), ("30", "2", None), ("75", "3", None))
LIFE_UNITS = (("0", "6", None), ("50", "7", None))
AGREEMENT = tiers(("0", "5"), ("5000", "10"), ("10000", "15"))
DEALER = tiers(("0", "0"), ("500000", "3"), ("1000000", "5"))

# source, model, amount, number, what it is worth
WORTH = [
    (STRIPE_TIERS, by_count("volume", *FONTS), "0", 1, "7"),
    (STRIPE_TIERS, by_count("volume", *FONTS), "0", 5, "35"),
    (STRIPE_TIERS, by_count("volume", *FONTS), "0", 6, "39"),
    (STRIPE_TIERS, by_count("volume", *FONTS), "0", 20, "120"),
    (STRIPE_TIERS, by_count("volume", *FONTS), "0", 25, "150"),
    (STRIPE_TIERS, by_count("graduated", *FONTS), "0", 5, "35"),
    (STRIPE_TIERS, by_count("graduated", *FONTS), "0", 6, "41.5"),
    (STRIPE_TIERS, by_count("graduated", *FONTS), "0", 20, "127.5"),
    (STRIPE_TIERS, by_count("graduated", *FONTS), "0", 25, "157.5"),
    (STRIPE_PACKAGES, FIVE_USERS, "0", 1, "10"),
    (STRIPE_PACKAGES, FIVE_USERS, "0", 3, "10"),
    (STRIPE_PACKAGES, FIVE_USERS, "0", 5, "10"),
    (STRIPE_PACKAGES, FIVE_USERS, "0", 6, "20"),
    (STRIPE_PACKAGES, FIVE_USERS, "0", 7, "20"),
    (STRIPE_PACKAGES, {**FIVE_USERS, "kind": "blocks", "by": "count"}, "0", 4, "0"),
    (STRIPE_PACKAGES, {**FIVE_USERS, "kind": "blocks", "by": "count"}, "0", 7, "10"),
    (STRIPE_HOURS, RENTAL, "0", 150, "30"),
    (LAGO + "package", HUNDRED_CALLS, "0", 100, "0"),
    (LAGO + "package", HUNDRED_CALLS, "0", 201, "10"),
    (CHARGEBEE, TOKENS, "0", 10, "1.25"),
    (CHARGEBEE, TOKENS, "0", 1_000_000, "1.25"),
    (CHARGEBEE, TOKENS, "0", 1_500_000, "2.50"),
    (LAGO + "volume", by_count("volume", *LAGO_CALLS, allow_fall=True), "0", 65_000, "49"),
    (AUTUMN, by_count("graduated", *CALLS), "0", 15_000, "107"),
    (ZUPLO, by_count("graduated", *UNITS), "0", 15_000, "600"),
    (ZUPLO, by_count("volume", *UNITS, allow_fall=True), "0", 15_000, "150"),
    (ZUPLO, {"kind": "per_unit", "amount": "0.001"}, "0", 100_000, "100"),
    (FLEXPRICE + "package", MESSAGES, "0", 1_500, "200"),
    (FLEXPRICE + "package", MESSAGES, "0", 4_500, "200"),
    (FLEXPRICE + "flat-fee", {"kind": "per_unit", "amount": "0.05"}, "0", 1_000, "50"),
    (LAGO_STRIPE, CARD_FEE, "100", 1, "3.2"),
    (ZUORA_OVERAGE, MINUTES, "0", 500, "0"),
    (ZUORA_OVERAGE, MINUTES, "0", 510, "5"),
    (ZUORA_TIERS, by_count("graduated", *OVERAGE), "0", 130, "60"),
    (ORACLE, by_count("graduated", *BASE_UNITS), "0", 76, "125"),
    (ORACLE, by_count("volume", *BASE_UNITS), "0", 76, "228"),
    (ORACLE, by_count("graduated", *LIFE_UNITS), "0", 65, "406"),
    (ORACLE, by_count("volume", *LIFE_UNITS), "0", 65, "455"),
    (APTIFY, {"kind": "graduated", "tiers": AGREEMENT}, "11000", 1, "900"),
    (APTIFY, {"kind": "volume", "tiers": AGREEMENT}, "11000", 1, "1650"),
    (BUSINESS, {"kind": "percentage", "percent": "5"}, "199.00", 1, "9.95"),  # 抖音
    (BUSINESS, {"kind": "percentage", "percent": "3"}, "199.00", 1, "5.97"),  # 天猫
    (BUSINESS, {"kind": "percentage", "percent": "0"}, "199.00", 1, "0"),  # 自有商城免抽成
    (BUSINESS, {"kind": "percentage", "percent": "10"}, "358.50", 1, "35.85"),  # 达人
    (BUSINESS, {"kind": "graduated", "tiers": DEALER}, "500000", 9, "0"),
    (BUSINESS, {"kind": "graduated", "tiers": DEALER}, "800000", 9, "9000"),
    (BUSINESS, {"kind": "graduated", "tiers": DEALER}, "1000000", 9, "15000"),
    (BUSINESS, {"kind": "graduated", "tiers": DEALER}, "1200000", 9, "25000"),
    (BUSINESS, {"kind": "volume", "tiers": DEALER}, "500000", 9, "0"),
    (BUSINESS, {"kind": "volume", "tiers": DEALER}, "800000", 9, "24000"),
    (BUSINESS, {"kind": "volume", "tiers": DEALER}, "1000000", 9, "30000"),
    (BUSINESS, {"kind": "volume", "tiers": DEALER}, "1000001", 9, "50000.05"),
    (BUSINESS, {"kind": "volume", "tiers": DEALER}, "1200000", 9, "60000"),
    # 直营 5 %、加盟 3 %，淡季系数 0.8
    (BUSINESS, {"kind": "percentage", "percent": "5"}, "120000", 1, "6000"),
    (BUSINESS, {"kind": "percentage", "percent": "3"}, "120000", 1, "3600"),
    (
        BUSINESS,
        {"kind": "percentage", "percent": "3", "coefficient": {"value": "0.8"}},
        "120000",
        1,
        "2880",
    ),
    (BUSINESS, {"kind": "blocks", "size": "1000", "amount": "20"}, "3999.99", 1, "60"),
]

# source, model, orders (amount, number), what each earns
EARNED = [
    (
        LAGO + "graduated-percentage",
        {
            "kind": "graduated",
            "tiers": [
                {"from": "0", "percent": "1", "flat": "200"},
                {"from": "1000", "reach": "over", "percent": "2", "flat": "300"},
                {"from": "10000", "reach": "over", "percent": "3", "flat": "400"},
            ],
        },
        [("500", 1), ("550", 1), ("4000", 1)],
        # The first tier's flat part is the opening entry: 205 in the source is 200 + 5.
        ["5", "306", "80"],
    ),
    (
        LAGO + "percentage",
        {
            "kind": "percentage",
            "percent": "1.2",
            "free_amount": "400",
            "fee": "0.10",
            "free_count": "3",
        },
        [("200", 1), ("100", 1), ("100", 1), ("50", 1)],
        # The source frees three events or 500, whichever ends first: the third ends both, at 400.
        ["0", "0", "0", "0.7"],
    ),
    (
        OPENMETER,
        {"kind": "package", "size": "1", "amount": "1", "free": "500"},
        [("0", 300), ("0", 250), ("0", 100)],
        ["0", "50", "100"],
    ),
    # Incremental: each order adds its part of the source's 250 + 500 + 150, in any pieces.
    (
        APTIFY,
        {"kind": "graduated", "tiers": AGREEMENT},
        [("4000", 1), ("3000", 1), ("4000", 1)],
        ["200", "250", "450"],
    ),
    (
        BUSINESS,
        {"kind": "graduated", "tiers": DEALER},
        [("400000", 1), ("300000", 1), ("500000", 1), ("-300000", -1)],
        ["0", "6000", "19000", "-13000"],
    ),
    (
        BUSINESS,
        {"kind": "volume", "tiers": DEALER},
        [("400000", 1), ("300000", 1), ("500000", 1), ("-300000", -1)],
        ["0", "21000", "39000", "-33000"],
    ),
]

# source, model, number, true-up, due
CLOSED = [
    (ZUORA_LIMITS, limited("10", "100", "200"), 8, "20", "100"),
    (ZUORA_LIMITS, limited("12", "120", "240"), 25, "0", "240"),
    (ZUORA_LIMITS, limited("12", "120", "240"), 10, "0", "120"),
    (LAGO_MINIMUM, {"kind": "per_unit", "amount": "0.010", "minimum": "100"}, 5_000, "50", "100"),
    (LAGO_CONTRACT, {"kind": "per_unit", "amount": "1", "minimum": "1000"}, 800, "200", "1000"),
    (LAGO_CONTRACT, {"kind": "per_unit", "amount": "1", "minimum": "1000"}, 1_300, "0", "1300"),
]


def _ids(rows):
    names = [f"{row[0].split('//')[-1].split('/')[0]}" for row in rows]
    return [f"{name} {index}" for index, name in enumerate(names)]


@pytest.mark.parametrize(("source", "model", "amount", "count", "expected"), WORTH, ids=_ids(WORTH))
def test_totals_are_worth_what_the_source_says(source, model, amount, count, expected):
    assert worth(model, amount, count) == Decimal(expected), source


@pytest.mark.parametrize(("source", "model", "orders", "expected"), EARNED, ids=_ids(EARNED))
def test_each_order_earns_what_the_source_says(source, model, orders, expected):
    priced = pricer(model)
    before, earned = (0, 0), []
    for amount, count in orders:
        after = (before[0] + to_minor(amount, "CNY"), before[1] + count)
        earned.append(fine_to_major(priced.difference(before, after)[0], "CNY"))
        before = after
    assert earned == [Decimal(value) for value in expected], source


@pytest.mark.parametrize(("source", "model", "count", "true_up", "due"), CLOSED, ids=_ids(CLOSED))
def test_a_window_closes_as_the_source_says(source, model, count, true_up, due):
    closing = pricer(model).closing((0, count))
    found = [fine_to_major(fine, "CNY") for fine in (closing.true_up, closing.due)]
    assert found == [Decimal(true_up), Decimal(due)], source


@pytest.mark.parametrize(("used", "above", "kept"), [("150", "50", "0"), ("80", "0", "20")])
def test_what_is_above_a_fee_paid_before_is_paid_and_the_rest_is_carried(used, above, kept):
    # VARSOME: a monthly minimum of 100 is invoiced before; 150 used costs 50 more, 80 nothing more.
    model = {
        "kind": "percentage",
        "percent": "100",
        "guarantee": {"amount": "100", "mode": "advance"},
    }
    closing = pricer(model).closing((to_minor(used, "USD"), 1))
    assert fine_to_major(closing.due - closing.set_off, "USD") == Decimal(above), VARSOME
    assert fine_to_major(closing.carried, "USD") == Decimal(kept), VARSOME


def test_a_minimum_in_proportion_to_the_days_used():
    # LAGO_MINIMUM: minimums are prorated by the days used; here 15 of 30 days of 100.
    model = {
        "kind": "per_unit",
        "amount": "0.010",
        "guarantee": {"amount": "100", "mode": "max_of", "pro_rata": True},
    }
    assert pricer(model).close(0, 2_000, part=(15, 30)) == pricer(model).at(0, 3_000)


def test_one_yuan_more_pays_the_dealer_20_000_more_in_the_volume_reading():
    priced = pricer({"kind": "volume", "tiers": DEALER})
    fine = priced.difference((100_000_000, 1), (100_000_100, 2))[0]
    assert fine_to_major(fine, "CNY") == Decimal("20000.05")


@pytest.mark.parametrize(
    ("mode", "share", "due", "above"),
    [
        ("max_of", "300000", "50000", "50000"),
        ("base_plus", "300000", "80000", "80000"),
        ("advance", "300000", "30000", "0"),
        ("max_of", "1000000", "80000", "80000"),
        ("base_plus", "1000000", "130000", "130000"),
        ("advance", "1000000", "80000", "30000"),
    ],
)
def test_a_guarantee_of_50_000_with_a_share_and_a_completion_coefficient(mode, share, due, above):
    # 10 % of sales; at 1,000,000 the goals were met by 80 %, at 300,000 in full.
    factor = "0.8" if share == "1000000" else "1"
    model = {
        "kind": "percentage",
        "percent": "10",
        "guarantee": {"amount": "50000", "mode": mode},
        "coefficient": {"key": "completion"},
    }
    closing = pricer(model).closing((to_minor(share, "CNY"), 1), {"completion": factor})
    assert fine_to_major(closing.due, "CNY") == Decimal(due)
    assert fine_to_major(closing.due - closing.set_off, "CNY") == Decimal(above)


def test_a_slot_fee_of_30_000_for_a_promised_million_returns_9_000_at_700_000():
    slot = {"kind": "flat", "amount": "30000", "promise": {"by": "amount", "target": "1000000"}}
    priced = pricer(slot)
    assert fine_to_major(priced.opening()[0], "CNY") == 30_000
    assert fine_to_major(priced.close(70_000_000, 88), "CNY") == -9_000


# -- splits --------------------------------------------------------------------------------------


def test_home_service_30_spare_parts_150_and_labour_80_are_260():
    shares = [
        {"key": "上门", "kind": "fixed", "value": "30"},
        {"key": "备件", "kind": "fixed", "value": "150"},
        {"key": "人工", "kind": "fixed", "value": "80"},
    ]
    parts = read_split({"shares": shares}, "CNY").parts(26_000)
    assert [part.amount for part in parts] == [3_000, 15_000, 8_000]
    back = read_split({"shares": shares}, "CNY").parts(-26_000)
    assert [part.amount for part in back] == [-3_000, -15_000, -8_000]


def test_the_merit_of_an_order_over_consulting_converting_and_after_sales():
    shares = [
        {"key": "咨询", "kind": "percent", "value": "30"},
        {"key": "转化", "kind": "percent", "value": "50"},
        {"key": "售后", "kind": "percent", "value": "20"},
    ]
    parts = read_split({"shares": shares}, "CNY").parts(9_999)
    # 2,999.7 + 4,999.5 + 1,999.8: two cents are left over, the largest remainders take them.
    assert [part.amount for part in parts] == [3_000, 4_999, 2_000]


LEVELS = [
    {"key": "达人", "percent": "20"},
    {"key": "机构", "percent": "30", "mode": "carved_out"},
    {"key": "团长", "percent": "10", "mode": "carved_out"},
]
ON_TOP = [
    {"key": "达人", "percent": "20"},
    {"key": "机构", "percent": "6"},
    {"key": "团长", "percent": "4"},
]


@pytest.mark.parametrize(
    ("levels", "ceiling", "expected"),
    [
        (LEVELS, None, ["140", "54", "6"]),
        (ON_TOP, None, ["200", "60", "40"]),
        (ON_TOP, {"percent": "25"}, ["200", "50", "0"]),
        (ON_TOP, {"amount": "150", "cut": "proportional"}, ["100", "30", "20"]),
        (LEVELS, {"percent": "10"}, ["70", "27", "3"]),
    ],
    ids=["carved out", "on top", "ceiling, last gives way", "ceiling, all give way", "both"],
)
def test_a_chain_of_creator_agency_and_leader_on_an_order_of_1_000(levels, ceiling, expected):
    document = {"levels": levels} if ceiling is None else {"levels": levels, "ceiling": ceiling}
    links = share_along(100_000, read_chain(document, "CNY"), "CNY")
    assert [to_major(link.amount, "CNY") for link in links] == [Decimal(v) for v in expected]


def test_a_rate_on_an_odd_amount_rounds_once():
    assert round_fine(pricer({"kind": "percentage", "percent": "3"}).at(1_050)) == 32
