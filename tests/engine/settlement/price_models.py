"""Models of every kind for property tests, and short ways to write models in tests."""

from hypothesis import strategies as st

from engine.settlement.check import read_model
from engine.settlement.models import MODELS
from engine.settlement.money import UNIT, exponent, fine_to_major, to_minor
from engine.settlement.pricing import compile_model

CURRENCIES = ("JPY", "CNY", "BHD")  # 0, 2 and 3 decimals


def pricer(document, currency="CNY"):
    return compile_model(read_model(document, currency), currency)


def worth(document, amount="0", count=0, currency="CNY"):
    """What totals in major units are worth, in major units."""
    fine = pricer(document, currency).at(to_minor(amount, currency), count)
    return fine_to_major(fine, currency)


def tiers(*rows, reach="over", price="percent"):
    """[("0", "0"), ("500000", "3")] as tiers by rate."""
    return [{"from": start, "reach": reach, price: rate} for start, rate in rows]


def cents(minor):
    """Whole minor units in fine units."""
    return minor * UNIT


# -- hypothesis ----------------------------------------------------------------------------------


def _text(value):
    return format(value, "f")


percents = st.decimals("0", "100", places=6).map(_text)


def amounts(currency, top=10**6):
    return st.decimals("0", str(top), places=exponent(currency)).map(_text)


def prices(currency):
    """Amounts finer than the currency, as prices of one may be."""
    return st.decimals("0", "1000", places=exponent(currency) + 4).map(_text)


@st.composite
def tier_lists(draw, currency, by, rates):
    """Tiers in order; `rates` names what they may pay with."""
    places = 0 if by == "count" else exponent(currency)
    edges = draw(st.lists(st.integers(1, 20 if by == "count" else 10**7), unique=True, max_size=5))
    starts = [0, *sorted(edges)]
    found = []
    for index, start in enumerate(starts):
        # "over" starts one later than "at": two neighbours one apart would fall together.
        reach = draw(st.sampled_from(["at", "over"])) if index % 2 == 0 else "at"
        tier = {"from": _scaled(start * 2, places), "reach": reach}
        names = draw(st.sets(st.sampled_from(rates), min_size=1))
        for name in sorted(names):
            tier[name] = draw(percents if name == "percent" else prices(currency))
        found.append(tier)
    return found


@st.composite
def bare_models(draw, currency, kinds):
    kind = draw(st.sampled_from(kinds))
    if kind == "percentage":
        return {
            "kind": kind,
            "percent": draw(percents),
            "free_amount": draw(st.just("0") | amounts(currency, 20_000)),
            "fee": draw(st.just("0") | prices(currency)),
            "free_count": str(draw(st.integers(0, 5))),
        }
    if kind == "flat":
        due = draw(st.sampled_from(["always", "once_used"]))
        return {"kind": kind, "amount": draw(prices(currency)), "due": due}
    if kind == "per_unit":
        return {"kind": kind, "amount": draw(prices(currency))}
    if kind in ("package", "blocks"):
        by = draw(st.sampled_from(["amount", "count"]))
        sizes = st.integers(1, 50)
        found = {"kind": kind, "by": by, "size": str(draw(sizes)), "amount": draw(prices(currency))}
        return {**found, "free": str(draw(st.integers(0, 30)))} if kind == "package" else found
    if kind == "graduated":
        by = draw(st.sampled_from(["amount", "count"]))
        rates = ["percent" if by == "amount" else "amount_per_unit", "flat"]
        return {"kind": kind, "by": by, "tiers": draw(tier_lists(currency, by, rates))}
    if kind == "chain":
        return draw(chains(currency))
    by = draw(st.sampled_from(["amount", "count", "qualifying"]))
    rates = ["percent", "amount_per_unit", "flat"]
    found = draw(tier_lists(currency, by, rates))
    return {"kind": kind, "by": by, "tiers": found, "allow_fall": True}


@st.composite
def chains(draw, currency):
    """Up to three levels that cannot be above 100 % together, one of them or all."""
    names = ("promoter", "agency", "leader")[: draw(st.integers(1, 3))]
    rates = st.decimals("0", "33", places=4).map(_text)
    levels = [
        {
            "key": name,
            "percent": draw(rates),
            "mode": draw(st.sampled_from(["on_top", "carved_out"])) if index else "on_top",
        }
        for index, name in enumerate(names)
    ]
    found = {"kind": "chain", "levels": levels, "level": draw(st.none() | st.sampled_from(names))}
    if draw(st.booleans()):
        cut = draw(st.sampled_from(["last", "proportional"]))
        found["ceiling"] = {"percent": draw(rates), "amount": draw(amounts(currency)), "cut": cut}
    return found


@st.composite
def models(draw, kinds=tuple(MODELS), has_terms=True):
    """(document, currency) of any kind, with or without a maximum and a fixed factor."""
    currency = draw(st.sampled_from(CURRENCIES))
    found = draw(bare_models(currency, kinds))
    if not has_terms or found["kind"] == "chain":
        return found, currency
    if draw(st.booleans()):
        found["maximum"] = draw(amounts(currency))
    if draw(st.integers(0, 3)) == 0:
        # A factor of two keeps every figure exact.
        found["coefficient"] = {"value": draw(st.sampled_from(["0", "1", "2"]))}
    return found, currency


sizes = st.integers(-(10**5), 10**5) | st.integers(-(10**8), 10**8)
steps = st.tuples(sizes, st.integers(-9, 15), sizes)
orders = st.lists(steps, max_size=12)


def _scaled(value, places):
    return str(value) if places == 0 else f"{value // 10**places}.{value % 10**places:0{places}d}"
