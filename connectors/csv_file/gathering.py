"""The rows of one order -> the canonical order, with what the file leaves out worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.csv_file.cells import BadCell, read_phone
from connectors.csv_file.mapping import OrderMapping
from engine.core.records.order import KIND_NAMES
from engine.core.records.record import write_amount
from engine.core.records.spread import spread

# The road of an order; "closed" leaves it at any point.
_ROAD = ("created", "paid", "shipped", "delivered", "completed")
_BEARERS = {
    "platform_coupon": "platform",
    "platform_subsidy": "platform",
    "creator_coupon": "promoter",
    "freight": "buyer",
    "deposit": "buyer",
    "balance": "buyer",
}
_KINDS = {name: kind for kind, words in KIND_NAMES.items() for name in (kind, *words.values())}
_CENT = Decimal("0.01")
_LONGEST_NAME = 200


class Draft:
    """An order whose rows are still coming."""

    __slots__ = ("first", "id", "is_bad", "line", "lines", "rows", "totals", "values")

    def __init__(self, id_: str, line: int, first: Sequence[str]) -> None:
        self.id = id_
        self.line = line  # of its first row
        self.first = first
        self.rows = 0
        self.is_bad = False
        self.values: dict[str, Any] = {}  # by field, from the first row that has it
        self.totals: dict[str, Decimal] = {}  # by field, summed over the rows
        self.lines: list[dict[str, Any]] = []


def build(draft: Draft, mapping: OrderMapping) -> dict[str, Any]:
    """The canonical order; BadCell where something it cannot do without is nowhere.

    1. Put each value where it belongs.
    2. The order's amount, when missing: its lines (or price × quantity) and freight together.
    3. What was paid for a line, when missing: the order's amount less freight, spread in proportion
       to price × quantity, to the cent.
    4. The status, when missing: the last step that has a time.
    """
    order: dict[str, Any] = {
        "platform": mapping.platform,
        "shop": mapping.shop or mapping.platform,
        "external_id": draft.id,
        "currency": mapping.currency,
    }
    values = {**draft.values, **{to: write_amount(sum_) for to, sum_ in draft.totals.items()}}
    for to, value in values.items():
        group, _, name = to.partition(".")
        if not name:
            order[to] = value
        elif group in ("receiver", "promoter", "fields"):
            order.setdefault(group, {})[name] = value
        elif group == "identity":
            _add_identity(order, name, value)
        elif Decimal(value):
            _add_money(order, group, name, value)
    for name in ("discount_amount", "refunded_amount"):
        if name in order:  # some platforms write what is taken off with a minus
            order[name] = order[name].lstrip("-")
    if "promoter" in order:
        order["promoter"].setdefault("id", order["promoter"].get("name"))
    order["currency"] = order["currency"].upper()
    _settle_kind(order)
    _settle_money(order, draft.lines)
    _settle_time(order)
    return order


def steps(order: dict[str, Any], mapping: OrderMapping) -> Iterator[tuple[str, datetime, Any]]:
    """(status, moment, order as it was then) for each event the mapping asks for."""
    if mapping.events == "each":
        for index, status in enumerate(_ROAD):
            if f"{status}_at" in order and status != order["status"]:
                later = {f"{name}_at" for name in _ROAD[index + 1 :]}
                later |= {"closed_at", "close_reason", "refunded_amount", "updated_at"}
                then = {name: value for name, value in order.items() if name not in later}
                yield status, _moment(order, status), {**then, "status": status}
    yield order["status"], _moment(order, order["status"]), order


def _moment(order: Mapping[str, Any], status: str) -> datetime:
    found = order.get(f"{status}_at") or order.get("updated_at")
    if found is None:
        found = max(order[f"{name}_at"] for name in _ROAD if f"{name}_at" in order)
    return datetime.fromisoformat(found)


def _add_identity(order: dict[str, Any], kind: str, value: str) -> None:
    known = read_phone(value) if kind == "phone" else value
    # A masked handle (138****1234) names nobody, or worse, many.
    if known and "*" not in known:
        order.setdefault("identities", []).append({"kind": kind, "value": known})


def _add_money(order: dict[str, Any], group: str, type_: str, value: str) -> None:
    entry: dict[str, Any] = {"type": type_, "amount": value.lstrip("-")}
    if group == "adjustment":
        entry["bearer"] = _BEARERS.get(type_, "shop")
        order.setdefault("adjustments", []).append(entry)
    else:
        order.setdefault("fees", []).append(entry)


def _settle_kind(order: dict[str, Any]) -> None:
    word = order.get("kind")
    if word is not None:
        if word not in _KINDS:
            raise BadCell(f"没有订单类型“{word[:40]}”", f"there is no kind of order {word[:40]!r}")
        order["kind"] = _KINDS[word]


def _settle_money(order: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    for line in lines:
        line.setdefault("quantity", 1)
        known = (
            line.get("name") or line.get("sku") or line.get("product_id") or line.get("outer_id")
        )
        # Some exports put all titles of an order into one cell.
        line["name"] = (known or "—")[:_LONGEST_NAME]
        if "price" in line and "list_amount" not in line:
            exact = Decimal(line["price"]) * Decimal(str(line["quantity"]))
            line["list_amount"] = write_amount(exact.quantize(_CENT, ROUND_HALF_UP))
    freight = Decimal(order.get("freight_amount") or 0)
    if "amount" not in order:
        for line in lines:
            line.setdefault("amount", line.get("list_amount"))
        if not lines or any(line["amount"] is None for line in lines):
            raise BadCell(
                "没有订单金额，从明细也算不出来", "neither the order nor its lines have an amount"
            )
        total = sum((Decimal(line["amount"]) for line in lines), freight)
        order["amount"] = write_amount(total)
    unpriced = [line for line in lines if "amount" not in line]
    if unpriced:
        known_ = sum((Decimal(line["amount"]) for line in lines if "amount" in line), freight)
        left = max(Decimal(order["amount"]) - known_, Decimal(0)).quantize(_CENT, ROUND_HALF_UP)
        weights = [Decimal(line.get("list_amount", "0")) for line in unpriced]
        if not all(weight > 0 for weight in weights):
            weights = [Decimal(str(line["quantity"])) for line in unpriced]
        for line, share in zip(unpriced, spread(left, weights), strict=True):
            line["amount"] = write_amount(share)
    if lines:
        order["lines"] = lines


def _settle_time(order: dict[str, Any]) -> None:
    times = [name for name in _ROAD if f"{name}_at" in order]
    if "status" not in order:
        order["status"] = "closed" if "closed_at" in order else times[-1] if times else "created"
    if order["status"] != "closed":
        order.pop("close_reason", None)  # Taobao writes 订单未关闭 ("not closed") there
    if "created_at" not in order:
        known = [order[f"{name}_at"] for name in (*_ROAD, "closed") if f"{name}_at" in order]
        if not known:
            raise BadCell("没有下单时间", "there is no time of the order")
        order["created_at"] = min(known)
